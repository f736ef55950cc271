import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Label printers and what is to be printed on them. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table printer (
     uid uuid primary key, warehouse_id int not null, name text not null, host text not null, port int not null,
     kind text not null, dpi int not null, size text not null, active boolean not null,
     version int not null, changed_by uuid not null, changed_at timestamptz not null)`,
  `create index printer_of on printer (warehouse_id, name)`,
  // `touched`: a byte may have reached the printer, so that only a person may have it printed again.
  `create table print_job (
     uid uuid primary key, seq bigint generated always as identity, warehouse_id int not null, printer uuid not null references printer (uid),
     kind text not null, code text not null, body jsonb, copies int not null,
     state text not null, touched boolean not null default false, attempts int not null default 0, next_at timestamptz not null,
     lease_token uuid, lease_until timestamptz, words text,
     worker uuid not null, device uuid, created_at timestamptz not null, ended_at timestamptz,
     reprint_of uuid references print_job (uid), reprint_no int not null default 0)`,
  `create index print_job_due on print_job (printer, seq) where state in ('waiting', 'sending')`,
  `create index print_job_list on print_job (warehouse_id, seq)`,
  `create unique index print_job_reprint on print_job (reprint_of, reprint_no) where reprint_of is not null`,
]
