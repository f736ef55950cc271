import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { PastWish } from '../../shared/desk/goods.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { LocationId } from '../../shared/ids.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { placeId, testSite } from './site.ts'
import { CONNECTOR, sqlSite } from './sql-site.ts'
import { emptyPage } from '../../server/workers/import-port.ts'

type Movement = Effects['movements'][number]

/** What stock by date and at a date guarantees on every engine; `open` gives an empty database. */
export const describeGoods = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`goods by date: ${name}`, () => {
    const base = testSite('goods')
    const [one, two] = base.clients
    const mine = base.items.filter(item => item.client === one?.id)
    const theirs = base.items.find(item => item.client === two?.id)
    const [plain, lots, third] = mine
    if (!one || !two || !theirs || !plain || !lots || !third) throw new Error('no site')
    const site = { ...base, costs: new Map([plain, lots].map((item, n) => [item.id, 100 * (n + 1)])) }
    const warehouse = site.warehouse.id
    const viewer = { warehouse, clients: null, worker: null }
    const page = { after: '', limit: 100 }
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    /** Everything that was booked, with the instant of its commit: what a replay begins with. */
    const log: { booked: string; movement: Movement }[] = []

    const write = async (now: string, effects: Partial<Effects>): Promise<void> => {
      await stores.sync.decide({ warehouse, now }, tx => tx.write({ body: {}, effects: { ...NOTHING, ...effects } }))
      for (const movement of effects.movements ?? []) log.push({ booked: now, movement })
    }
    const move = (
      item: typeof plain,
      from: LocationId,
      to: LocationId,
      qty: number,
      at: string,
      lot = '',
    ): Movement => ({
      client: item.client,
      item: item.id,
      lot,
      serial: '',
      from: looseAt(from),
      to: looseAt(to),
      qty,
      takenAt: at,
      at,
      unc: null,
    })
    const [supplier, customer] = [virtualLocation(warehouse, 'supplier'), virtualLocation(warehouse, 'customer')]
    const place = (code: string): LocationId => placeId(site, code)

    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      const known = (lot: string, expiry: string | null) => ({
        client: one.id,
        item: lots.id,
        lot,
        expiry,
        firstReceivedAt: null,
        blocked: false,
      })
      await write('2026-11-20T08:00:00.000Z', {
        lots: [
          known('OLD', '2026-11-10'),
          known('SOON', '2026-12-01'),
          known('LATE', '2027-12-01'),
          known('NONE', null),
        ],
        movements: [
          move(plain, supplier, place('A-01'), 50, '2026-11-20T07:00:00.000Z'),
          move(lots, supplier, place('A-02'), 4, '2026-11-20T07:00:00.000Z', 'OLD'),
          move(lots, supplier, place('A-02'), 6, '2026-11-20T07:00:00.000Z', 'SOON'),
          move(lots, supplier, place('A-03'), 8, '2026-11-20T07:00:00.000Z', 'LATE'),
          move(theirs, supplier, place('A-03'), 9, '2026-11-20T07:00:00.000Z'),
          move(third, supplier, place('A-04'), 3, '2026-11-20T07:00:00.000Z'),
        ],
      })
      await write('2026-11-21T08:00:00.000Z', {
        movements: [move(plain, place('A-01'), customer, 20, '2026-11-21T07:00:00.000Z')],
      })
      // A handheld was offline: done on the 20th, known on the 22nd.
      await write('2026-11-22T08:00:00.000Z', {
        movements: [
          move(plain, place('A-01'), customer, 5, '2026-11-20T15:00:00.000Z'),
          move(lots, place('A-02'), place('A-04'), 2, '2026-11-22T07:00:00.000Z', 'SOON'),
        ],
      })
    })
    afterAll(() => opened.close())

    /** The same by walking through everything that was booked, movement by movement. */
    const replayed = ({ before, basis }: PastWish): Map<string, number> => {
      const stock = new Map<string, number>()
      const add = (m: Movement, side: Movement['from'], qty: number): void => {
        const code = site.locations.find(one => one.id === side.location)?.code ?? ''
        const sku = site.items.find(item => item.id === m.item)?.sku ?? ''
        const key = [code, sku, m.lot, side.status, m.client].join('|')
        stock.set(key, (stock.get(key) ?? 0) + qty)
      }
      for (const { booked, movement } of log) {
        if ((basis === 'booked' ? booked : movement.at) >= before) continue
        add(movement, movement.from, -movement.qty)
        add(movement, movement.to, movement.qty)
      }
      const virtual = new Set(
        site.locations.filter(one => one.id === supplier || one.id === customer).map(one => one.code),
      )
      return new Map([...stock].filter(([key, qty]) => qty !== 0 && !virtual.has(key.split('|')[0] ?? '')))
    }

    it('[PA1] stock at a past date, by one statement, is what a replay of the ledger gives, on both bases', async () => {
      for (const basis of ['booked', 'known'] as const)
        for (const day of ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']) {
          const want: PastWish = { before: `${day}T12:00:00.000Z`, basis, by: 'place' }
          const { rows } = await stores.goods.past(viewer, { ...want, ...page })
          const found = new Map(
            rows.map(row => [[row.place, row.sku, row.lot, row.status, row.client].join('|'), row.onHand]),
          )
          expect([basis, day, [...found].toSorted()]).toEqual([basis, day, [...replayed(want)].toSorted()])
        }
      const then = async (basis: PastWish['basis']) =>
        (await stores.goods.past(viewer, { before: '2026-11-21T00:00:00.000Z', basis, by: 'item', ...page })).rows.find(
          row => row.item === plain.id,
        )?.onHand
      expect([await then('booked'), await then('known')]).toEqual([50, 45])
    })

    it('[PA2] its value is pieces times cost; what has no cost is counted; a person sees their clients’ only; pages add up', async () => {
      const want: PastWish & typeof page = { before: '2026-11-23T00:00:00.000Z', basis: 'booked', by: 'item', ...page }
      const whole = await stores.goods.past(viewer, want)
      expect(whole.totals).toEqual({ rows: 4, onHand: 25 + 18 + 9 + 3, value: 25 * 100 + 18 * 200, withoutCost: 2 })
      const narrow = await stores.goods.past({ warehouse, clients: [two.id], worker: null }, want)
      expect([narrow.rows.map(row => row.item), narrow.totals]).toEqual([
        [theirs.id],
        { rows: 1, onHand: 9, value: 0, withoutCost: 1 },
      ])
      const pages: string[] = []
      for (let after: string | null = ''; after !== null;) {
        const part: typeof whole = await stores.goods.past(viewer, { ...want, after, limit: 1 })
        pages.push(...part.rows.map(row => row.item))
        after = part.next
      }
      expect(pages).toEqual(whole.rows.map(row => row.item))
    })

    it('[PA3] a past day is valued at what a piece cost then; the first cost known holds for the time before it', async () => {
      const cost = (item: typeof plain, now: string, minor: number | null) =>
        stores.import.putPage(
          { warehouse, connector: CONNECTOR, now },
          { ...emptyPage('item', now), items: [{ item, cost: minor }] },
          null,
        )
      const worth = async (day: string) =>
        new Map(
          (
            await stores.goods.past(viewer, { before: `${day}T00:00:00.000Z`, basis: 'booked', by: 'item', ...page })
          ).rows.map(row => [row.item, row.value]),
        )
      await cost(plain, '2026-11-22T12:00:00.000Z', 300)
      await cost(plain, '2026-11-22T13:00:00.000Z', 300)
      await cost(plain, '2026-11-24T12:00:00.000Z', null)
      await cost(third, '2026-11-24T12:00:00.000Z', 50)
      expect((await worth('2026-11-22')).get(plain.id)).toBe(30 * 100)
      expect((await worth('2026-11-23')).get(plain.id)).toBe(25 * 300)
      expect((await worth('2026-11-25')).get(plain.id)).toBeNull()
      expect((await worth('2026-11-21')).get(third.id)).toBe(3 * 50)
      expect((await worth('2026-11-21')).get(theirs.id)).toBeNull()
    })

    it('[EX1] what expires is listed by its date with its places and value, up to the day that is asked for', async () => {
      const list = async (until: string, clients: typeof viewer.clients | [typeof two.id] = null) =>
        (await stores.goods.expiring({ warehouse, clients, worker: null }, { until, ...page })).rows.map(row => [
          row.expiry,
          row.lot,
          row.place,
          row.onHand,
          row.value,
        ])
      expect(await list('2026-12-31')).toEqual([
        ['2026-11-10', 'OLD', 'A-02', 4, 800],
        ['2026-12-01', 'SOON', 'A-02', 4, 800],
        ['2026-12-01', 'SOON', 'A-04', 2, 400],
      ])
      expect(await list('2026-11-10')).toHaveLength(1)
      expect(await list('2026-12-31', [two.id])).toEqual([])
    })
  })
}
