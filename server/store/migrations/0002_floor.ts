import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { DEFAULT_POLICY } from '../../../shared/default-policy.ts'

/** What the other processes of the floor need: pallets as rows of the feed, commands that take others back, new policies. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  const { rows } = await sql<{ warehouse_id: number; body: PolicyRow }>`select warehouse_id, body from policy`.execute(
    db,
  )
  for (const { warehouse_id, body } of rows) {
    const set = {
      ...body,
      warehouse: completed(body.warehouse),
      clients: Object.fromEntries(Object.entries(body.clients).map(([id, own]) => [id, completed(own)])),
    }
    await sql`update policy set body = ${JSON.stringify(set)}::jsonb where warehouse_id = ${warehouse_id}`.execute(db)
  }
}

type Group = Record<string, unknown>
type PolicyRow = { warehouse: Record<string, Group>; clients: Record<string, Record<string, Group>> }

/** Policies that a site has keep their values; the ones that are new get the default. */
const completed = (own: Record<string, Group>): Record<string, Group> =>
  Object.fromEntries(Object.entries(DEFAULT_POLICY).map(([group, values]) => [group, { ...values, ...own[group] }]))

const STATEMENTS = [
  `alter table work drop constraint work_kind_check`,
  `alter table work add constraint work_kind_check check (kind in ('document', 'line', 'task', 'lpn'))`,
  `alter table command add column undoes text`,
  `create index command_undoes on command (warehouse_id, device_id, undoes) where undoes is not null`,
  `create index work_batch on work (warehouse_id, (body->'batch'->>'id')) where kind = 'task' and body->'batch'->>'id' is not null`,
  `create index work_count on work (warehouse_id, (body->'count'->>'location')) where kind = 'task' and body->'count'->>'location' is not null`,
  `create index work_open on work (warehouse_id, kind) where state in ('open', 'started')`,
  `create index balance_lpn on balance (warehouse_id, lpn) where lpn <> '00000000-0000-0000-0000-000000000000'`,
]
