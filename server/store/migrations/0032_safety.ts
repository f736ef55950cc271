import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What a database that has lost something is known by, what is held after it, and how old the rows of a feed are. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // One row for each process that has written here: where it is missing, commits are.
  `create table pulse (id uuid primary key, at timestamptz not null)`,
  // Why the present feed epoch began; null = with the warehouse.
  `alter table feed add column renewed_at timestamptz, add column renewed_why text`,
  // When a handheld's word began a feed epoch; it is not taken again on the same day.
  `alter table device add column word_at timestamptz`,
  // Nothing is delivered since then, and what was captured before is asked for before it is posted.
  `alter table connector add column held_at timestamptz, add column renewed_at timestamptz`,
  // Where a feed stood at a time: what lies behind it is that old.
  `create table feed_mark (
     warehouse_id int not null, at timestamptz not null, seq bigint not null,
     primary key (warehouse_id, at))`,
]
