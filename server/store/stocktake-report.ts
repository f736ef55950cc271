import { sql } from 'kysely'
import type {
  PlaceCounts,
  StocktakeDifference,
  StocktakeId,
  StocktakeReport,
  StocktakeTotals,
} from '../../shared/desk/stocktake.ts'
import { NO_LPN } from '../../shared/ids.ts'
import type { Executor } from './names.ts'

/** As many as a person reads; the rest is in the export of the approvals. */
const MAX_DIFFERENCES = 5_000
const MAX_UNSETTLED = 200

export const PENDING = ['counting', 'again', 'provisional', 'review', 'recount', 'approved']

/** Each place with how far it is: a count of the whole place since the opening, and nothing about it that waits. */
const placesOf = (warehouse: number, stocktake: StocktakeId) => sql`
  at as materialized (select * from stocktake where warehouse_id = ${warehouse} and id = ${stocktake}),
  pending as materialized (
    select location_id, bool_or(state = 'recount') as recount from variance
    where warehouse_id = ${warehouse} and state = any(${PENDING}::text[]) group by location_id),
  place as materialized (
    select p.location_id, l.uid, l.body->>'code' as code, coalesce(l.body->>'zone', '') as zone, coalesce(p.reason, '') as reason,
      case when p.reason is not null then 'skipped'
           when not exists (select 1 from counted v where v.warehouse_id = p.warehouse_id and v.location_id = p.location_id
                              and v.item = ${NO_LPN}::uuid and v.at >= at.at) then 'open'
           when w.location_id is null then 'settled'
           when w.recount then 'recount' else 'counted' end as state
    from stocktake_place p cross join at
    join location l on l.warehouse_id = p.warehouse_id and l.id = p.location_id
    left join pending w on w.location_id = p.location_id
    where p.warehouse_id = ${warehouse} and p.stocktake = ${stocktake})`

/** The last word on every stock row that was counted since the opening; what was rejected or overtaken is no word. */
const linesOf = (warehouse: number) => sql`
  line as materialized (
    select distinct on (v.id) v.id, v.location_id, v.client_id, v.item_id, v.state, v.body, i.cost,
      (v.body->>'book')::bigint as book, (v.body->>'seen')::bigint as seen, (v.body->>'delta')::bigint as delta
    from variance v cross join at join place p on p.location_id = v.location_id and p.state <> 'skipped'
    join item i on i.id = v.item_id
    where v.warehouse_id = ${warehouse} and (v.body->'point'->>'commit')::bigint > at.commit_seq and v.body->>'kind' = 'count'
      and v.state not in ('superseded', 'withdrawn', 'rejected')
    order by v.id, v.round desc)`

/** How a stocktake stands. Whoever reads it again at the same commit reads the same. */
export const readReport = async (db: Executor, warehouse: number, stocktake: StocktakeId): Promise<StocktakeReport> => {
  const parts = placesOf(warehouse, stocktake)
  const zones = await sql<PlaceCounts & { zone: string }>`
    with ${parts} select zone, count(*)::int as places,
      (count(*) filter (where state = 'open'))::int as open, (count(*) filter (where state = 'counted'))::int as counted,
      (count(*) filter (where state = 'recount'))::int as recount, (count(*) filter (where state = 'settled'))::int as settled,
      (count(*) filter (where state = 'skipped'))::int as skipped
    from place group by zone order by zone`.execute(db)
  const skipped = await sql<StocktakeReport['skipped'][number]>`
    with ${parts} select code as place, reason from place where state = 'skipped' order by code`.execute(db)
  const unsettled = await sql<StocktakeReport['unsettled'][number]>`
    with ${parts} select uid as id, code as place, state from place where state in ('open', 'counted', 'recount')
    order by code limit ${MAX_UNSETTLED}`.execute(db)
  const counters = await sql<StocktakeReport['counters'][number]>`
    with ${parts} select o.worker, count(distinct o.location_id)::int as places from observation o cross join at
    join place p on p.location_id = o.location_id
    where o.warehouse_id = ${warehouse} and o.feed_seq > at.commit_seq and not o.taken_back and o.worker is not null
    group by o.worker order by 2 desc, 1`.execute(db)
  const waiting = await sql<{ n: number }>`
    select count(*)::int as n from device where warehouse_id = ${warehouse} and state = 'active' and (head->>'pending')::int > 0`.execute(
    db,
  )
  return {
    all: zones.rows.reduce(added, NONE),
    zones: zones.rows,
    counters: counters.rows,
    totals: await totalsOf(db, warehouse, stocktake),
    differences: await differencesOf(db, warehouse, stocktake),
    skipped: skipped.rows,
    unsettled: unsettled.rows,
    waiting: waiting.rows[0]?.n ?? 0,
  }
}

