import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Differences of the same goods that wait are found by their key. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql
    .raw(
      `create index variance_goods on variance (warehouse_id, item_id, (body->'key'->>'lot'), (body->'key'->>'serial'))
       where state in ('again', 'provisional', 'review', 'recount')`,
    )
    .execute(db)
}
