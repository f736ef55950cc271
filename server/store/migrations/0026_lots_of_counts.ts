import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** An item may lie in thousands of lots or serials: what was counted of one is found without the others. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `drop index observation_row`,
  `create index observation_row on observation (warehouse_id, location_id, item_id, lot, serial, feed_seq)`,
]
