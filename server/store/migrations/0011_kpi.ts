import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Figures: commands as narrow steps, orders by their instants, and both folded into rows of days. All of it can be made anew. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // The log in the order of its commits: what has come since the last round.
  `create index command_feed on command (warehouse_id, feed_seq)`,
  `create index outbox_created on outbox (warehouse_id, created_at)`,
  `create index outbox_posted on outbox (warehouse_id, posted_at) where posted_at is not null`,
  `create index variance_changed on variance (warehouse_id, changed_at)`,
  `create index exception_closed on exception (warehouse_id, closed_at) where closed_at is not null`,
  `create table kpi_step (
     warehouse_id int not null, device_id int not null, epoch text not null, seq bigint not null,
     at timestamptz not null, received_at timestamptz not null, skewed boolean not null,
     type text not null, process text not null, client_id int, zone text not null, worker uuid, line uuid, count uuid,
     undone boolean not null default false, trouble boolean not null,
     primary key (warehouse_id, device_id, epoch, seq))`,
  `create index kpi_step_at on kpi_step (warehouse_id, at)`,
  `create table kpi_order (
     warehouse_id int not null, document uuid not null, imported_at timestamptz, picked_at timestamptz, ready_at timestamptz,
     shipped_at timestamptz, confirmed_at timestamptz, due_at timestamptz,
     primary key (warehouse_id, document))`,
  ...['imported_at', 'picked_at', 'ready_at', 'shipped_at', 'confirmed_at', 'due_at'].map(
    name => `create index kpi_order_${name} on kpi_order (warehouse_id, ${name}) where ${name} is not null`,
  ),
  `create table kpi_day (
     warehouse_id int not null, day date not null, part text not null, measure text not null, client_id int not null,
     zone text not null, split text not null, vals bigint[] not null, ns bigint[] not null,
     primary key (warehouse_id, day, part, measure, client_id, zone, split))`,
  `create table kpi_due (warehouse_id int not null, day date not null, part text not null, primary key (warehouse_id, day, part))`,
  `create table kpi_made (
     warehouse_id int not null, day date not null, part text not null, made_at timestamptz not null, restated_at timestamptz,
     primary key (warehouse_id, day, part))`,
  `create table kpi_round (warehouse_id int primary key, seq bigint not null, at timestamptz)`,
  `create table kpi_standard (
     warehouse_id int not null, process text not null, ms bigint not null, at timestamptz not null,
     primary key (warehouse_id, process))`,
]
