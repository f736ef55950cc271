import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { makeStores } from '../../server/store/stores.ts'
import { compactRound } from '../../server/workers/compact.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { onHandIn, receiveOf } from './restore-contract.ts'
import { testSite } from './site.ts'
import type { SiteSeed } from './site.ts'
import { sqlHandheld } from './sql-handheld.ts'
import { NOW, sqlSite } from './sql-site.ts'

const DAY_MS = 86_400_000
const day = (n: number): string => isoOf(msOf(NOW) + n * DAY_MS)

/** A feed that forgets what no handheld needs: PGlite and PostgreSQL. */
export const describeCompaction = (name: string, open: () => Promise<OpenDatabase>): void => {
  describe(`old changes: ${name}`, async () => {
    const opened = await open()
    afterAll(() => opened.close())
    let run = 0
    let site: SiteSeed
    let stores: ReturnType<typeof makeStores>
    beforeEach(async () => {
      run += 1
      site = testSite(`compact ${name} ${run}`)
      await sqlSite(opened, site)
      stores = makeStores(opened.db)
    })
    const feed = () => stores.sync.feed(site.warehouse.id)
    const compact = (now: string, before: string, limit = 5_000) =>
      stores.feeds.compact({ warehouse: site.warehouse.id, now, before, limit })
    const left = async () => {
      const { rows } = await sql<{ seq: number }>`
        select distinct c.seq from change c join warehouse w on w.id = c.warehouse_id where w.uid = ${site.warehouse.id} order by seq`.execute(
        opened.db,
      )
      return rows.map(row => row.seq)
    }
    const handhelds = async () => {
      const reached = () => ({ stores, newFeedEpoch: () => 'feedepoch999' })
      const both = [sqlHandheld(site, reached), sqlHandheld(site, reached, 1)] as const
      for (const one of both) {
        await one.begin()
        await one.sync()
      }
      return both
    }

    it('[BR9] a handheld that was away takes a snapshot, keeps what it has done, and that is booked once', async () => {
      const [away, other] = await handhelds()
      await away.append([receiveOf(site, 3)])
      await compact(day(0), day(-30))
      for (const qty of [5, 7]) {
        await other.append([receiveOf(site, qty)])
        await other.sync()
      }
      const { seq } = await feed()
      await compact(day(1), day(-29))
      await other.append([receiveOf(site, 11)])
      await other.sync()
      expect(await compact(day(31.5), day(1.5))).toBeGreaterThan(0)
      expect([(await feed()).floor, await left()]).toEqual([seq, [seq + 1]])

      const before = (await away.cache.head())?.generation
      await away.sync()
      expect((await away.cache.head())?.generation).not.toBe(before)
      expect(await onHandIn(opened, site)).toBe(26)
      expect(await away.mark()).toMatchObject({ acked: 1 })
      const generation = (await other.cache.head())?.generation
      await other.sync()
      // Who is not behind the floor goes on by pages.
      expect((await other.cache.head())?.generation).toBe(generation)
      const bodies = async (one: typeof away) => (await one.stockRows()).map(row => JSON.stringify(row.b)).sort()
      expect(await bodies(away)).toEqual(await bodies(other))
      expect(await audit(opened.db)).toEqual([])
    })

    it('[BR9] rows go a few at a time, the floor first, and none that is not old enough', async () => {
      const all = await left()
      await compact(day(0), day(-30))
      expect([await compact(day(29), day(-1)), await left(), (await feed()).floor]).toEqual([0, all, 0])
      expect(await compact(day(30), day(0), 2)).toBe(2)
      expect((await feed()).floor).toBe(all.at(-1))
      const rest = await compact(day(30), day(0), 10_000)
      expect([rest > 0, await left()]).toEqual([true, []])
      expect(await compact(day(30), day(0))).toBe(0)
    })

    it('[BR9] a round keeps thirty days of every warehouse', async () => {
      const asked: unknown[] = []
      const one = { id: site.warehouse.id }
      const feeds = { compact: async (at: object) => asked.push(at) }
      expect(await compactRound({ warehouses: async () => [one, one], feeds, now: () => day(30) })).toBe(3)
      expect(asked[0]).toEqual({ warehouse: one.id, now: day(30), before: NOW, limit: 5_000 })
    })
  })
}
