import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { decideCounts } from '../../server/sync/decide-counts.ts'
import { settleCounts } from '../../server/sync/settle-counts.ts'
import { stocktakeOf } from '../../server/sync/stocktake.ts'
import type { Worker } from '../../shared/catalogue.ts'
import { varianceId } from '../../shared/count/variance.ts'
import type { StocktakeAct } from '../../shared/desk/stocktake.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DecisionId, DecisionTarget } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What a count of the whole warehouse guarantees on every engine; `open` gives an empty database. */
export const describeStocktake = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`stocktake: ${name}`, () => {
    const base = testSite('stocktake', 1)
    const [one] = base.clients
    const [plain, , third] = base.items
    const [berk, cem] = ['BERK', 'CEM'].map(who => base.roster.workers.find(worker => worker.name === who))
    const device = base.devices[0]
    if (!one || !plain || !third || !berk || !cem || !device) throw new Error('no site')
    const site = { ...base, costs: new Map([[plain.id, 100]]) }
    const warehouse = site.warehouse.id
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    const at = (minutes: number): string => isoOf(msOf(NOW) + minutes * 60_000)
    let clock = 0
    const now = (): string => at(clock)
    let seq = 0
    const facts = (effects: Partial<Effects>, worker: Worker = berk) =>
      stores.sync.apply({ warehouse, device: device.id, epoch: 'epoch0000001', now: now() }, tx => {
        seq += 1
        return tx.write({
          messages: [],
          notes: [],
          applied: [
            {
              sealed: { seq, v: 1, body: '{}', hash: `${seq}`.padStart(64, '0'), sig: 's' },
              outcome: 'applied',
              reason: null,
              effects: { ...NOTHING, ...effects },
              awaits: null,
              worker: worker.id,
              at: now(),
            },
          ],
        })
      })
    const key = (item: typeof plain, place: string): StockKey => ({
      client: item.client,
      item: item.id,
      lot: '',
      serial: '',
      ...looseAt(placeId(site, place)),
    })
    const arrive = (of: StockKey, qty: number): Effects['movements'][number] => {
      const { client, item, lot, serial, location, lpn, status } = of
      const from = looseAt(virtualLocation(warehouse, 'supplier'))
      const times = { takenAt: now(), at: now(), unc: 1000 }
      return { client, item, lot, serial, from, to: { location, lpn, status }, qty, ...times }
    }
    /** Somebody counts a place: what is seen of each row there, and goes. */
    const count = (place: string, seen: readonly (readonly [StockKey, number])[]) => {
      const id = derivedId<'count'>('count', 'stocktake', place, clock)
      return facts({
        observations: seen.map(([of, qty]) => ({
          key: of,
          seen: qty,
          kind: 'count' as const,
          count: id,
          task: null,
          mode: 'guided' as const,
          attempt: 1,
          at: now(),
          unc: 1000,
          reason: null,
          typed: false,
          photos: [],
        })),
        closedCounts: [{ count: id, place: placeId(site, place), item: null }],
      })
    }
    type Nth<T> = T extends unknown ? Omit<T, 'id'> & { nth: string } : never
    const decide = (ask: Nth<StocktakeAct>) => {
      const { nth, ...rest } = ask
      const whole: StocktakeAct = { ...rest, id: derivedId<'decision'>('decision', 'stocktake', nth) }
      return stores.stocktakes.decide({ warehouse, now: now() }, cem.id, whole)
    }
    const id = stocktakeOf(derivedId('decision', 'stocktake', 'open'))
    const report = async () => {
      const found = await stores.stocktakes.read(warehouse, id, null)
      if (found === null) throw new Error('no stocktake')
      return found.report
    }
    const settle = () => settleCounts(stores.sync, { warehouse, now: now() })

    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      await facts({
        movements: [arrive(key(plain, 'A-01'), 100), arrive(key(third, 'A-02'), 10), arrive(key(plain, 'A-03'), 50)],
      })
      clock = 5
    })
    afterAll(() => opened.close())

    it('[SK1] opens one count for every place of the zones, empty ones too; a second one waits for the first', async () => {
      expect(await decide({ nth: 'nowhere', act: 'open', zones: ['Z'], blind: true })).toMatchObject({
        code: 'not_found',
      })
      expect(await decide({ nth: 'open', act: 'open', zones: ['A'], blind: true })).toMatchObject({ outcome: 'done' })
      expect(await decide({ nth: 'open', act: 'open', zones: ['A'], blind: true })).toMatchObject({ outcome: 'done' })
      expect(await decide({ nth: 'again', act: 'open', zones: [], blind: true })).toMatchObject({ code: 'stale' })
      const all = emptyTables(warehouse)
      await stores.sync.snapshot({ warehouse, device: device.id, worker: null, clients: null }, async rows => {
        for (const row of rows) putRow(all, row)
      })
      const tasks = [...all.tasks.values()].filter(task => task.kind === 'count')
      const codes = tasks.map(task => all.locations.get(task.count!.location)?.code).toSorted()
      expect(codes).toEqual(['A-01', 'A-02', 'A-03', 'A-04'])
      expect(tasks.every(task => task.count?.hidden === true && task.cause === 'stocktake')).toBe(true)
      const { all: counts } = await report()
      expect(counts).toEqual({ places: 4, open: 4, counted: 0, recount: 0, settled: 0, skipped: 0 })
    })

    it('[SK2] shows by zone and counter how far it is; work goes on, and what moves meanwhile is no difference', async () => {
      clock = 10
      await count('A-01', [[key(plain, 'A-01'), 90]])
      await count('A-02', [[key(third, 'A-02'), 10]])
      clock = 15
      await facts({ movements: [arrive(key(third, 'A-02'), 7)] })
      await settle()
      const { all, zones, counters, totals } = await report()
      expect(all).toEqual({ places: 4, open: 2, counted: 1, recount: 0, settled: 1, skipped: 0 })
      expect(zones).toEqual([{ zone: 'A', ...all }])
      expect(counters).toEqual([{ worker: berk.id, places: 2 }])
      expect(totals).toMatchObject({
        lines: 2,
        wrong: 1,
        book: 110,
        counted: 100,
        net: -10,
        gross: 10,
        netValue: -1000,
      })
    })

    it('[SK3] does not close while a place is neither settled nor left out with a reason', async () => {
      const close = (nth: string) => decide({ nth, act: 'close', stocktake: id, expectedVersion: 1, early: false })
      expect(await close('too soon')).toMatchObject({ code: 'unsettled' })
      clock = 20
      await count('A-03', [
        [key(plain, 'A-03'), 55],
        [key(third, 'A-03'), 2],
      ])
      await settle()
      for (const of of [key(plain, 'A-01'), key(plain, 'A-03'), key(third, 'A-03')]) {
        const variance = varianceId(warehouse, of)
        const [row] = (
          await stores.desk.variances({
            warehouse,
            device: null,
            worker: null,
            clients: null,
            states: ['review'],
            after: null,
            limit: 50,
          })
        ).filter(one => one.variance.id === variance)
        const [answer] = await decideCounts(stores.sync, { warehouse, now: now() }, cem, [
          {
            id: derivedId<'decision'>('decision', 'stocktake', variance) satisfies DecisionId,
            kind: 'count.approve',
            target: variance as string as DecisionTarget,
            expectedVersion: row?.variance.version ?? 0,
            args: { early: true },
            reason: 'MISSING',
          },
        ])
        expect(answer).toMatchObject({ outcome: 'done' })
      }
      expect(await close('A-04 is open')).toMatchObject({ code: 'unsettled' })
      const place = placeId(site, 'A-04')
      expect(
        await decide({ nth: 'skip', act: 'skip', stocktake: id, place, reason: 'behind the crane' }),
      ).toMatchObject({
        outcome: 'done',
      })
      // An approval posts a moment later; until then its place is not settled.
      expect(await close('still approved')).toMatchObject({ code: 'unsettled' })
      clock = 25
      await settle()
      expect((await report()).all).toEqual({ places: 4, open: 0, counted: 0, recount: 0, settled: 3, skipped: 1 })
    })

    it('[SK4] its report has differences in pieces and value, net and gross, and accuracy as two numbers each', async () => {
      const { totals, differences, skipped } = await report()
      expect(totals).toEqual({
        lines: 4,
        wrong: 3,
        book: 160,
        counted: 157,
        net: -3,
        gross: 17,
        netValue: -500,
        grossValue: 1500,
        withoutCost: 1,
        accuracy: {
          lines: { right: 1, of: 4 },
          pieces: { right: 143, of: 160 },
          value: { right: 13_500, of: 15_000 },
          places: { right: 1, of: 3 },
        },
      })
      expect(
        differences.map(row => [row.place, row.sku, row.book, row.counted, row.delta, row.value, row.state]),
      ).toEqual([
        ['A-01', plain.sku, 100, 90, -10, -1000, 'posted'],
        ['A-03', plain.sku, 50, 55, 5, 500, 'posted'],
        ['A-03', third.sku, 0, 2, 2, null, 'posted'],
      ])
      expect(differences[0]).toMatchObject({ counters: [berk.id], approver: cem.id, reason: 'MISSING' })
      expect(skipped).toEqual([{ place: 'A-04', reason: 'behind the crane' }])
    })

    it('[SK5] what was closed stays as it was closed; what is booked later changes nothing of it', async () => {
      const before = await report()
      const close = { act: 'close' as const, stocktake: id, early: false }
      expect(await decide({ nth: 'stale', ...close, expectedVersion: 7 })).toMatchObject({ code: 'stale' })
      expect(await decide({ nth: 'close', ...close, expectedVersion: 1 })).toMatchObject({
        outcome: 'done',
        state: 'closed',
      })
      clock = 30
      await count('A-01', [[key(plain, 'A-01'), 80]])
      await settle()
      expect(await report()).toEqual(before)
      expect((await stores.stocktakes.list(warehouse, 10)).rows).toMatchObject([
        { id, state: 'closed', closedBy: cem.id },
      ])
      expect(await decide({ nth: 'next', act: 'open', zones: [], blind: false })).toMatchObject({ outcome: 'done' })
      expect(await audit(opened.db)).toEqual([])
    })
  })
}
