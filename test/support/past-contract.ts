import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as pastOrders from '../../server/store/migrations/0042_past_orders.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { horizonRound } from '../../server/workers/horizon.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { testSite } from './site.ts'
import { sqlSite } from './sql-site.ts'

const noon = (day: string): string => `${day}T12:00:00.000Z`

/** What every store guarantees of orders that left long ago; `open` gives an empty database. */
export const describePastStore = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`orders of the past: ${name}`, () => {
    const site = testSite('past')
    const warehouse = site.warehouse.id
    const [one, two] = site.clients
    const device = site.devices[0]?.id
    const itemOf = (client: ClientId | undefined) => site.items.find(item => item.client === client)
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      await write('2026-09-01', [order('OLD'), task('OLD', 'done')])
      await write('2026-09-01', [order('CANCELLED', 'cancelled'), task('CANCELLED', 'cancelled')])
      await write('2026-09-01', [order('BUSY'), task('BUSY', 'started')])
      await write('2026-09-01', [order('COMING BACK'), back('COMING BACK', 'started')])
      await write('2026-09-01', [order('CAME BACK')])
      await write('2026-10-10', [back('CAME BACK', 'closed')])
      await write('2026-09-01', [order('OPEN', 'started')])
      await write('2026-09-01', [order('THEIRS', 'closed', two?.id)])
      await write('2026-10-01', [order('NEW')])
    })
    afterAll(() => opened.close())

    const document = (number: string) => derivedId<'document'>('document', 'past', number)
    const order = (
      number: string,
      state: Document['state'] = 'closed',
      client: ClientId | undefined = one?.id,
    ): Document => {
      if (client === undefined) throw new Error('no client')
      return {
        id: document(number),
        kind: 'order',
        client,
        number,
        partner: '',
        state,
        due: null,
        priority: 0,
        blind: false,
      }
    }
    const back = (number: string, state: Document['state']): Document => ({
      ...order(number, state),
      id: document(`R-${number}`),
      number: `R-${number}`,
      kind: 'return',
      origin: document(number),
    })
    const task = (number: string, state: Task['state']): Task => ({
      id: derivedId('task', 'past', number),
      kind: 'ship',
      client: order(number).client,
      document: document(number),
      state,
      lease: null,
      tote: null,
    })
    const lineOf = (of: Document): Line => {
      const item = itemOf(of.client)
      if (item === undefined) throw new Error('no item')
      return {
        id: derivedId('line', 'past', of.number),
        document: of.id,
        client: of.client,
        item: item.id,
        source: '1',
        no: 1,
        wanted: 5,
        done: 5,
        state: 'done',
        claims: [],
        reason: null,
        shipped: 5,
      }
    }
    const write = (day: string, rows: readonly (Document | Task)[]) =>
      stores.sync.decide({ warehouse, now: noon(day) }, async tx => {
        const documents = rows.flatMap(row => ('number' in row ? [row] : []))
        const tasks = rows.flatMap(row => ('lease' in row ? [row] : []))
        const effects = { ...NOTHING, documents, tasks, lines: documents.map(lineOf) }
        await tx.write({ body: { kind: 'test' }, effects })
        return { keep: true, answer: null }
      })

    const eyes = { warehouse, worker: null, clients: null }
    type Seen = readonly { k: string; id: string; b: unknown }[]
    /** Numbers of documents that are whole on a handheld, with their lines; a part of one is a mistake. */
    const known = (rows: Seen): readonly string[] => {
      const last = new Map(rows.map(row => [row.id, row]))
      const here = [...last.values()].flatMap(row => (row.k === 'document' && row.b ? [row.b as Document] : []))
      const lines = [...last.values()].filter(row => row.k === 'line' && row.b)
      expect(lines.map(row => (row.b as Line).document).sort()).toEqual(here.map(({ id }) => id).sort())
      return here.map(({ number }) => number).sort()
    }
    const page = async (after: number, today: string): Promise<Seen> => {
      if (device === undefined) throw new Error('no device')
      const at = { ...eyes, device, epoch: 'epoch0000001', after, limit: 1000, today }
      return (await stores.sync.page(at)).rows
    }
    const snapshot = async (today: string): Promise<Seen> => {
      if (device === undefined) throw new Error('no device')
      const rows: { k: string; id: string; b: unknown }[] = []
      await stores.sync.snapshot({ ...eyes, device, today }, async part => void rows.push(...part))
      return rows
    }
    const head = async () => (await stores.sync.feed(warehouse)).seq
    const change = async (horizonDays: number, day: string, client: ClientId | null = null): Promise<number> => {
      const before = await head()
      const { version = 0 } = (await stores.site.policies(warehouse)) ?? {}
      const policy = { ...DEFAULT_POLICY, return: { ...DEFAULT_POLICY.return, horizonDays } }
      const id = derivedId<'decision'>('decision', 'past', horizonDays, version)
      const [worker] = site.roster.workers
      if (worker === undefined) throw new Error('no worker')
      const ask = { id, expectedVersion: version, client, policy }
      await stores.site.changePolicy({ warehouse, worker: worker.id, now: noon(day), ask })
      return before
    }
    const bring = (code: string, today: string, clients: readonly ClientId[] | null = null) =>
      stores.past.bring({ warehouse, clients, codes: [code], today })

    const ALL = ['BUSY', 'CAME BACK', 'CANCELLED', 'COMING BACK', 'NEW', 'OLD', 'OPEN', 'THEIRS']
    const BACK = ['R-CAME BACK', 'R-COMING BACK']
    const gone = (...numbers: string[]) => [...ALL, ...BACK].filter(number => !numbers.includes(number)).sort()

    it('[J15] what left is known for sixty days, with its lines; then it goes, unless work or a return of it is open', async () => {
      expect(DEFAULT_POLICY.return.horizonDays).toBe(60)
      expect(known(await page(0, '2026-10-30'))).toEqual(gone())
      const left = gone('OLD', 'CANCELLED', 'THEIRS')
      expect(known(await page(0, '2026-10-31'))).toEqual(left)
      expect(known(await snapshot('2026-10-31'))).toEqual(left)
      const later = gone('OLD', 'CANCELLED', 'THEIRS', 'NEW')
      expect(known(await page(0, '2026-12-08'))).toEqual(later)
      expect(known(await page(0, '2026-12-09'))).toEqual(
        later.filter(number => !['CAME BACK', 'R-CAME BACK'].includes(number)),
      )
    })
    it('[J15] when the day has come handhelds are told to forget it, once', async () => {
      const rung: string[] = []
      const turn = (day: string) =>
        horizonRound({ site: stores.site, now: () => noon(day), ring: id => void rung.push(id) })
      await turn('2026-10-30')
      const before = await head()
      await turn('2026-10-31')
      const rows = await page(before, '2026-10-31')
      expect(rows.every(row => row.b === null)).toBe(true)
      const ids = rows.flatMap(row => (row.k === 'document' ? [row.id] : [])).sort()
      expect(ids).toEqual(['OLD', 'CANCELLED', 'THEIRS'].map(document).sort())
      const after = await head()
      await turn('2026-11-01')
      expect([await head(), rung]).toEqual([after, [warehouse]])
    })
    it('[J15] another number of days shows or takes back what it changes; none at all keeps nothing that has left', async () => {
      const shown = await page(await change(90, '2026-11-05'), '2026-11-05')
      expect(known(shown)).toEqual(expect.arrayContaining(['CANCELLED', 'OLD', 'THEIRS']))
      expect(known(shown)).not.toContain('NEW')
      expect(known(await snapshot('2026-11-05'))).toEqual(gone())
      const none = await page(await change(0, '2026-11-05'), '2026-11-05')
      expect(none.some(row => row.b === null && row.id === document('NEW'))).toBe(true)
      expect(known(await snapshot('2026-11-05'))).toEqual(['BUSY', 'COMING BACK', 'OPEN', 'R-COMING BACK'])
      await change(60, '2026-11-05')
    })
    it('[J15] an order that is taken up again is known again', async () => {
      const before = await head()
      await write('2026-11-05', [order('OLD', 'started')])
      expect(known(await page(before, '2026-11-05'))).toEqual(['OLD'])
      await write('2026-11-05', [order('OLD')])
      expect(known(await snapshot('2027-01-03'))).toContain('OLD')
      expect(known(await snapshot('2027-01-04'))).not.toContain('OLD')
    })
    it('[J16] what is asked for comes to all handhelds with what has come back of it, as if it had left that day', async () => {
      const before = await head()
      expect(await bring('CAME BACK', '2027-02-01')).toBe('shown')
      expect(known(await page(before, '2027-02-01'))).toEqual(['CAME BACK', 'R-CAME BACK'])
      expect(known(await snapshot('2027-04-02'))).toContain('CAME BACK')
      expect(known(await snapshot('2027-04-03'))).not.toContain('CAME BACK')
    })
    it('[J16] by the number of its return, the label of a box and the number on the carrier’s label', async () => {
      const carton = { document: document('CANCELLED'), type: null, weightG: null, size: null, tracking: 'TRACK-99' }
      const box = { code: 'BOX-99', kind: 'carton' as const, zone: null, sequence: 0, parent: null, active: false }
      const id = derivedId<'location'>('location', 'past', 'box')
      await stores.site.putLocations(warehouse, [{ ...box, id, carton: { ...carton, closed: true, shipped: true } }])
      expect(await bring('R-CAME BACK', '2027-05-01')).toBe('shown')
      for (const code of ['BOX-99', 'TRACK-99']) {
        const before = await head()
        expect(await bring(code, '2027-05-01')).toBe('shown')
        expect(known(await page(before, '2027-05-01'))).toEqual(['CANCELLED'])
      }
    })
    it('[J16] nobody gets what is another client’s or nobody’s; what handhelds know already is not sent again', async () => {
      if (one === undefined || two === undefined) throw new Error('two clients')
      const before = await head()
      expect(await bring('THEIRS', '2027-05-01', [one.id])).toBe('none')
      expect(await bring('NOBODY', '2027-05-01')).toBe('none')
      expect(await bring('OPEN', '2027-05-01')).toBe('known')
      expect(await head()).toBe(before)
      expect(await bring('THEIRS', '2027-05-01', [two.id])).toBe('shown')
    })
    it('[J16] where nothing is to be known of what has left, it is there until the next day', async () => {
      await change(0, '2027-06-01')
      expect(await bring('NEW', '2027-06-01')).toBe('shown')
      expect(known(await snapshot('2027-06-01'))).toContain('NEW')
      expect(known(await snapshot('2027-06-02'))).not.toContain('NEW')
    })
    it('[J15] a site from before keeps what it knows for another sixty days, and its 0 days become sixty', async () => {
      const { db } = opened
      for (const index of ['work_last_on', 'work_origin', 'work_number'])
        await sql`drop index ${sql.ref(index)}`.execute(db)
      await sql`alter table work drop column last_on`.execute(db)
      if (two === undefined) throw new Error('two clients')
      await change(0, '2027-06-02', two.id)
      await pastOrders.up(db as Parameters<typeof pastOrders.up>[0])
      const { warehouse: policy, clients } = (await stores.site.policies(warehouse)) ?? {}
      expect(policy?.return.horizonDays).toBe(60)
      expect(clients?.[two.id]?.return?.horizonDays).toBe(60)
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from work where last_on is not null and kind = 'document'`.execute(db)
      expect(rows[0]?.n).toBe(8)
    })
  })
}
