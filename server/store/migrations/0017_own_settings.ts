import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How each person likes their handheld; `at` is when they chose it, so that an older choice that arrives late changes nothing. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`create table own_settings (worker uuid primary key, at timestamptz not null, body jsonb not null)`.execute(
    db,
  )
}
