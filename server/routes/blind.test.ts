import { afterAll, describe, expect, it } from 'vitest'
import { derivedId, timeId } from '../../shared/ids.ts'
import type { WorkerId } from '../../shared/ids.ts'
import { writeSpots } from '../../shared/sync/blind.ts'
import { deskApp, PASSWORD } from '../../test/support/desk-app.ts'
import { browserOf } from './desk/test-browser.ts'
import { enrol, get, round, send } from './test-app.ts'

const BOOK = 79_131
const OTHER = 68_311
const SECRET = 57_413
const SPOT = 46_127

describe('a blind count over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, device, people } = desk

  it('[C75] of all bytes that go to the handheld of a blind counter, none tells the figure, whoever is logged in', async () => {
    await desk.facts([desk.arrived(BOOK), desk.arrived(12, desk.key('A-02'))])
    const session = { id: timeId<'session'>(0, new Uint8Array(10)), worker: people.berk.id, roster: 2 }
    const decide = (id: string, body: object) => ({
      worker: people.sevda.id,
      session: session.id,
      decisions: [{ id: derivedId('decision', id), expectedVersion: 0, ...body }],
    })
    const asked = await send(
      app,
      device,
      '/api/decisions',
      decide('count', {
        kind: 'count.request',
        target: desk.key().location,
        args: { client: desk.key().client, mode: 'blind' },
      }),
    )
    expect(await asked.json()).toMatchObject({ results: [{ outcome: 'done' }] })
    const sync = async (cursor: string | null): Promise<{ text: string; cursor: string }> => {
      const text = await (await send(app, device, '/api/sync', round(device, { session, cursor }))).text()
      const { pull }: { pull: { cursor: string } } = JSON.parse(text)
      return { text, cursor: pull.cursor }
    }
    const snapshot = async (): Promise<string> => (await get(app, device, '/api/snapshot')).text()
    const first = await snapshot()
    expect(first).toContain(String(BOOK))
    const { cursor }: { cursor: string } = JSON.parse(first.split('\n')[0] ?? '')
    const task = (await rowsOf(first)).find(row => row.k === 'task')?.id
    const want = { want: 'task', task, session: session.id, worker: people.berk.id, takeOver: false }
    expect(await (await send(app, device, '/api/leases', want)).json()).toEqual({ kind: 'ok' })

    // Everything that the handheld can ask for while it has the count; a supervisor is logged in on it, too.
    const sent: string[] = []
    const begun = await sync(cursor)
    sent.push(begun.text, await snapshot())
    await desk.facts([desk.counted(7), desk.arrived(1)])
    sent.push((await sync(begun.cursor)).text, (await sync(cursor)).text, await snapshot())
    for (const path of [
      `/api/variances?worker=${people.sevda.id}&state=provisional`,
      `/api/variances?worker=${people.sevda.id}`,
    ])
      sent.push(await (await get(app, device, path)).text())
    const bytes = sent.join('\n')
    for (const n of [BOOK, BOOK + 1, BOOK - 7]) expect(bytes).not.toContain(String(n))
    expect(bytes).toContain('"hidden":true')
    expect(bytes).toContain('"oh":12')

    // Once it is over the figures come by themselves.
    const giveBack = { want: 'giveBack', task, session: session.id, worker: people.berk.id }
    await send(app, device, '/api/leases', giveBack)
    expect((await sync(begun.cursor)).text).toContain(`"oh":${BOOK + 1}`)
  })

  it('[C75] a second handheld at which the counter logs in forgets the figure, and learns it again when they leave', async () => {
    const place = desk.key('A-03')
    await desk.facts([desk.arrived(OTHER, place)])
    const second = await enrol(app)
    const as = (who: { id: WorkerId }) => ({ id: timeId<'session'>(0, new Uint8Array(10)), worker: who.id, roster: 2 })
    const sync = async (who: { id: WorkerId }, cursor: string | null) => {
      const text = await (await send(app, second, '/api/sync', round(second, { session: as(who), cursor }))).text()
      const { pull }: { pull: { cursor: string } } = JSON.parse(text)
      return { text, cursor: pull.cursor }
    }
    await sync(people.deniz, null)
    const first = await (await get(app, second, '/api/snapshot')).text()
    expect(first).toContain(String(OTHER))
    const { cursor }: { cursor: string } = JSON.parse(first.split('\n')[0] ?? '')
    const { task, lease } = await counting('A-03', people.berk)
    const before = await sync(people.deniz, cursor)
    expect(before.text).toContain(String(OTHER))

    const come = await sync(people.berk, before.cursor)
    expect(come.text).toContain('"hidden":true')
    const bytes =
      come.text + (await sync(people.berk, cursor)).text + (await (await get(app, second, '/api/snapshot')).text())
    expect(bytes).not.toContain(String(OTHER))
    const stay = await sync(people.berk, come.cursor)
    expect(stay.text).toContain('"rows":[]')
    expect((await sync(people.deniz, stay.cursor)).text).toContain(`"oh":${OTHER}`)
    await lease({ want: 'giveBack', task, ...who(people.berk) })
  })

  it('[Y22] what a handheld says to count blind by itself is in none of its bytes, and comes again when it asks', async () => {
    const place = desk.key('A-01')
    await desk.facts([desk.arrived(SPOT, place)])
    const third = await enrol(app)
    const spots = [{ location: place.location, item: null }]
    const snapshot = async (query: string): Promise<string> => (await get(app, third, `/api/snapshot${query}`)).text()
    const sync = async (more: object) =>
      (await send(app, third, '/api/sync', { ...round(third, { session: null, cursor }), ...more })).text()
    const whole = await snapshot('')
    const { cursor }: { cursor: string } = JSON.parse(whole.split('\n')[0] ?? '')
    const figure =
      /"oh":\d+/.exec(whole.split('\n').find(row => row.includes(`"l":"${place.location}"`)) ?? '')?.[0] ?? '-'
    expect(figure).toMatch(/\d/)
    for (const said of [writeSpots(spots), `${place.location}:${place.item}`]) {
      const masked = await snapshot(`?blind=${said}`)
      expect(masked).toContain('"hidden":true')
      expect(masked).not.toContain(figure)
    }
    for (const bad of ['x', `${place.location},`, Array.from({ length: 21 }, () => place.location).join()])
      expect((await get(app, third, `/api/snapshot?blind=${bad}`)).status).toBe(400)
    expect(await sync({ blind: spots, again: spots })).toContain('"hidden":true')
    expect(await sync({ blind: spots })).not.toContain(figure)
    expect(await sync({ again: spots })).toContain(figure)
    const many = Array.from({ length: 21 }, () => spots[0])
    expect(
      (await send(app, third, '/api/sync', { ...round(third, { session: null, cursor }), again: many })).status,
    ).toBe(400)
  })

  it('[C76] a supervisor who counts blind gets no byte of the figure at the desk; everybody else and everything else is shown', async () => {
    const lot = desk.site.items.find(item => item.tracking.lot)
    if (lot === undefined) throw new Error('no site')
    const known = {
      client: lot.client,
      item: lot.id,
      lot: 'L1',
      expiry: '2026-12-01',
      firstReceivedAt: null,
      blocked: false,
    }
    const key = { ...desk.key('A-02'), item: lot.id, client: lot.client, lot: 'L1' }
    await desk.facts([{ ...desk.arrived(SECRET, key), lots: [known] }])
    await desk.facts([desk.counted(7, key, { mode: 'blind' })])
    const pages = { sevda: browserOf(app.app, '10.0.3.1'), deniz: browserOf(app.app, '10.0.3.2') }
    for (const login of ['sevda', 'deniz'] as const) {
      await desk.account(people[login], login)
      await pages[login].logIn(login, PASSWORD)
    }
    const today = app.deps.now().slice(0, 10)
    const opened = await pages.deniz.post('/api/desk/stocktake', {
      act: 'open',
      id: derivedId('decision', 'all'),
      zones: [],
      blind: false,
    })
    const { stocktake }: { stocktake: string } = JSON.parse(await opened.text())
    await desk.facts([desk.counted(7, key, { mode: 'blind' })])
    const paths = [
      '/api/desk/stock',
      `/api/desk/movements?item=${lot.id}`,
      '/api/desk/expiring?days=3650',
      `/api/desk/past?day=${today}&by=place`,
      `/api/desk/past?day=${today}&by=item`,
      '/api/desk/lots',
      `/api/desk/recall?client=${lot.client}&item=${lot.id}&lot=L1`,
      `/api/desk/stocktake?id=${stocktake}`,
      ...[
        'stock',
        'expiring',
        `movements&item=${lot.id}`,
        `past&day=${today}`,
        `past&day=${today}&by=place`,
        'approvals',
        `recall&client=${lot.client}&item=${lot.id}&lot=L1`,
        `stocktake&id=${stocktake}`,
      ].map(list => `/api/desk/export?list=${list}`),
    ]
    const all = async (login: 'sevda' | 'deniz'): Promise<string[]> => {
      const texts: string[] = []
      for (const path of paths) {
        const answer = await pages[login].get(path)
        expect([path, answer.status]).toEqual([path, 200])
        texts.push(await answer.text())
      }
      return texts
    }
    for (const text of await all('sevda')) expect(text).toContain(String(SECRET))
    const { task, lease } = await counting('A-02', people.sevda)
    const told = new RegExp(`${SECRET}|${SECRET - 7}|${SECRET * 100}`)
    for (const text of await all('sevda')) expect(text).not.toMatch(told)
    for (const text of await all('deniz')) expect(text).toMatch(told)
    const [stock = '', , , past = ''] = await all('sevda')
    expect(JSON.parse(stock)).toMatchObject({
      rows: expect.arrayContaining([
        expect.objectContaining({ place: 'A-02', lot: 'L1', onHand: null, reserved: null, held: null }),
      ]),
    })
    expect(JSON.parse(stock)).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ place: 'A-01', onHand: expect.any(Number) })]),
    })
    expect(JSON.parse(past)).toMatchObject({ totals: null })
    await lease({ want: 'giveBack', task, ...who(people.sevda) })
    for (const text of await all('sevda')) expect(text).toContain(String(SECRET))
  })

  const who = (worker: { id: WorkerId }) => ({ session: timeId<'session'>(0, new Uint8Array(10)), worker: worker.id })
  const lease = async (want: object): Promise<unknown> => (await send(app, device, '/api/leases', want)).json()
  /** A blind count of a place that somebody has begun with the first handheld. */
  const counting = async (place: string, worker: { id: WorkerId }) => {
    const decisions = [desk.request(`count ${place}`, place)]
    await desk.write('/api/decisions', { worker: people.deniz.id, decisions })
    const rows = (await (await get(app, device, '/api/snapshot')).text()).split('\n').slice(1, -2)
    const tasks = rows.map((row): { k: string; id: string; b: { count?: { location: string } } } => JSON.parse(row))
    const task = tasks.find(row => row.k === 'task' && row.b.count?.location === desk.key(place).location)?.id
    expect(await lease({ want: 'task', task, ...who(worker), takeOver: false })).toEqual({ kind: 'ok' })
    return { task, lease }
  }
})

const rowsOf = async (text: string): Promise<{ k: string; id: string }[]> =>
  text
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line): { k: string; id: string } => JSON.parse(line))
