import { sql } from 'kysely'
import type { Task } from '../../shared/catalogue.ts'
import type { Stocktake, StocktakeId, StocktakeReport } from '../../shared/desk/stocktake.ts'
import type { ItemId, WorkerId } from '../../shared/ids.ts'
import type { StocktakeStore } from '../desk-ports.ts'
import { decideStocktake, stocktakeTask } from '../sync/stocktake.ts'
import type { StocktakeBook, StocktakePlace } from '../sync/stocktake.ts'
import { SEES_ALL } from '../sync/blind.ts'
import { readBlind } from './blind.ts'
import { reading } from './feed.ts'
import type { Scope } from './load.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { readReport } from './stocktake-report.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'
import { iso } from './view-parts.ts'

/** Where goods lie of themselves; totes, cartons and carts are counted with their orders. */
export const PLACES = ['pickable', 'reserve', 'dock', 'staging', 'pack', 'aside', 'returns', 'hospital']

/** Whose goods lie first at the place `l`; at an empty one any client of the warehouse. */
export const FIRST_CLIENT = sql`coalesce(
        (select min(c.uid::text) from balance b join client c on c.id = b.client_id
         where b.warehouse_id = l.warehouse_id and b.location_id = l.id and b.on_hand <> 0),
        (select min(c.uid::text) from warehouse_client w join client c on c.id = w.client_id where w.warehouse_id = l.warehouse_id))::uuid`

const COLUMNS = sql`s.id, s.state, s.version, s.scope->'zones' as zones, (s.scope->>'blind')::boolean as blind, s.worker,
  ${iso(sql`s.at`)} as at, s.closed_by as "closedBy", ${iso(sql`s.closed_at`)} as "closedAt"`

export const makeStocktakeStore = (db: Executor, names: Names): StocktakeStore => ({
  list: async (warehouse, limit) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<Stocktake>`
      select ${COLUMNS} from stocktake s where s.warehouse_id = ${id} order by s.at desc limit ${limit}`.execute(db)
    const zones = await sql<{ zone: string }>`
      select distinct body->>'zone' as zone from location
      where warehouse_id = ${id} and body->>'zone' <> '' and body->>'kind' = any(${PLACES}::text[]) order by 1`.execute(
      db,
    )
    return { rows, zones: zones.rows.map(row => row.zone) }
  },
  read: (warehouse, stocktake, worker) =>
    reading(db, async trx => {
      const scope = { warehouse, id: await names.warehouse(trx, warehouse) }
      const found = await find(trx, scope, stocktake)
      if (found === null) return null
      const { rows } = await sql<{ report: StocktakeReport | null }>`
        select report from stocktake where warehouse_id = ${scope.id} and id = ${stocktake}`.execute(trx)
      const report = rows[0]?.report ?? (await readReport(trx, scope.id, stocktake))
      return { stocktake: found, report: withoutBlind(report, await blindIn(trx, scope.id, stocktake, worker)) }
    }),
  decide: (at, who, ask) =>
    transact(db, trx =>
      decideIn(trx, names, at, async tx => {
        const scope = { warehouse: at.warehouse, id: await names.warehouse(trx, at.warehouse) }
        return decideStocktake(tx, bookOf(trx, scope), ask, { who, now: at.now })
      }),
    ),
})

type BlindPlace = { place: string; item: ItemId | null }

/** What the person counts blind just now of the places of the stocktake. */
const blindIn = async (
  db: Executor,
  warehouse: number,
  stocktake: StocktakeId,
  worker: WorkerId | null,
): Promise<readonly BlindPlace[]> => {
  const { spots } = worker === null ? SEES_ALL : await readBlind(db, warehouse, { device: null, worker })
  if (spots.length === 0) return []
  const { rows } = await sql<BlindPlace>`
    select l.body->>'code' as place, x.item from jsonb_to_recordset(${json(spots)}) as x(location uuid, item uuid)
    join location l on l.warehouse_id = ${warehouse} and l.uid = x.location
    join stocktake_place p on p.warehouse_id = l.warehouse_id and p.location_id = l.id and p.stocktake = ${stocktake}`.execute(
    db,
  )
  return rows
}

