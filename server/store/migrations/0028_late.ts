import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Steps that handhelds bring after they were given up, and what a person has decided of each. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Of one number there are two where a key was copied.
  `create table late_step (
     warehouse_id int not null, device_id int not null, epoch text not null, seq bigint not null, hash text not null,
     v int not null, body text not null, sig text not null, flaw text, received_at timestamptz not null,
     state text not null default 'kept' check (state in ('kept', 'booked', 'discarded')),
     worker uuid, at timestamptz, words text,
     primary key (warehouse_id, device_id, epoch, seq, hash))`,
  `create index late_step_kept on late_step (warehouse_id, device_id) where state = 'kept'`,
]
