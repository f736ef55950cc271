import { sql } from 'kysely'
import type { Task } from '../../shared/catalogue.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import type { Scope } from './load.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'

type At = Scope & { commit: number }

/**
 * Writes rows of the feed in the state that they have now, for a commit that may have written them already: there is one row
 * for each object and commit, so an earlier one is replaced.
 */
export const refreshBalances = async (trx: Executor, at: At, keys: readonly StockKey[]): Promise<void> => {
  const ids = [...new Set(keys.map(stockKeyText))]
  if (ids.length === 0) return
  await forget(trx, at, 'balance', ids)
  const rows = keys.map(key => ({ id: stockKeyText(key), ...key }))
  await sql`
    insert into change (warehouse_id, seq, n, kind, id, client_id, body)
    select ${at.id}::int, ${at.commit}::bigint,
           (select coalesce(max(n), 0) from change where warehouse_id = ${at.id} and seq = ${at.commit}) + row_number() over (order by k.id),
           'balance', k.id, b.client_id,
           jsonb_build_object('l', k.location, 'p', b.lpn, 'c', k.client, 'i', k.item, 'lot', b.lot, 'sn', b.serial, 'st', b.status,
                              'oh', b.on_hand, 'rs', b.reserved, 'hd', b.held)
    from (select distinct on (x.id) x.* from jsonb_to_recordset(${json(rows)})
            as x(id text, location uuid, lpn uuid, client uuid, item uuid, lot text, serial text, status text) order by x.id) k
    join location l on l.warehouse_id = ${at.id} and l.uid = k.location join client c on c.uid = k.client join item i on i.uid = k.item
    join balance b on b.warehouse_id = ${at.id} and b.location_id = l.id and b.item_id = i.id and b.lpn = k.lpn and b.client_id = c.id
      and b.lot = k.lot and b.serial = k.serial and b.status = k.status`.execute(trx)
}

/**
 * Stock rows of these places, the lines that have reserved there, and what else tells how much lies there (maskRows), as
 * they are: for readers who may see more or less now.
 */
export const refreshPlaces = async (trx: Executor, at: At, spots: readonly Spot[]): Promise<void> => {
  const { rows } = await sql<StockKey>`
    select distinct c.uid as client, i.uid as item, b.lot, b.serial, l.uid as location, b.lpn, b.status
    from jsonb_to_recordset(${json(spots)}) as x(location uuid, item uuid)
    join location l on l.warehouse_id = ${at.id} and l.uid = x.location
    join balance b on b.warehouse_id = l.warehouse_id and b.location_id = l.id
    join item i on i.id = b.item_id and (x.item is null or i.uid = x.item) join client c on c.id = b.client_id`.execute(
    trx,
  )
  await refreshBalances(trx, at, rows)
  await refreshTelling(trx, at, spots)
}

/** Lines that have reserved or put on hold there, and tasks that fetch from there. */
const refreshTelling = async (trx: Executor, at: At, spots: readonly Spot[]): Promise<void> => {
  const { rows } = await sql<{ kind: string; id: string }>`
    with x as (select * from jsonb_to_recordset(${json(spots)}) as x(location uuid, item uuid))
    select 'line' as kind, k.owner::text as id from x
    join location l on l.warehouse_id = ${at.id} and l.uid = x.location
    join claim k on k.warehouse_id = l.warehouse_id and k.location_id = l.id and k.kind = 'reserve' and k.qty > 0
    join item i on i.id = k.item_id and (x.item is null or i.uid = x.item)
    union
    select t.kind, t.id::text from x join work t on t.warehouse_id = ${at.id} and t.kind = 'task'
      and t.body->'goods'->'from'->>'location' = x.location::text and t.state <> 'done'
    union
    select t.kind, t.id::text from work t
    cross join lateral (
      select h->'key'->>'location' as place
      from jsonb_array_elements(case jsonb_typeof(t.body->'held') when 'array' then t.body->'held' else '[]' end) h
      union all
      select b->'goods'->'from'->>'location'
      from jsonb_array_elements(case jsonb_typeof(t.body->'before') when 'array' then t.body->'before' else '[]' end) b
    ) told
    join x on x.location::text = told.place
    where t.warehouse_id = ${at.id} and t.kind in ('line', 'task')
      and (t.body ? 'held' or (t.body ? 'before' and t.state <> 'done'))`.execute(trx)
  for (const kind of ['line', 'task']) {
    const ids = rows.flatMap(row => (row.kind === kind ? [row.id] : []))
    if (ids.length === 0) continue
    await forget(trx, at, kind, ids)
    await sql`
      insert into change (warehouse_id, seq, n, kind, id, client_id, body)
      select ${at.id}::int, ${at.commit}::bigint,
             (select coalesce(max(n), 0) from change where warehouse_id = ${at.id} and seq = ${at.commit}) + row_number() over (order by t.id),
             t.kind, t.id::text, t.client_id, t.body
      from work t where t.warehouse_id = ${at.id} and t.kind = ${kind} and t.id = any(${ids}::uuid[])`.execute(trx)
  }
}

