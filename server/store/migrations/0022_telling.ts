import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Tasks and lines that tell how much lies somewhere are found when a blind count of it begins or ends. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create index work_fetches on work (warehouse_id, (body->'goods'->'from'->>'location')) where kind = 'task' and state <> 'done'`,
  `create index work_telling on work (warehouse_id) where kind in ('line', 'task') and (body ? 'held' or body ? 'before')`,
  // What a handheld has: of every page that somebody who counts blind asks for, and of a handheld that is lost.
  `create index work_leased on work (warehouse_id, (body->'lease'->>'device')) where kind = 'task' and state in ('leased', 'started', 'parked')`,
]
