import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Log-ins of people at the desk, and a book of what was done that is neither a command nor a decision. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table account (
     worker uuid primary key, login text not null unique, password text not null, must_change boolean not null,
     changed_at timestamptz not null)`,
  // By the name that was typed, whether there is such an account or not: the answer tells nothing.
  `create table login_failure (login text primary key, n int not null, until timestamptz not null, at timestamptz not null)`,
  `create table desk_session (
     hash text primary key, worker uuid not null, warehouse_id int not null,
     created_at timestamptz not null, used_at timestamptz not null)`,
  `create index desk_session_worker on desk_session (worker)`,
  `create table audit (
     id bigint generated always as identity primary key, warehouse_id int, at timestamptz not null, worker uuid,
     kind text not null, subject text not null, body jsonb not null default '{}')`,
  `create index audit_when on audit (warehouse_id, id desc)`,
]
