import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Counts: what was seen, the variances made of it, who decided what, and what the limits of counters need to know. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const PENDING = `('counting', 'again', 'provisional', 'review', 'recount', 'approved')`

const STATEMENTS = [
  `alter table item add column abc text check (abc in ('A', 'B', 'C'))`,
  `alter table exception add column closed_at timestamptz`,
  // The legs of a row from an instant on: for the book at a count's point, and for whoever drills down.
  `create index movement_item on movement (warehouse_id, item_id, at)`,
  `create table observation (
     warehouse_id int not null, device_id int not null, epoch text not null, seq bigint not null, n smallint not null,
     location_id int not null, lpn uuid not null, client_id int not null, item_id int not null,
     lot text not null, serial text not null, status text not null,
     worker uuid, at timestamptz not null, unc double precision, body jsonb not null,
     taken_back boolean not null default false, feed_seq bigint not null,
     primary key (warehouse_id, device_id, epoch, seq, n))`,
  `create index observation_row on observation (warehouse_id, location_id, item_id, feed_seq)`,
  `create table variance (
     warehouse_id int not null, id uuid not null, round int not null, version int not null, state text not null,
     count uuid not null, client_id int not null, item_id int not null, location_id int not null,
     posted_epoch text, posted_seq bigint, posted_n smallint,
     changed_at timestamptz not null, body jsonb not null, feed_seq bigint not null,
     primary key (warehouse_id, id, round))`,
  // At most one is pending for a row; the index is the last line of defence.
  `create unique index variance_pending on variance (warehouse_id, id) where state in ${PENDING}`,
  `create index variance_waiting on variance (warehouse_id, state, changed_at) where state in ${PENDING}`,
  `create index variance_count on variance (warehouse_id, count) where state in ('counting', 'again')`,
  `create index variance_posted on variance (warehouse_id, posted_epoch, posted_seq) where posted_seq is not null`,
  `create table counted (
     warehouse_id int not null, location_id int not null, item uuid not null, at timestamptz not null,
     primary key (warehouse_id, location_id, item))`,
  `create table decision (
     warehouse_id int not null, id uuid not null, hash text not null, kind text not null, target text not null,
     worker uuid not null, result jsonb not null, at timestamptz not null,
     primary key (warehouse_id, id))`,
  `create index work_blind on work (warehouse_id)
     where kind = 'task' and state in ('leased', 'started', 'parked') and body->'count'->>'hidden' = 'true'`,
]
