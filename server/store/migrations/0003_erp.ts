import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The bridge to ERPs in full: connections, mappings, the desk of the outbox, flaws of what comes in, reconciliation. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table connector
     add column kind text not null default 'sim',
     add column settings jsonb not null default '{}',
     add column secrets text,
     add column mode text not null default 'live' check (mode in ('off', 'readOnly', 'shadow', 'live')),
     add column version int not null default 1,
     add column circuit jsonb not null default '{"state":"closed"}',
     add column health jsonb,
     add column health_at timestamptz,
     add column allow jsonb not null default '{}',
     add column takes jsonb not null default '{}'`,

  // One message may go to several connections: `message` is what the commands name, `key` is each one's own.
  `alter table outbox
     add column message uuid,
     add column client uuid,
     add column version int not null default 1,
     add column first_payload jsonb,
     add column gap text,
     add column ask jsonb,
     add column answers jsonb not null default '{}',
     add column touched boolean not null default false,
     add column stuck int not null default 0,
     add column settle_until timestamptz,
     add column captured_at timestamptz,
     add column first_try_at timestamptz,
     add column delivered_at timestamptz,
     add column documents jsonb not null default '[]',
     add column closed_by text,
     add column closed_reason text,
     add column closed_at timestamptz`,
  `update outbox set message = key`,
  `create index outbox_message on outbox (warehouse_id, message)`,
  `drop index outbox_due`,
  `drop index outbox_subject`,
  `create index outbox_open on outbox (connector, subject, seq) where state not in ('posted', 'skipped', 'rehearsed')`,
  `create index outbox_ready on outbox (connector, seq) where state in ('waiting', 'unknown')`,
  `create index outbox_lease on outbox (lease_until) where state in ('preparing', 'posting')`,
  `create index outbox_gap on outbox (connector, gap) where gap is not null`,
  `create unique index outbox_key on outbox (key)`,
  `alter table outbox_try add column request text`,

  `create table erp_map (
     connector uuid not null, kind text not null, ours text not null, theirs text not null, version int not null default 1,
     source text not null check (source in ('import', 'person', 'rule')), by text not null, at timestamptz not null,
     primary key (connector, kind, ours))`,
  `alter table feed add column grain int not null default 0`,
  `create table erp_flaw (
     connector uuid not null, kind text not null, remote text not null, field text not null, problem text not null,
     name text not null, value text not null, effect text not null, first_at timestamptz not null, last_at timestamptz not null,
     primary key (connector, kind, remote, field, problem))`,
  `create table erp_waiting (
     connector uuid not null, kind text not null, remote text not null, record jsonb not null, at timestamptz not null,
     primary key (connector, kind, remote))`,
  `alter table remote add column record jsonb`,
  `create table item_code (client_id int not null, code text not null, item uuid not null, primary key (client_id, code))`,
  `create index item_code_item on item_code (item)`,
  `insert into item_code (client_id, code, item)
   select i.client_id, c.code, i.uid from item i, lateral (
     select i.body->>'sku' as code union select jsonb_array_elements_text(i.body->'codes')
     union select jsonb_array_elements_text(p->'codes') from jsonb_array_elements(i.body->'packagings') p) c
   where c.code is not null on conflict do nothing`,
  `alter table item add column cost bigint`,
  `create table erp_delivery (
     connector uuid not null, remote text not null, document uuid not null, body jsonb not null, at timestamptz not null,
     primary key (connector, remote))`,
  `create index erp_delivery_document on erp_delivery (document)`,
  `create table erp_label (
     connector uuid not null, remote text not null, document uuid not null, body jsonb not null, at timestamptz not null,
     primary key (connector, remote))`,
  `create index erp_label_document on erp_label (document)`,
  `create table erp_hint (connector uuid not null, id text not null, at timestamptz not null, primary key (connector, id))`,
  `create table erp_compare (
     id uuid primary key, connector uuid not null, started_at timestamptz not null, ended_at timestamptz,
     cause text not null, keys int, drifts int, units bigint, moving int, outcome text)`,
  `create index erp_compare_when on erp_compare (connector, started_at desc)`,
  `create table erp_drift (
     connector uuid not null, item text not null, location text not null, lot text not null,
     run uuid not null, first_at timestamptz not null, last_at timestamptz not null, closed_at timestamptz, closed_by text,
     theirs text not null, ours text not null, drift text not null, class text not null, proposal jsonb not null, body jsonb not null,
     primary key (connector, item, location, lot, first_at))`,
  `create index erp_drift_open on erp_drift (connector) where closed_at is null`,
]
