import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Files of lists that somebody has made every day; `body` is what the file is asked for by, `last` what became of it. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table export_schedule (
    id uuid primary key,
    warehouse_id int not null references warehouse (id),
    owner uuid not null,
    name text not null,
    hour int not null check (hour between 0 and 23),
    body jsonb not null,
    next_at timestamptz not null,
    lease text,
    lease_until timestamptz,
    tries int not null default 0,
    last jsonb)`,
  `create index export_schedule_of on export_schedule (warehouse_id, owner)`,
  `create index export_schedule_next on export_schedule (next_at)`,
]
