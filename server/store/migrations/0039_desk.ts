import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Which version of the policies a version has gone back to (null = none), and what handhelds tell of themselves when they are asked. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table policy_version add column restored int`,
  `alter table device_call drop constraint device_call_kind_check`,
  `alter table device_call add constraint device_call_kind_check check (kind in ('ring', 'text', 'out', 'logs'))`,
  `create table device_log (call uuid primary key, device_id int not null, at timestamptz not null, body text not null)`,
  `create index device_log_of on device_log (device_id, at)`,
]
