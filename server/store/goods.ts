import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { PastAnswer, PastWish } from '../../shared/desk/goods.ts'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import type { ExpiringFound, GoodsStore } from '../desk-ports.ts'
import { withheldFrom } from './blind.ts'
import type { Withheld } from './blind.ts'
import { reading } from './feed.ts'
import type { Executor, Names } from './names.ts'
import { paged, seen, withoutKey } from './view-parts.ts'
import type { Clients } from './view-parts.ts'

const VIRTUAL = [...VIRTUAL_KINDS]
const GOODS = sql`i.uid as item, i.body->>'sku' as sku, i.body->>'name' as name, i.body->>'unit' as unit, c.uid as client`

/** Goods by date and at a date. */
export const makeGoodsStore = (db: Executor, names: Names): GoodsStore => ({
  expiring: async ({ warehouse, clients, worker }, { until, after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const blind = (await withheldFrom(db, id, worker))({ location: sql`l.uid`, item: sql`i.uid` })
    const { rows } = await sql<ExpiringFound & { key: string }>`
      with row as (
        select ${GOODS}, l.uid as location, l.body->>'code' as place, coalesce(p.body->>'label', '') as label, b.lot, s.serial,
          b.status, t.body->>'expiry' as expiry, (i.body->'shelf'->>'minDaysOut')::int as "minDaysOut",
          h.on_hand as "onHand", h.reserved, (h.on_hand * i.cost)::bigint as value,
          concat_ws(chr(1), t.body->>'expiry', l.body->>'code', i.body->>'sku', b.lot, s.serial, b.status, b.lpn, c.uid) as key
        from lot t join balance b on b.warehouse_id = t.warehouse_id and b.client_id = t.client_id and b.item_id = t.item_id and b.lot = t.lot
        join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
        join item i on i.id = b.item_id join client c on c.id = b.client_id
        left join work p on p.warehouse_id = b.warehouse_id and p.kind = 'lpn' and p.id = b.lpn
        cross join lateral (select ${blind} as blind) w
        cross join lateral (select case when w.blind then '' else b.serial end as serial) s
        cross join lateral (select case when w.blind then null else b.on_hand end as on_hand,
                                   case when w.blind then null else b.reserved end as reserved) h
        where t.warehouse_id = ${id} and t.body->>'expiry' <= ${until}::text and b.on_hand > 0
          and not l.body->>'kind' = any(${VIRTUAL}::text[]) and ${seen(clients, 'b')})
      select distinct on (key collate "C") * from row where key collate "C" > ${after} order by key collate "C" limit ${limit}`.execute(
      db,
    )
    const { rows: shown, next } = paged(rows, limit)
    return { rows: shown.map(withoutKey), next }
  },
  past: ({ warehouse, clients, worker }, want) =>
    reading(db, async trx => {
      const id = await names.warehouse(trx, warehouse)
      const fold = foldOf(id, clients, want, await withheldFrom(trx, id, worker))
      const { rows } = await sql<PastAnswer['rows'][number] & { key: string }>`
        ${fold} select * from row where key collate "C" > ${want.after} order by key collate "C" limit ${want.limit}`.execute(
        trx,
      )
      const { rows: shown, next } = paged(rows, want.limit)
      const totals = want.after === '' ? await totalsOf(trx, fold) : null
      return { rows: shown.map(withoutKey), next, totals }
    }),
})

/**
 * The ledger up to an instant, folded by one statement: each movement as what left and what came. Nothing of today's balances
 * is in it, so it says the same tomorrow. No sum is made of what is withheld.
 */
const foldOf = (
  warehouse: number,
  clients: Clients,
  { before, basis, by }: PastWish,
  withheld: Withheld,
): RawBuilder<unknown> => {
  const isBefore = basis === 'booked' ? sql`k.received_at < ${before}::timestamptz` : sql`m.at < ${before}::timestamptz`
  const from = sql`from movement m ${basis === 'booked' ? sql`join command k using (warehouse_id, device_id, epoch, seq)` : sql``}
    where m.warehouse_id = ${warehouse} and ${isBefore} and ${seen(clients, 'm')}`
  const [place, lot, status] =
    by === 'place'
      ? [sql`l.body->>'code'`, sql`leg.lot`, sql`leg.status`]
      : [sql`''::text`, sql`''::text`, sql`''::text`]
  return sql`
    with leg as (
      select m.from_id as location_id, m.client_id, m.item_id, m.lot, m.from_status as status, -m.qty::bigint as q ${from}
      union all
      select m.to_id, m.client_id, m.item_id, m.lot, m.to_status, m.qty::bigint ${from}
    ), sum as materialized (
      select location_id, client_id, item_id, lot, status, sum(q)::bigint as q from leg
      group by location_id, client_id, item_id, lot, status having sum(q) <> 0
    ), fold as (
      select leg.client_id, leg.item_id, ${place} as place, ${lot} as lot, ${status} as status, case when bool_or(${withheld({ location: sql`l.uid`, item: sql`g.uid` })}) then null else sum(leg.q)::bigint end as q
      from sum leg join location l on l.warehouse_id = ${warehouse} and l.id = leg.location_id join item g on g.id = leg.item_id
      where not l.body->>'kind' = any(${VIRTUAL}::text[]) group by 1, 2, 3, 4, 5 having sum(leg.q) <> 0
    ), row as (
      select ${GOODS}, f.place, f.lot, f.status, f.q as "onHand", (f.q * w.cost)::bigint as value,
        concat_ws(chr(1), f.place, i.body->>'sku', f.lot, f.status, c.uid) as key
      from fold f join item i on i.id = f.item_id join client c on c.id = f.client_id
      left join lateral (
        select cost from item_cost where item_id = i.id and since < ${before}::timestamptz order by since desc limit 1) w on true)`
}

const totalsOf = async (trx: Executor, fold: RawBuilder<unknown>): Promise<PastAnswer['totals']> => {
  const { rows } = await sql<NonNullable<PastAnswer['totals']> & { withheld: number }>`
    ${fold} select (count(*) filter (where "onHand" is null))::int as withheld, count(*)::int as rows, coalesce(sum("onHand"), 0)::bigint as "onHand", coalesce(sum(value), 0)::bigint as value,
      (count(*) filter (where value is null))::int as "withoutCost" from row`.execute(trx)
  const [found] = rows
  if (found === undefined || found.withheld > 0) return null
  const { withheld: _, ...totals } = found
  return totals
}
