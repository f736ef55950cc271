import { sql } from 'kysely'
import { abcOf } from '../../shared/count/abc.ts'
import type { ClientId, ItemId, LocationId } from '../../shared/ids.ts'
import { NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { dayOf, laterDay, startOfDay } from '../../shared/time.ts'
import { countsFor } from '../sync/renew-counts.ts'
import type { CountPlan, PlanStore } from '../workers/plan.ts'
import type { Executor, Names } from './names.ts'
import { json } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

type Day = { day: string; timeZone: string }
type Due = { client: ClientId; place: LocationId; item: ItemId | null }

/** Places (for a plan of a class: items at places) with goods, not counted for so long and not about to be, the longest first. */
const dueOf = async (trx: Executor, warehouse: number, plan: CountPlan, at: Day, limit: number): Promise<Due[]> => {
  // Counted on a day, due again from the begin of the day that many days later, at whatever hour it was.
  const before = startOfDay(laterDay(at.day, 1 - plan.everyDays), at.timeZone)
  const item = plan.abc === null ? sql`null::uuid` : sql`i.uid`
  const { rows } = await sql<Due>`
    with stock as (
      select l.id as location_id, l.uid as place, min(l.body->>'code') as code, ${item} as item, min(c.uid::text)::uuid as client
      from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      join item i on i.id = b.item_id join client c on c.id = b.client_id
      where b.warehouse_id = ${warehouse} and b.on_hand <> 0 and l.body->>'kind' in ('pickable', 'reserve')
        and (${plan.zone}::text is null or l.body->>'zone' = ${plan.zone}::text)
        and (${plan.abc}::text is null or coalesce(i.abc, 'C') = ${plan.abc}::text)
        and (${plan.client}::uuid is null or c.uid = ${plan.client}::uuid) and not c.uid = any(${[...plan.without]}::uuid[])
      group by l.id, l.uid, ${plan.abc === null ? sql`1` : sql`i.uid`}
    )
    select s.client, s.place, s.item from stock s
    left join lateral (
      select max(v.at) as at from counted v where v.warehouse_id = ${warehouse} and v.location_id = s.location_id
        and (v.item = ${NO_LPN}::uuid or v.item = s.item)) last on true
    where (last.at is null or last.at < ${before}::timestamptz)
      and not exists (select 1 from work t where t.warehouse_id = ${warehouse} and t.kind = 'task' and t.state not in ('done', 'cancelled')
                      and t.body->'count'->>'location' = s.place::text
                      and (t.body->'count'->>'item' is null or t.body->'count'->>'item' = s.item::text))
    order by last.at nulls first, s.code, s.item limit ${limit}`.execute(trx)
  return rows
}

const askedOn = async (trx: Executor, warehouse: number, name: string, day: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select n from count_planned where warehouse_id = ${warehouse} and plan = ${name} and day = ${day}::date`.execute(
    trx,
  )
  return rows[0]?.n ?? 0
}

/** Counts in turn, and what decides how often: the class of an item. */
export const makePlanStore = (db: Executor, names: Names): PlanStore => ({
  plan: (at, plan) =>
    transact(db, trx =>
      decideIn(trx, names, at, async tx => {
        const id = await names.warehouse(trx, at.warehouse)
        const [name, day] = [JSON.stringify([plan.client, plan.zone, plan.abc]), dayOf(at.now, at.timeZone)]
        const left = plan.perDay - (await askedOn(trx, id, name, day))
        const due = left > 0 ? await dueOf(trx, id, plan, { day, timeZone: at.timeZone }, left) : []
        if (due.length === 0) return 0
        const { policies } = await tx.counts.facts({ tasks: [], items: [], places: [] })
        const open = await tx.counts.openCounts(due.map(one => one.place))
        const wishes = due.map(one => ({ ...one, cause: 'plan' }))
        const tasks = countsFor(tx.counts, wishes, open, policies)
        await tx.write({ body: { kind: 'count.plan', plan, day }, effects: { ...NOTHING, tasks } })
        await sql`
          insert into count_planned as p (warehouse_id, plan, day, n) values (${id}, ${name}, ${day}::date, ${due.length})
          on conflict (warehouse_id, plan, day) do update set n = p.n + excluded.n`.execute(trx)
        return due.length
      }),
    ),
  classify: async since => {
    const { rows } = await sql<{ item: ItemId; n: number }>`
      select i.uid as item, count(l.id)::int as n from item i
      left join movement m on m.item_id = i.id and m.at >= ${since}::timestamptz
      left join location l on l.warehouse_id = m.warehouse_id and l.id = m.to_id and l.body->>'kind' = 'customer'
      group by i.uid`.execute(db)
    const classes = [...abcOf(new Map(rows.map(({ item, n }) => [item, n])))].map(([item, abc]) => ({ item, abc }))
    await sql`
      update item i set abc = x.abc from jsonb_to_recordset(${json(classes)}) as x(item uuid, abc text)
      where i.uid = x.item and i.abc is distinct from x.abc`.execute(db)
  },
})
