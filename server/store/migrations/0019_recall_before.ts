import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Whether a lot was blocked already when it was recalled: the end of the recall leaves it so. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw('alter table recall add column was_blocked boolean not null default false').execute(db)
}
