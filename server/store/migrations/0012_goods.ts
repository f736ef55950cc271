import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { FIRST_HASH } from '../../../shared/sync/seal.ts'
import { linkHash, textHash } from '../audit-chain.ts'

/** Recalls of lots with what they have blocked where, counts of the whole warehouse, and the chain of the audit log. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  await chainUp(db)
}

type Old = {
  id: number
  chain: number
  at: Date
  worker: string | null
  kind: string
  subject: string
  body: unknown
  salt: string
}

/** Entries from before the chain get their places in it, in their order. */
const chainUp = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<Old>`
    select id, coalesce(warehouse_id, 0) as chain, at, worker, kind, subject, body, gen_random_uuid()::text as salt
    from audit order by 2, 1`.execute(db)
  const heads = new Map<number, { n: number; hash: string }>()
  for (const { id, chain, salt, subject, body, ...row } of rows) {
    const head = heads.get(chain) ?? { n: 0, hash: FIRST_HASH }
    const n = head.n + 1
    const text = textHash(salt, subject, body)
    const hash = linkHash(head.hash, { ...row, n, at: row.at.toISOString(), text })
    await sql`update audit set n = ${n}, salt = ${salt}, text_hash = ${text}, hash = ${hash} where id = ${id}`.execute(
      db,
    )
    heads.set(chain, { n, hash })
  }
  for (const [chain, { n, hash }] of heads)
    await sql`insert into audit_head (chain, n, hash) values (${chain}, ${n}, ${hash})`.execute(db)
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
  // Each entry is bound to all before it; of its text only a salted hash is, so that a name can be forgotten.
  `alter table audit add column n bigint, add column salt text, add column text_hash text, add column hash text`,
  `create index audit_chain on audit (coalesce(warehouse_id, 0), n)`,
  `create table audit_head (chain int primary key, n bigint not null, hash text not null)`,
  `create table stocktake_place (
     warehouse_id int not null, stocktake uuid not null, location_id int not null, reason text, by uuid,
     primary key (warehouse_id, stocktake, location_id))`,
]
