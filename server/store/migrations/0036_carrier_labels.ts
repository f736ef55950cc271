import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Carriers' labels come out at the station where their box was closed. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table printer add column station uuid`,
  // `printed`: which version of the label, and the how-manieth time, is a job already.
  `alter table erp_label add column printed text`,
  `create index location_boxed on location (warehouse_id)
     where body->'carton'->>'closed' = 'true' and body->'carton'->>'shipped' = 'false'`,
]
