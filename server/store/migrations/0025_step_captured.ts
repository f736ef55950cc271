import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** When a command was captured is read from the index alone: what is open asks for it by the key of every command that it covers. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    alter table kpi_step drop constraint kpi_step_pkey,
      add primary key (warehouse_id, device_id, epoch, seq) include (at)`.execute(db)
}
