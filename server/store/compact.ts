import { sql } from 'kysely'
import type { FeedKeeper } from '../workers/compact.ts'
import type { Executor, Names } from './names.ts'

/**
 * A change has no time of its own, so where the feed stands is noted once an hour. The floor is raised and committed before
 * a row goes: a page that is being read sees the old picture, and whoever comes later with an older position is told.
 */
export const makeFeedKeeper = (db: Executor, names: Names): FeedKeeper => ({
  compact: async ({ warehouse, now, before, limit }) => {
    const id = await names.warehouse(db, warehouse)
    await sql`
      insert into feed_mark (warehouse_id, at, seq)
      select f.warehouse_id, ${now}::timestamptz, f.seq from feed f
      where f.warehouse_id = ${id}
        and not exists (select from feed_mark m where m.warehouse_id = ${id} and m.at > ${now}::timestamptz - interval '1 hour')
      on conflict do nothing`.execute(db)
    const { rows: old } = await sql<{ seq: number; at: Date }>`
      select seq, at from feed_mark where warehouse_id = ${id} and at <= ${before}::timestamptz order by at desc limit 1`.execute(
      db,
    )
    const mark = old[0]
    if (mark === undefined) return 0
    await sql`update feed set floor = ${mark.seq} where warehouse_id = ${id} and floor < ${mark.seq} and seq >= ${mark.seq}`.execute(
      db,
    )
    await sql`delete from feed_mark where warehouse_id = ${id} and at < ${mark.at.toISOString()}::timestamptz`.execute(
      db,
    )
    const { numAffectedRows } = await sql`
      with old as materialized (
        select c.warehouse_id, c.seq, c.n from change c, feed f
        where f.warehouse_id = ${id} and c.warehouse_id = ${id} and c.seq <= f.floor order by c.seq, c.n limit ${limit}
      )
      delete from change c using old
      where c.warehouse_id = old.warehouse_id and c.seq = old.seq and c.n = old.n`.execute(db)
    return Number(numAffectedRows ?? 0n)
  },
})