const forget = (trx: Executor, at: At, kind: string, ids: readonly string[]) =>
  sql`delete from change where warehouse_id = ${at.id} and seq = ${at.commit} and kind = ${kind} and id = any(${[...ids]}::text[])`.execute(
    trx,
  )

/** Tasks as they are to be, and their rows of the feed. */
export const refreshWork = async (trx: Executor, names: Names, at: At, tasks: readonly Task[]): Promise<void> => {
  if (tasks.length === 0) return
  const last = [...new Map(tasks.map(task => [task.id, task])).values()]
  const clients = await names.client(
    trx,
    last.map(task => task.client),
  )
  const rows = last.map(body => ({
    id: body.id,
    document: body.document,
    client_id: idOf(clients, 'client', body.client),
    state: body.state,
    body,
  }))
  await sql`
    insert into work as t (warehouse_id, kind, id, document, client_id, state, body, feed_seq)
    select ${at.id}::int, 'task', x.id, x.document, x.client_id, x.state, x.body, ${at.commit}::bigint
    from jsonb_to_recordset(${json(rows)}) as x(id uuid, document uuid, client_id int, state text, body jsonb) order by x.id
    on conflict (warehouse_id, id) do update
    set state = excluded.state, body = excluded.body, version = t.version + 1, feed_seq = excluded.feed_seq`.execute(
    trx,
  )
  await forget(
    trx,
    at,
    'task',
    last.map(task => task.id),
  )
  await sql`
    insert into change (warehouse_id, seq, n, kind, id, client_id, body)
    select ${at.id}::int, ${at.commit}::bigint,
           (select coalesce(max(n), 0) from change where warehouse_id = ${at.id} and seq = ${at.commit}) + row_number() over (order by x.id),
           'task', x.id::text, x.client_id, x.body
    from jsonb_to_recordset(${json(rows)}) as x(id uuid, client_id int, body jsonb)`.execute(trx)
}

/** The place of a stock key inside this database; for writing claims and balances. */
export type RowNames = { location_id: number; client_id: number; item_id: number }

export const rowNames = async (
  trx: Executor,
  names: Names,
  scope: Scope,
  keys: readonly StockKey[],
): Promise<(key: StockKey) => RowNames> => {
  const items = await names.item(
    trx,
    keys.map(key => key.item),
  )
  const clients = await names.client(
    trx,
    keys.map(key => key.client),
  )
  const { rows } = await sql<{ uid: string; id: number }>`
    select uid, id from location where warehouse_id = ${scope.id} and uid = any(${[...new Set(keys.map(key => key.location))]}::uuid[])`.execute(
    trx,
  )
  const places = new Map(rows.map(row => [row.uid, row.id]))
  return key => ({
    location_id: idOf(places, 'location', key.location),
    client_id: idOf(clients, 'client', key.client),
    item_id: idOf(items, 'item', key.item),
  })
}
