import { sql } from 'kysely'
import type { Variance } from '../../shared/count/variance.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { DeskStore } from '../ports.ts'
import { notBlind } from './blind.ts'
import type { Executor, Names } from './names.ts'

/** Rows of a table with `client_id` that somebody who sees these clients may read. */
const seenBy = (clients: readonly ClientId[] | null, table: string) =>
  clients === null
    ? sql`true`
    : sql`${sql.ref(`${table}.client_id`)} in (select id from client where uid = any(${[...clients]}::uuid[]))`

const KEY_OF_VARIANCE = { location: sql`v.body->'key'->>'location'`, item: sql`v.body->'key'->>'item'` }

/** What people at the desk read. Nothing is locked: what they decide names the version that they have seen. */
export const makeDeskStore = (db: Executor, names: Names): DeskStore => ({
  variances: async ({ warehouse, device, clients, states, after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const behind =
      after === null
        ? sql`true`
        : sql`(v.body->>'openedAt', v.id, v.round) > (${after.openedAt}::text, ${after.id}::uuid, ${after.round}::int)`
    const { rows } = await sql<{ variance: Variance; cost: number | null }>`
      select v.body as variance, i.cost from variance v join item i on i.id = v.item_id
      where v.warehouse_id = ${id} and v.state = any(${[...states]}::text[]) and ${seenBy(clients, 'v')} and ${behind}
        and ${notBlind(id, device, KEY_OF_VARIANCE)}
      order by v.body->>'openedAt', v.id, v.round limit ${limit}`.execute(db)
    return rows
  },
})
