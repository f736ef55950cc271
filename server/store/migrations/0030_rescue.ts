import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Parts that come through the rescue door, what has become of them, and how wrong the clock of a handheld is. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // The text of a part is the row of quarantine_raw.
  `create table rescue_part (
     series text not null, n int not null, parts int not null, hash text not null, raw bigint not null, received_at timestamptz not null,
     primary key (series, n))`,
  `create table rescue (
     warehouse_id int not null, device_id int not null, series text not null, at timestamptz not null, steps int not null, known int not null,
     booked int not null, inbox int not null, waits int not null, missing int not null, scans int not null, partial boolean not null,
     primary key (warehouse_id, device_id, series))`,
  // Of its last step: what it had to be corrected by, and since when that is too much.
  `alter table device add column clock_off double precision`,
  `alter table device add column clock_wrong_since timestamptz`,
]
