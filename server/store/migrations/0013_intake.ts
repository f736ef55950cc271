import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Files of places, items and stock that were taken over, by their content: the same one is done once. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql
    .raw(
      `create table intake_file (
         warehouse_id int not null, hash text not null, kind text not null, name text not null, rows int not null,
         worker uuid, at timestamptz not null,
         primary key (warehouse_id, hash))`,
    )
    .execute(db)
}
