import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Blocks of the catalogue are kept as they are sent: compressed. They are built anew from the items when they are gone. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw('drop table block').execute(db)
  await sql.raw('create table block (sha text primary key, body bytea not null)').execute(db)
  await sql.raw('delete from manifest').execute(db)
}
