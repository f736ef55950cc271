import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Codes that people have given to items, apart from what the ERP says of them: an import does not take them away. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table code_link (
     client_id int not null, code text not null, item uuid not null, packaging text, worker uuid not null, at timestamptz not null,
     primary key (client_id, code))`,
  `create index code_link_item on code_link (item)`,
]
