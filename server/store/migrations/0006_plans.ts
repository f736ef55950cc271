import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How many counts a plan has asked for on a day. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql
    .raw(
      `create table count_planned (
         warehouse_id int not null, plan text not null, day date not null, n int not null,
         primary key (warehouse_id, plan, day))`,
    )
    .execute(db)
}
