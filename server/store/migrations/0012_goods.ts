import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Recalls of lots with what they have blocked where, and counts of the whole warehouse. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table recall (
     warehouse_id int not null, id uuid not null, client_id int not null, item_id int not null, lot text not null,
     state text not null check (state in ('open', 'ended')), version int not null, reason text not null,
     worker uuid not null, at timestamptz not null, ended_by uuid, ended_at timestamptz,
     primary key (warehouse_id, id))`,
  `create unique index recall_open on recall (warehouse_id, client_id, item_id, lot) where state = 'open'`,
  // What was blocked where, and what it was before: a release gives that back, and only that.
  `create table recall_row (
     warehouse_id int not null, recall uuid not null, location_id int not null, lpn uuid not null, serial text not null,
     was text not null, qty bigint not null,
     primary key (warehouse_id, recall, location_id, lpn, serial, was))`,
  `create index balance_lot on balance (warehouse_id, item_id, lot) where lot <> ''`,
  `create table stocktake (
     warehouse_id int not null, id uuid not null, state text not null check (state in ('open', 'closed')), version int not null,
     scope jsonb not null, worker uuid not null, at timestamptz not null, commit_seq bigint not null,
     closed_by uuid, closed_at timestamptz, closed_seq bigint, report jsonb,
     primary key (warehouse_id, id))`,
  `create unique index stocktake_open on stocktake (warehouse_id) where state = 'open'`,
  `create table stocktake_place (
     warehouse_id int not null, stocktake uuid not null, location_id int not null, reason text, by uuid,
     primary key (warehouse_id, stocktake, location_id))`,
]
