import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * The day on which a document was over, so that handhelds can forget it; what is over already counts from now on. A policy
 * of 0 days was never anybody's choice: nothing has read it so far.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const sixtyDays = (table: string): readonly string[] => [
  `update ${table} set body = jsonb_set(body, '{warehouse,return,horizonDays}', '60')
   where body->'warehouse'->'return'->>'horizonDays' = '0'`,
  `update ${table} t set body = jsonb_set(t.body, '{clients}', (
     select jsonb_object_agg(c.key, case when c.value->'return'->>'horizonDays' = '0'
                                         then jsonb_set(c.value, '{return,horizonDays}', '60') else c.value end)
     from jsonb_each(t.body->'clients') c))
   where exists (select from jsonb_each(t.body->'clients') c where c.value->'return'->>'horizonDays' = '0')`,
]

const STATEMENTS = [
  `alter table work add column last_on date`,
  `update work set last_on = (now() at time zone 'UTC')::date where kind = 'document' and state in ('closed', 'cancelled')`,
  `create index work_last_on on work (warehouse_id, last_on) where last_on is not null`,
  `create index work_origin on work (warehouse_id, (body->>'origin')) where kind = 'document' and body->>'origin' is not null`,
  `create index work_number on work (warehouse_id, (body->>'number')) where kind = 'document'`,
  ...sixtyDays('policy'),
  ...sixtyDays('policy_version'),
]
