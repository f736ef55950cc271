import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How a person has settled an exception, and every version that the policies have had. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table exception add column settled jsonb`,
  `create index exception_oldest on exception (warehouse_id, state, opened_at, id)`,
  `create table policy_version (
     warehouse_id int not null, version int not null, body jsonb not null, worker uuid, at timestamptz not null default now(),
     primary key (warehouse_id, version))`,
  `insert into policy_version (warehouse_id, version, body) select warehouse_id, (body->>'version')::int, body from policy`,
]