const NONE: PlaceCounts = { places: 0, open: 0, counted: 0, recount: 0, settled: 0, skipped: 0 }
const added = (sum: PlaceCounts, row: PlaceCounts): PlaceCounts => ({
  places: sum.places + row.places,
  open: sum.open + row.open,
  counted: sum.counted + row.counted,
  recount: sum.recount + row.recount,
  settled: sum.settled + row.settled,
  skipped: sum.skipped + row.skipped,
})

type Sums = Omit<StocktakeTotals, 'accuracy'> & {
  bookValue: number
  places: number
  wrongPlaces: number
  empty: number
}

/** An empty place that was found empty is one right line. Values are of lines with a cost. */
const totalsOf = async (db: Executor, warehouse: number, stocktake: StocktakeId): Promise<StocktakeTotals> => {
  const { rows } = await sql<Sums>`
    with ${placesOf(warehouse, stocktake)}, ${linesOf(warehouse)},
    seen as materialized (
      select p.location_id, count(l.id) as lines, count(l.id) filter (where l.delta <> 0) as wrong
      from place p left join line l on l.location_id = p.location_id
      where p.state in ('counted', 'recount', 'settled') group by p.location_id)
    select count(*)::int as lines, (count(*) filter (where delta <> 0))::int as wrong,
      coalesce(sum(book), 0)::bigint as book, coalesce(sum(seen), 0)::bigint as counted,
      coalesce(sum(delta), 0)::bigint as net, coalesce(sum(abs(delta)), 0)::bigint as gross,
      coalesce(sum(delta * cost), 0)::bigint as "netValue", coalesce(sum(abs(delta) * cost), 0)::bigint as "grossValue",
      coalesce(sum(greatest(book, 0) * cost), 0)::bigint as "bookValue",
      (count(*) filter (where delta <> 0 and cost is null))::int as "withoutCost",
      (select count(*)::int from seen) as places, (select (count(*) filter (where wrong > 0))::int from seen) as "wrongPlaces",
      (select (count(*) filter (where lines = 0))::int from seen) as empty
    from line`.execute(db)
  const [sums] = rows
  if (sums === undefined) throw new Error('a sum has no row')
  const { bookValue, places, wrongPlaces, empty, ...rest } = sums
  const lines = rest.lines + empty
  return {
    ...rest,
    lines,
    accuracy: {
      lines: { right: lines - rest.wrong, of: lines },
      pieces: { right: Math.max(0, rest.book - rest.gross), of: Math.max(0, rest.book) },
      value: { right: Math.max(0, bookValue - rest.grossValue), of: bookValue },
      places: { right: places - wrongPlaces, of: places },
    },
  }
}

const differencesOf = async (
  db: Executor,
  warehouse: number,
  stocktake: StocktakeId,
): Promise<StocktakeDifference[]> => {
  const { rows } = await sql<StocktakeDifference>`
    with ${placesOf(warehouse, stocktake)}, ${linesOf(warehouse)}
    select p.code as place, i.uid as item, i.body->>'sku' as sku, i.body->>'name' as name, c.uid as client,
      l.body->'key'->>'lot' as lot, l.body->'key'->>'serial' as serial, l.body->'key'->>'status' as status,
      l.book, l.seen as counted, l.delta, (l.delta * l.cost)::bigint as value, l.state,
      coalesce(l.body->'decided'->>'reason', l.body->>'reason', '') as reason, l.body->'counters' as counters,
      case when l.body->'decided'->>'kind' = 'approve' then l.body->'decided'->>'worker' end as approver
    from line l join place p on p.location_id = l.location_id join item i on i.id = l.item_id join client c on c.id = l.client_id
    where l.delta <> 0 order by abs(l.delta * coalesce(l.cost, 0)) desc, abs(l.delta) desc, p.code limit ${MAX_DIFFERENCES}`.execute(
    db,
  )
  return rows
}
