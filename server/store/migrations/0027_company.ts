import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What the company's identity provider calls a person who may log in by it; then a log-in needs no password. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table account add column company text unique`,
  `alter table account alter column password drop not null`,
]
