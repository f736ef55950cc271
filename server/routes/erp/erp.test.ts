import { afterAll, describe, expect, it } from 'vitest'
import { derivedId } from '../../../shared/ids.ts'
import { deskApp } from '../../../test/support/desk-app.ts'
import { CONNECTOR } from '../../../test/support/sql-site.ts'
import { never } from '../../../test/erp/carry.ts'
import { serveSimErp } from '../../erp/sim/serve.ts'
import { emptyState } from '../../erp/sim/state.ts'
import { compareRound } from '../../workers/compare.ts'
import { deliverRound } from '../../workers/deliver.ts'
import { openSecrets } from '../../erp/sealed-secret.ts'
import { ERP_ENDPOINTS } from './index.ts'

const TOKEN = 'a-very-secret-token'

describe('connections at the desk', async () => {
  const desk = await deskApp()
  const { people, stores, site } = desk
  const state = emptyState()
  const served = await serveSimErp({ state, save: async () => {}, now: () => desk.app.deps.now(), token: TOKEN })
  const item = site.items[0]!
  const remote = `item,${item.id}`
  const about = { client: 'c1', sku: item.sku, name: item.name, unit: 'pcs', barcodes: [], packagings: [] }
  served.erp.addItem({ id: remote, ...about, tracking: { lot: false, serial: false, expiry: false }, active: true })
  afterAll(async () => {
    await served.close()
    await desk.close()
  })

  const read = async (path: string, query: Record<string, string> = {}, who = people.integrator) => {
    const search = new URLSearchParams({ worker: who.id, connection: CONNECTOR, ...query })
    return desk.read(`/api/erp/${path}?${search.toString()}`)
  }
  const write = (path: string, body: object, who = people.integrator) =>
    desk.write(`/api/erp/${path}`, { worker: who.id, connection: CONNECTOR, ...body })
  const body = async (answer: Promise<{ status: number; body: unknown }>): Promise<Record<string, never>> => {
    const { status, body: given } = await answer
    expect(status).toBe(200)
    return given as Record<string, never>
  }
  let version = 1
  const change = async (over: object = {}, who = people.integrator) => {
    const settings = { url: served.url }
    const base = { id: CONNECTOR, version, name: 'ERP', kind: 'sim', settings, secrets: {}, mode: 'live' }
    const answer = await write('connections', { ...base, ...over }, who)
    if (answer.status === 200) ({ version } = answer.body as { version: number })
    return answer
  }
  const deliver = async () => {
    const connection = await stores.connections.get(CONNECTOR)
    const { delivering } = desk.erp.bridge(connection!)
    for (let round = 0; round < 5; round += 1) await deliverRound(delivering, 50, never)
  }
  const compare = async () => {
    desk.app.wait(60_000)
    const connection = await stores.connections.get(CONNECTOR)
    return compareRound(desk.erp.bridge(connection!).comparing, { cause: 'demand' }, never)
  }
  const there = (): number => served.erp.onHand(remote, 'MAIN', '')
  const messages = async (query: Record<string, string> = {}): Promise<{ key: string; state: string; gap: string }[]> =>
    (await body(read('messages', query)))['messages'] as never
  const drifts = async (): Promise<{ drift: number; class: string; run: string; location: string }[]> =>
    (await body(read('drifts')))['drifts'] as never

  it('[ER20] nobody but integrators, administrators and supervisors sees a connection; only the first two change it', async () => {
    for (const { method, path } of ERP_ENDPOINTS) {
      const answer = await (method === 'GET'
        ? desk.read(
            `${path}?worker=${people.berk.id}&connection=${CONNECTOR}&key=${CONNECTOR}&from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z`,
          )
        : desk.write(path, {
            ...EVERYTHING(people.berk.id),
            ...(path.endsWith('drifts') ? { action: 'dismiss' } : {}),
          }))
      expect([path, answer.status], JSON.stringify(answer.body)).toEqual([path, 403])
    }
    expect((await change({}, people.sevda)).status).toBe(403)
    expect((await change({}, people.narrow)).status).toBe(403)
    expect((await read('connections', {}, people.sevda)).status).toBe(200)
    expect((await read('messages', { connection: derivedId('connector', 'other') })).status).toBe(404)
  })

  it('[ER21] secrets are sealed, masked in every answer, and do not follow to another address', async () => {
    expect(await change()).toMatchObject({ status: 400, body: { message: 'Token is missing.' } })
    const made = await change({ secrets: { token: TOKEN } })
    expect(made).toMatchObject({ status: 200, body: { secrets: { token: '•••' }, version: 2, mode: 'live' } })
    expect(JSON.stringify([made, await read('connections'), desk.app.logged])).not.toContain(TOKEN)
    const kept = await stores.connections.get(CONNECTOR)
    expect(kept?.sealed).not.toContain(TOKEN)
    expect(openSecrets([Buffer.alloc(32, 7)], CONNECTOR, kept?.sealed ?? '')).toEqual({ token: TOKEN })
    expect(await change({ settings: { url: 'http://10.0.0.1' } })).toMatchObject({ status: 400 })
    expect(await change({ name: 'ERP 2' })).toMatchObject({ status: 200, body: { secrets: { token: '•••' } } })
    expect(
      openSecrets([Buffer.alloc(32, 7)], CONNECTOR, (await stores.connections.get(CONNECTOR))?.sealed ?? ''),
    ).toEqual({ token: TOKEN })
    expect(desk.renewed()).toBe(2)
  })

  it('[ER21] a change is on the version that was seen, and by the schema of its kind', async () => {
    expect(await change({ version: 1 })).toMatchObject({ status: 409 })
    expect(await change({ kind: 'nothing' })).toMatchObject({ status: 400 })
    expect(await change({ settings: { url: 'ftp://x' }, secrets: { token: TOKEN } })).toMatchObject({ status: 400 })
    expect(await change({ secrets: { password: 'x' } })).toMatchObject({ status: 400 })
    const kinds = (await body(read('kinds')))['kinds'] as unknown as { name: string; secrets: unknown[] }[]
    expect(kinds).toMatchObject([{ name: 'sim', secrets: [{ name: 'token', optional: false }] }])
  })

  it('[ER22] a check says what it found; credentials that were refused are not tried again until they change', async () => {
    await change({ secrets: { token: 'wrong' } })
    const before = served.faults.calls()
    expect(await body(write('check', {}))).toMatchObject({ class: 'auth' })
    const tried = served.faults.calls() - before
    expect(await body(write('check', {}))).toMatchObject({ class: 'auth' })
    expect(served.faults.calls() - before).toBe(tried)
    await change({ secrets: { token: TOKEN } })
    expect(await body(write('check', {}))).toMatchObject({ ok: true })
    expect(await body(read('connections'))).toMatchObject({
      connections: [{ health: { ok: true }, circuit: { state: 'closed' } }],
    })
  })

  it('[ER23] a missing mapping parks; filling it lets everything go on that waited for it', async () => {
    for (const qty of [5, 7]) await desk.facts([desk.arrived(qty)])
    await deliver()
    const parked = await messages({ state: 'parked' })
    expect(parked.map(row => row.gap)).toEqual([`client ${item.client}`])
    const rows = [{ kind: 'client', ours: item.client, theirs: 'c1' }]
    expect(await body(read('mappings'))).toMatchObject({ gaps: [{ gap: `client ${item.client}`, waiting: 1 }] })
    expect((await write('mappings', { rows }, people.sevda)).status).toBe(403)
    expect(await body(write('mappings', { rows }))).toEqual({ released: 1, gaps: [] })
    await deliver()
    expect((await messages({ state: 'posted' })).length).toBe(2)
    expect(there()).toBe(12)
    expect(await body(read('mappings'))).toMatchObject({ mappings: [{ ...rows[0], source: 'person' }] })
  })

  it('[ER24] what is stopped is shown with its tries, tried without effect, edited, skipped, and goes on', async () => {
    served.erp.changeItem(remote, { active: false })
    await desk.facts([desk.arrived(4)])
    await deliver()
    const [dead] = await messages({ state: 'dead' })
    const detail = await body(read('message', { key: dead!.key }))
    expect(detail).toMatchObject({ message: { state: 'dead', errorClass: 'rejected' }, covers: [{}] })
    expect(JSON.stringify(detail)).not.toContain(TOKEN)
    const { payload } = detail['message'] as unknown as { payload: object }
    const settle = (action: object, more: object = {}) =>
      write('messages', { filter: { keys: [dead!.key] }, action, ...more }, people.sevda)
    expect(await body(settle({ kind: 'replay' }, { dryRun: true }))).toEqual({ settled: 1, found: { absent: 1 } })
    expect((await messages({ state: 'dead' })).length).toBe(1)
    const edit = (to: object, at: number) => settle({ kind: 'edit', payload: to, version: at })
    expect((await edit({ ...payload, delta: 'four' }, 1)).status).toBe(400)
    served.erp.changeItem(remote, { active: true })
    expect(await body(edit({ ...payload, delta: 3 }, 1))).toEqual({ settled: 1, found: null })
    expect((await edit({ ...payload, delta: 2 }, 1)).status).toBe(409)
    await deliver()
    expect(there()).toBe(15)
    // What the edit has left is known from now on, and holds no other correction.
    expect(await compare()).toMatchObject({ drifts: 1 })
    served.erp.changeItem(remote, { active: false })
    await desk.facts([desk.arrived(2)])
    await deliver()
    const [second] = await messages({ state: 'dead' })
    const skip = (reason: string) =>
      write('messages', { filter: { state: 'dead' }, action: { kind: 'skip', reason } }, people.sevda)
    expect((await skip(' ')).status).toBe(400)
    expect(await body(skip('booked by hand'))).toEqual({ settled: 1, found: null })
    expect((await messages({ state: 'skipped' })).map(row => row.key)).toEqual([second!.key])
    served.erp.changeItem(remote, { active: true })
  })

  it('[ER25] the books are compared on demand; what a person decides changes one of them and closes the difference', async () => {
    // Edited 4 to 3, and 2 skipped: the ERP has 3 less than the floor.
    expect(await compare()).toMatchObject({ drifts: 1, moving: 0 })
    const [drift] = await drifts()
    expect(drift).toMatchObject({ drift: -3 })
    const act = (action: string, over: object = {}, who = people.sevda) =>
      write('drifts', { item: remote, lot: '', location: '', run: drift!.run, action, reason: 'looked', ...over }, who)
    expect((await act('adoptOurs', {}, people.integrator)).status).toBe(403)
    expect((await act('adoptOurs', { run: derivedId('run', 'old') })).status).toBe(409)
    // Nothing is missing over there: the decision cannot be carried out, and the difference stays.
    expect(await body(act('repost'))).toMatchObject({ done: false })
    expect(await body(act('adoptOurs'))).toEqual({ done: true })
    expect((await act('adoptOurs')).status).toBe(404)
    await deliver()
    expect(there()).toBe(18)
    expect(await compare()).toMatchObject({ drifts: 0 })
    served.erp.byHand('adjustment', [
      { item: remote, lot: '', serial: '', expiry: null, quantity: 5, line: null, from: null, to: 'MAIN' },
    ])
    expect(await compare()).toMatchObject({ drifts: 1 })
    const [edited] = await drifts()
    expect(edited).toMatchObject({ drift: 5, class: 'edited', proposal: 'adoptTheirs' })
    const count = (await messages()).length
    expect(await body(act('adoptTheirs', { run: edited!.run }))).toEqual({ done: true })
    // Our books have moved; the ERP is not told what it knows.
    expect((await messages()).length).toBe(count)
    expect(await compare()).toMatchObject({ drifts: 0 })
    expect(await body(write('compare', { items: [remote] }))).toMatchObject({ run: { drifts: 0, cause: 'demand' } })
    expect(await body(write('compare', {}))).toEqual({ run: null })
    const runs = (await body(read('compare', { limit: '2' })))['runs'] as unknown as unknown[]
    expect(runs).toHaveLength(2)
  })

  it('[ER31] of two causes one is decided about, and the other is a difference of its own at once', async () => {
    const before = await drifts()
    expect(before).toEqual([])
    await desk.facts([desk.arrived(4)])
    await deliver()
    served.erp.changeItem(remote, { active: false })
    await desk.facts([desk.arrived(2)])
    await deliver()
    const skip = { kind: 'skip', reason: 'booked by hand' }
    await write('messages', { filter: { state: 'dead' }, action: skip }, people.sevda)
    served.erp.changeItem(remote, { active: true })
    served.erp.byHand('adjustment', [
      { item: remote, lot: '', serial: '', expiry: null, quantity: 5, line: null, from: null, to: 'MAIN' },
    ])
    expect(await compare()).toMatchObject({ drifts: 1, units: 3 })
    const [both] = (await drifts()) as unknown as { run: string; causes: { class: string; n: number }[] }[]
    expect(both).toMatchObject({ drift: 3, class: 'several', proposal: 'adoptTheirs' })
    expect(both!.causes.map(cause => [cause.class, cause.n])).toEqual([
      ['edited', 5],
      ['skipped', -2],
    ])
    const act = (cause: string, action: string) => {
      const about = { item: remote, lot: '', location: '', run: both!.run, reason: 'looked' }
      return write('drifts', { ...about, cause, action }, people.sevda)
    }
    expect((await act('missing', 'repost')).status).toBe(409)
    expect(await body(act('edited', 'adoptTheirs'))).toEqual({ done: true })
    expect(await drifts()).toMatchObject([{ drift: -2, class: 'skipped', proposal: 'adoptOurs' }])
    const [left] = await drifts()
    const about = { item: remote, lot: '', location: '', run: left!.run, reason: 'looked' }
    expect(await body(write('drifts', { ...about, action: 'adoptOurs' }, people.sevda))).toEqual({ done: true })
    await deliver()
    expect(await compare()).toMatchObject({ drifts: 0 })
  })

  it('[ER31] what explains the other causes is still known when one was decided about', async () => {
    await desk.facts([desk.arrived(2)])
    served.erp.changeItem(remote, { active: false })
    await deliver()
    const skip = { kind: 'skip', reason: 'booked by hand' }
    await write('messages', { filter: { state: 'dead' }, action: skip }, people.sevda)
    served.erp.changeItem(remote, { active: true })
    served.erp.byHand('adjustment', [
      { item: remote, lot: '', serial: '', expiry: null, quantity: 5, line: null, from: null, to: 'MAIN' },
    ])
    expect(await compare()).toMatchObject({ drifts: 1, units: 3 })
    const decide = async (more: Record<string, string>) => {
      const [open] = (await drifts()) as unknown as { run: string }[]
      const about = { item: remote, lot: '', location: '', run: open?.run, reason: 'looked' }
      return body(write('drifts', { ...about, ...more }, people.sevda))
    }
    expect(await decide({ cause: 'skipped', action: 'adoptOurs' })).toEqual({ done: true })
    expect(await drifts()).toMatchObject([{ drift: 5, class: 'edited', proposal: 'adoptTheirs' }])
    expect(await decide({ action: 'adoptTheirs' })).toEqual({ done: true })
    await deliver()
    expect(await compare()).toMatchObject({ drifts: 0 })
  })

  it('[ER34] a closed period stops a message with the ERP’s own words; when the period is open the message goes on, once', async () => {
    state.closedUntil = '2100-01-01T00:00:00Z'
    const before = there()
    await desk.facts([desk.arrived(1)])
    await deliver()
    const stopped = (await messages({ state: 'dead' })) as unknown as Record<string, string>[]
    expect(stopped).toMatchObject([{ errorClass: 'rejected', question: expect.stringContaining('2100-01-01') }])
    const replay = () => write('messages', { filter: { state: 'dead' }, action: { kind: 'replay' } }, people.sevda)
    expect(await body(replay())).toMatchObject({ settled: 1 })
    await deliver()
    expect([there(), (await messages({ state: 'dead' })).length]).toEqual([before, 1])
    delete state.closedUntil
    expect(await body(replay())).toMatchObject({ settled: 1 })
    await deliver()
    expect([there(), (await messages({ state: 'dead' })).length]).toEqual([before + 1, 0])
  })

  it('[ER25] a difference that nobody can explain is counted: a task for the floor', async () => {
    served.erp.setLevel({ item: remote, place: 'MAIN', lot: '' }, 30, null)
    expect(await compare()).toMatchObject({ drifts: 1 })
    const [drift] = await drifts()
    const decision = { item: remote, lot: '', location: '', run: drift!.run, reason: 'look there' }
    expect(await body(write('drifts', { ...decision, action: 'recount' }, people.sevda))).toEqual({ done: true })
    const { stock } = await stores.compare.picture({ warehouse: site.warehouse.id, connector: CONNECTOR }, [remote])
    const tables = await stores.sync.decide({ warehouse: site.warehouse.id, now: desk.app.deps.now() }, async tx =>
      tx.counts.openCounts(stock.map(row => row.location)),
    )
    expect(tables.map(task => [task.kind, task.count?.item])).toContainEqual(['count', item.id])
  })

  it('[ER26] a rehearsal posts nothing and says what stands in the way', async () => {
    await change({ mode: 'readOnly' })
    const documents = Object.keys(state.documents).length
    await desk.facts([desk.arrived(6)])
    await deliver()
    expect(Object.keys(state.documents).length).toBe(documents)
    const report = await body(read('rehearsal'))
    expect(report).toMatchObject({ mode: 'readOnly', prepared: { adjustment: 1 }, gaps: [], stopped: [] })
    await compare()
    const differences = (await body(read('rehearsal')))['differences'] as unknown as Record<string, number>
    expect(Object.values(differences).reduce((sum, n) => sum + n, 0)).toBe(1)
    await change({ mode: 'shadow' })
    await desk.facts([desk.arrived(1)])
    await deliver()
    const made = Object.values(state.documents).slice(documents)
    expect(made.map(document => document.state)).toEqual(['draft'])
    await change({ mode: 'live' })
  })

  it('[ER27] KPI facts: of each message when it was captured, applied, delivered and acknowledged, its attempts and outcome', async () => {
    const day = desk.app.deps.now().slice(0, 10)
    const facts = async (from: string, to: string) => read('facts', { from, to })
    const all = (await body(facts(`${day}T00:00:00.000Z`, `${day}T23:59:59.999Z`)))['facts'] as unknown as Record<
      string,
      unknown
    >[]
    expect(all.find(fact => fact['state'] === 'posted')).toMatchObject({
      type: 'adjustment',
      errorClass: null,
      capturedAt: expect.any(String),
      appliedAt: expect.any(String),
      deliveredAt: expect.any(String),
      acknowledgedAt: expect.any(String),
    })
    expect((await facts('2026-01-01T00:00:00.000Z', '2026-12-31T00:00:00.000Z')).status).toBe(400)
  })

  it('[ER24] the data-quality report names records and counts what is wrong', async () => {
    expect(await body(read('flaws'))).toEqual({ counts: [], flaws: [], next: null })
  })
})

/** A body that fits whatever asks for one. */
const EVERYTHING = (worker: string): object => ({
  worker,
  connection: CONNECTOR,
  id: CONNECTOR,
  version: 1,
  name: 'x',
  kind: 'sim',
  settings: {},
  mode: 'off',
  filter: {},
  rows: [{ kind: 'client', ours: 'x', theirs: 'y' }],
  item: 'x',
  location: '',
  lot: '',
  run: CONNECTOR,
  reason: 'x',
  action: { kind: 'replay' },
})
