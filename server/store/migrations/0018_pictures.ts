import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Thumbnails of items, by their content; an item carries the name of its own. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw('create table picture (sha text primary key, type text not null, bytes bytea not null)').execute(db)
}
