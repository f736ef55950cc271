import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Ways to log in besides the password, and what a person sees of their own sessions. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table passkey (
     id text primary key, worker uuid not null, name text not null, host text not null, public_key text not null,
     counter bigint not null, transports jsonb not null, made_at timestamptz not null, used_at timestamptz)`,
  `create index passkey_worker on passkey (worker)`,
  // What was asked of a browser and is answered once: a challenge of a passkey, a way to an identity provider and back.
  `create table sign_in_ask (
     hash text primary key, kind text not null, worker uuid, body jsonb not null, until timestamptz not null)`,
  `create index sign_in_ask_until on sign_in_ask (until)`,
  `create table identity (
     issuer text not null, subject text not null, worker uuid not null unique, primary key (issuer, subject))`,
  `alter table desk_session add column way text not null default 'password'`,
  `alter table desk_session add column agent text not null default ''`,
]