/** No sum is made of it, or what is left out could be worked out. */
const withoutBlind = (report: StocktakeReport, blind: readonly BlindPlace[]): StocktakeReport =>
  blind.length === 0
    ? report
    : {
        ...report,
        totals: null,
        differences: report.differences.filter(
          row => !blind.some(({ place, item }) => place === row.place && (item === null || item === row.item)),
        ),
      }

const find = async (db: Executor, scope: Scope, id: StocktakeId): Promise<Stocktake | null> => {
  const { rows } = await sql<Stocktake>`
    select ${COLUMNS} from stocktake s where s.warehouse_id = ${scope.id} and s.id = ${id}`.execute(db)
  return rows[0] ?? null
}

const bookOf = (trx: Executor, scope: Scope): StocktakeBook => ({
  running: async () => {
    const { rows } = await sql<{ id: StocktakeId }>`
      select id from stocktake where warehouse_id = ${scope.id} and state = 'open'`.execute(trx)
    return rows[0]?.id ?? null
  },
  find: id => find(trx, scope, id),
  places: (zones, limit) => places(trx, scope, zones, limit),
  open: async ({ id, zones, blind, worker, now, commit, places: counted }) => {
    await sql`
      insert into stocktake (warehouse_id, id, state, version, scope, worker, at, commit_seq)
      values (${scope.id}, ${id}, 'open', 1, ${json({ zones, blind })}, ${worker}, ${now}::timestamptz, ${commit})`.execute(
      trx,
    )
    await sql`
      insert into stocktake_place (warehouse_id, stocktake, location_id)
      select ${scope.id}::int, ${id}::uuid, l.id from location l
      where l.warehouse_id = ${scope.id} and l.uid = any(${counted.map(place => place.location)}::uuid[])`.execute(trx)
  },
  skip: async (id, place, reason, by) => {
    const { rows } = await sql`
      update stocktake_place p set reason = nullif(${reason}::text, ''), by = ${by}::uuid from location l
      where p.warehouse_id = ${scope.id} and p.stocktake = ${id} and l.warehouse_id = p.warehouse_id and l.id = p.location_id
        and l.uid = ${place}::uuid returning p.location_id`.execute(trx)
    return rows.length > 0
  },
  report: id => readReport(trx, scope.id, id),
  waitingTasks: async id => {
    const { rows } = await sql<{ uid: StocktakePlace['location'] }>`
      select l.uid from stocktake_place p join location l on l.warehouse_id = p.warehouse_id and l.id = p.location_id
      where p.warehouse_id = ${scope.id} and p.stocktake = ${id}`.execute(trx)
    const ids = rows.map(row => stocktakeTask(id, row.uid))
    const tasks = await sql<{ body: Task }>`
      select body from work where warehouse_id = ${scope.id} and kind = 'task' and state = 'ready' and id = any(${ids}::uuid[])`.execute(
      trx,
    )
    return tasks.rows.map(row => row.body)
  },
  close: async (id, by, now, commit, report) => {
    await sql`
      update stocktake set state = 'closed', version = version + 1, closed_by = ${by}::uuid, closed_at = ${now}::timestamptz,
        closed_seq = ${commit}, report = ${json(report)}
      where warehouse_id = ${scope.id} and id = ${id}`.execute(trx)
  },
})

const places = async (
  trx: Executor,
  scope: Scope,
  zones: readonly string[],
  limit: number,
): Promise<readonly StocktakePlace[]> => {
  const { rows } = await sql<StocktakePlace>`
    select l.uid as location, ${FIRST_CLIENT} as client
    from location l
    where l.warehouse_id = ${scope.id} and (l.body->>'active')::boolean and l.body->>'kind' = any(${PLACES}::text[])
      and (cardinality(${[...zones]}::text[]) = 0 or l.body->>'zone' = any(${[...zones]}::text[]))
    order by (l.body->>'sequence')::int, l.body->>'code' limit ${limit}`.execute(trx)
  return rows.filter(row => row.client !== null)
}
