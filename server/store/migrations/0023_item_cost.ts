import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * What a base unit of an item has cost since when, in minor units; null: not known any more. The first one known of an item
 * holds for the time before it as well, so that goods which came before their price are valued.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table item_cost (
     item_id int not null, since timestamptz not null, cost bigint,
     primary key (item_id, since))`,
  `insert into item_cost (item_id, since, cost) select id, '-infinity', cost from item where cost is not null`,
]
