import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Handhelds that are lost with the places that are counted for it, and calls of the desk to handhelds. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Raised with the state: who decides about a handheld names the version that they have seen.
  `alter table device add column version int not null default 1`,
  `create table device_loss (
     warehouse_id int not null, device_id int not null, id uuid not null, reason text not null, worker uuid not null,
     at timestamptz not null, known jsonb not null, held jsonb not null, beyond int not null,
     primary key (warehouse_id, device_id), unique (warehouse_id, id))`,
  `create table device_loss_place (
     warehouse_id int not null, loss uuid not null, location_id int not null, cause text not null,
     primary key (warehouse_id, loss, location_id))`,
  `create table device_call (
     n bigint generated always as identity primary key, warehouse_id int not null, device_id int not null, id uuid not null unique,
     kind text not null check (kind in ('ring', 'text')), body text not null, worker uuid not null, at timestamptz not null,
     got_at timestamptz, read_at timestamptz, read_by uuid)`,
  `create index device_call_of on device_call (device_id, n)`,
  `create index device_call_waiting on device_call (device_id, n) where read_at is null`,
  `create index quarantine_raw_device on quarantine_raw (device, received_at) where device is not null`,
]
