import { unzipSync } from 'fflate'
import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expiringAnswerSchema } from '../../../shared/desk/goods.ts'
import { recallAnswerSchema, recallDoneSchema } from '../../../shared/desk/recall.ts'
import { stocktakeAnswerSchema, stocktakeDoneSchema } from '../../../shared/desk/stocktake.ts'
import { derivedId } from '../../../shared/ids.ts'
import { NOTHING } from '../../../shared/ledger/effects.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { browserOf } from './test-browser.ts'

const codeOf = async (response: Response): Promise<string> => {
  const { code = '' }: { code?: string } = await response.json()
  return code
}

describe('goods at the desk, over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, site, stores, key } = desk
  const warehouse = site.warehouse.id
  const [one] = site.clients
  const item = site.items.find(it => it.tracking.lot)
  const narrow = { ...people.narrow, login: 'narrow' }
  if (!one || !item) throw new Error('no site')
  const lot = { client: one.id, item: item.id, lot: '=1+2' }
  const search = new URLSearchParams(lot).toString()
  const pages: Record<string, ReturnType<typeof browserOf>> = {}
  const at = (who: string) => {
    const page = pages[who]
    if (page === undefined) throw new Error(`nobody is ${who}`)
    return page
  }
  beforeAll(async () => {
    const all = { sevda: people.sevda, narrow, admin: people.admin, inge: people.integrator }
    for (const [login, worker] of Object.entries(all)) {
      await desk.account(worker, login)
      const page = browserOf(app.app, `10.0.2.${login.length}`)
      await page.logIn(login, PASSWORD)
      pages[login] = page
    }
    const { movements } = desk.arrived(12, { ...key(), item: item.id, lot: '=1+2' })
    const known = { ...lot, expiry: '2026-12-01', firstReceivedAt: null, blocked: false }
    await desk.facts([{ ...NOTHING, lots: [known], movements }, desk.arrived(7)])
  })

  it('[RC5] a recall is decided by a supervisor of the client, and shown to nobody who may not see its goods', async () => {
    const seen = v.parse(recallAnswerSchema, await (await at('sevda').get(`/api/desk/recall?${search}`)).json())
    expect(seen.warehouses.map(one => [one.warehouse, one.totals?.lies])).toEqual([[warehouse, 12]])
    expect(await codeOf(await at('narrow').get(`/api/desk/recall?${search}`))).toBe('not_found')
    const ask = (act: string, nth: string, version: number) => ({
      id: derivedId('decision', 'goods', nth),
      act,
      ...lot,
      reason: 'glass in it',
      expected: { [warehouse]: version },
    })
    for (const [who, code] of [
      ['narrow', 'not_found'],
      ['inge', 'role'],
      ['admin', 'role'],
    ] as const)
      expect([who, await codeOf(await at(who).post('/api/desk/recall', ask('block', who, 0)))]).toEqual([who, code])
    const done = async (body: object) =>
      v.parse(recallDoneSchema, await (await at('sevda').post('/api/desk/recall', body)).json()).results
    expect(await done(ask('block', 'one', 0))).toEqual([{ warehouse, outcome: 'done', version: 1 }])
    expect(await done(ask('release', 'two', 0))).toEqual([{ warehouse, outcome: 'refused', code: 'stale', version: 1 }])
    // A warehouse that was not shown is left alone.
    expect(await done({ ...ask('release', 'three', 1), expected: {} })).toEqual([])
    const { rows } = await stores.views.stock(
      { warehouse, clients: null, worker: null },
      { q: '=1+2', after: '', limit: 10 },
    )
    expect(rows.map(row => [row.status, row.onHand])).toEqual([['blocked', 12]])
  })

  it('[TZ4] at 23:30 in Istanbul it is still today: days left, the past day and the name of a file are those of the place', async () => {
    const held = await stores.site.policies(warehouse)
    if (held === null) throw new Error('no policies')
    const into = (timeZone: string) =>
      stores.site.putPolicies(warehouse, { ...held, warehouse: { ...held.warehouse, site: { timeZone } } })
    const seen = async () => {
      const { rows, today } = v.parse(
        expiringAnswerSchema,
        await (await at('sevda').get('/api/desk/expiring?days=30')).json(),
      )
      const file = await at('sevda').get('/api/desk/export?list=orders&format=csv&language=en')
      const name = /"orders-(.*)\.csv"/.exec(file.headers.get('content-disposition') ?? '')?.[1]
      const past = async (day: string) => codeOf(await at('sevda').get(`/api/desk/past?day=${day}`))
      return {
        today,
        name,
        left: rows.map(row => row.daysLeft),
        days: [await past('2026-11-23'), await past('2026-11-24')],
      }
    }
    const wait = (hours: number) => app.wait(hours * 3_600_000)
    const first = { today: '2026-11-23', name: '2026-11-23', left: [8], days: ['', 'bad_request'] }
    wait(12.5)
    await at('sevda').logIn('sevda', PASSWORD)
    await into('Europe/Istanbul')
    expect(await seen()).toEqual(first)
    wait(0.5)
    expect(await seen()).toEqual({ today: '2026-11-24', name: '2026-11-24', left: [7], days: ['', ''] })
    await into('UTC')
    expect(await seen()).toEqual(first)
    wait(-13)
  })

  it('[EX2] what expires is told apart by what must be left, and a day that is none is refused', async () => {
    const list = async (query: string) =>
      v.parse(expiringAnswerSchema, await (await at('sevda').get(`/api/desk/expiring?${query}`)).json()).rows
    expect((await list('days=30')).map(row => [row.lot, row.daysLeft, row.state])).toEqual([['=1+2', 8, 'soon']])
    expect(await list('days=1')).toEqual([])
    const held = await stores.site.policies(warehouse)
    if (held === null) throw new Error('no policies')
    const shelf = { ...held.warehouse.shelf, minDaysOut: 20 }
    await stores.site.putPolicies(warehouse, { ...held, version: 2, warehouse: { ...held.warehouse, shelf } })
    expect((await list('days=30')).map(row => row.state)).toEqual(['tooShort'])
    // Of the item's own days and the client's the stricter counts, as where goods are promised.
    const own = JSON.stringify({ acceptDays: null, minDaysOut: 2, lifeDays: null })
    await sql`update item set body = jsonb_set(body, '{shelf}', ${own}::jsonb) where uid = ${item.id}`.execute(
      desk.opened.db,
    )
    expect((await list('days=30')).map(row => row.state)).toEqual(['tooShort'])
    app.wait(9 * 86_400_000)
    await at('sevda').logIn('sevda', PASSWORD)
    expect((await list('days=0')).map(row => [row.daysLeft, row.state])).toEqual([[-1, 'expired']])
    for (const day of ['2026-02-31', '2999-01-01', 'x'])
      expect(await codeOf(await at('sevda').get(`/api/desk/past?day=${day}`))).toBe('bad_request')
  })

  it('[SK1] a stocktake is opened by a supervisor who sees all clients, and read by nobody else', async () => {
    for (const login of ['narrow', 'admin', 'inge']) await at(login).logIn(login, PASSWORD)
    const open = { act: 'open', id: derivedId('decision', 'goods', 'stocktake'), zones: [], blind: true }
    for (const who of ['narrow', 'admin', 'inge'])
      expect([who, await codeOf(await at(who).post('/api/desk/stocktake', open))]).toEqual([who, 'role'])
    const { stocktake } = v.parse(
      stocktakeDoneSchema,
      await (await at('sevda').post('/api/desk/stocktake', open)).json(),
    )
    const read = await at('sevda').get(`/api/desk/stocktake?id=${stocktake}`)
    const { report } = v.parse(stocktakeAnswerSchema, await read.json())
    expect([report.all.open, report.all.places]).toEqual([6, 6])
    expect(await codeOf(await at('narrow').get(`/api/desk/stocktake?id=${stocktake}`))).toBe('role')
  })

  it('[XP1] a list goes out as CSV with its filters, guarded against formulas, numbers as numbers, for who may see it', async () => {
    const file = await at('sevda').get('/api/desk/export?list=stock&format=csv&language=tr')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="stock-2026-\d\d-\d\d\.csv"$/)
    const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer()).split('\r\n')
    expect(lines[0]?.startsWith('\ufeffYer;SKU;')).toBe(true)
    expect(lines.find(line => line.includes('1+2'))).toContain(";'=1+2;")
    expect(lines.find(line => line.includes('1+2'))).toContain(';blocked;12;0;0;0')
    const theirs = (await (await at('narrow').get('/api/desk/export?list=stock')).text()).trim().split('\r\n')
    expect(theirs).toHaveLength(1)
    expect(await codeOf(await at('narrow').get(`/api/desk/export?list=recall&${search}`))).toBe('not_found')
    for (const [who, list] of [
      ['sevda', 'approvals'],
      ['sevda', 'orders'],
      ['sevda', 'receipts'],
      ['sevda', 'returns'],
      ['sevda', 'expiring'],
      ['admin', 'audit'],
      ['sevda', `recall&${search}`],
      ['sevda', `movements&item=${item.id}`],
      ['sevda', 'past&day=2026-11-30&by=place'],
    ] as const)
      for (const format of ['csv', 'xlsx'])
        expect([list, (await at(who).get(`/api/desk/export?list=${list}&format=${format}`)).status]).toEqual([
          list,
          200,
        ])
    expect(await codeOf(await at('inge').get('/api/desk/export?list=audit'))).toBe('role')
    expect(await codeOf(await at('sevda').get('/api/desk/export?list=movements'))).toBe('bad_request')
  })

  it('[XP2] a spreadsheet has texts as texts and numbers as numbers, and no formula', async () => {
    const file = await at('sevda').get('/api/desk/export?list=stock&format=xlsx')
    const parts = unzipSync(new Uint8Array(await file.arrayBuffer()))
    const text = Object.entries(parts)
      .filter(([name]) => name.endsWith('.xml'))
      .map(([, bytes]) => new TextDecoder().decode(bytes))
      .join('')
    expect(text).toContain('=1+2')
    expect(text).not.toMatch(/<f[ >]/)
    expect(text).toMatch(/<v>12<\/v>/)
  })

  it('[XP3] a file that was taken out is in the audit log; a page of it is read when it is wanted', async () => {
    const { rows } = await sql<{ subject: string; n: number }>`
      select subject, count(*)::int as n from audit where kind = 'export' group by subject order by subject`.execute(
      desk.opened.db,
    )
    expect(rows.find(row => row.subject === 'stock')?.n).toBe(3)
    const entry = await sql<{ worker: string }>`select worker from audit where kind = 'export' limit 1`.execute(
      desk.opened.db,
    )
    expect(entry.rows[0]?.worker).toBe(people.sevda.id)
    let asked = 0
    const { stock } = stores.views
    stores.views.stock = async (viewer, want) => {
      asked += 1
      const page = await stock(viewer, { ...want, after: '' })
      return { rows: page.rows, next: 'again' }
    }
    const endless = await at('sevda').get('/api/desk/export?list=stock')
    const reader = endless.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(asked).toBeLessThan(5)
    stores.views.stock = stock
  })

  it('[XP4] a file has the columns and the order of the screen, and a line for programs by choice; no other names are taken', async () => {
    const file = async (query: string): Promise<string[]> =>
      (await (await at('sevda').get(`/api/desk/export?list=stock&language=en&${query}`)).text()).split('\r\n')
    const [head, machine, first] = await file('columns=onHand.lot.place&machine=1&sort=expiry')
    expect([head, machine, first]).toEqual(['On hand,Lot,Place', 'onHand,lot,place', "12,'=1+2,A-01"])
    expect((await file('columns=onHand.onHand'))[0]).toBe('On hand')
    const refusedFor = async (query: string) => codeOf(await at('sevda').get(`/api/desk/export?${query}`))
    expect(await refusedFor('list=stock&columns=place.password')).toBe('bad_request')
    expect(await refusedFor('list=stock&columns=place.constructor')).toBe('bad_request')
    expect(await refusedFor('list=stock&sort=due')).toBe('bad_request')
    expect((await at('sevda').get('/api/desk/export?list=orders&sort=partner')).status).toBe(200)
  })
})
