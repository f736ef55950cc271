import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Who sees to an exception; null = nobody has taken it. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw(`alter table exception add column owner uuid`).execute(db)
}
