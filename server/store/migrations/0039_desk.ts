import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Which version of the policies a version has gone back to; null = none. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [`alter table policy_version add column restored int`]
