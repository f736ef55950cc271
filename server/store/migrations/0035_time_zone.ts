import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The zone whose days the figures were folded by: those from before a warehouse could have one are of UTC. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table kpi_round add column time_zone text not null default 'UTC'`.execute(db)
}
