import { sql } from 'kysely'
import type { DayRow } from '../../shared/kpi/day-rows.ts'
import type { WorkDay } from '../../shared/kpi/standard.ts'
import { dayOf, isoOf, laterDay, msOf, startOfDay } from '../../shared/time.ts'
import { DAY_MS } from '../workers/kpi.ts'
import type { DuePart, KpiWork } from '../workers/kpi.ts'
import {
  ENDED,
  inRange,
  readCounts,
  readExceptions,
  readLimits,
  readMessages,
  readOrders,
  readSteps,
} from './kpi-facts.ts'
import { markDue, takeCommits } from './kpi-take.ts'
import { roundZone } from './kpi-zone.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

/** Instants are given before their transaction is committed: what is younger than this at the last round may have come since. */
const OVERLAP_MS = 3_600_000
/** A day that was over for so long is frozen: a change of it is shown as restated. */
const FROZEN_AFTER_MS = 2 * DAY_MS
/** What the clock or the bridge changes, without a command. */
const BY_TIME = ['orders', 'messages', 'counts', 'exceptions'] as const

/** What the worker that prepares figures reads and writes, on PostgreSQL and PGlite. */
export const makeKpiWork = (db: Executor, names: Names): KpiWork => ({
  take: async warehouse => takeCommits(db, names, await names.warehouse(db, warehouse)),
  touch: async ({ warehouse, now }) => touch(db, await names.warehouse(db, warehouse), now),
  due: async (warehouse, limit) => {
    const { rows } = await sql<DuePart>`
      select day, part from kpi_due where warehouse_id = ${await names.warehouse(db, warehouse)} order by day, part limit ${limit}`.execute(
      db,
    )
    return rows
  },
  timeZone: async warehouse => roundZone(db, await names.warehouse(db, warehouse)),
  steps: async (warehouse, range, before) => readSteps(db, await names.warehouse(db, warehouse), range, before),
  orders: async (warehouse, range) => readOrders(db, await names.warehouse(db, warehouse), range),
  messages: async (warehouse, range, before) => readMessages(db, await names.warehouse(db, warehouse), range, before),
  counts: async (warehouse, range) => {
    const id = await names.warehouse(db, warehouse)
    return readCounts(db, sql`v.warehouse_id = ${id} and v.state in ${ENDED} and ${inRange(sql`v.changed_at`, range)}`)
  },
  exceptions: async (warehouse, range) => {
    const id = await names.warehouse(db, warehouse)
    const [opened, closed] = [inRange(sql`e.opened_at`, range), inRange(sql`e.closed_at`, range)]
    return readExceptions(db, sql`e.warehouse_id = ${id} and (${opened} or ${closed})`)
  },
  limits: async warehouse => readLimits(db, await names.warehouse(db, warehouse)),
  replace: async ({ warehouse, ...at }, due, rows) => replace(db, await names.warehouse(db, warehouse), at, due, rows),
  baselines: async ({ warehouse, now, timeZone }) =>
    readBaselines(db, await names.warehouse(db, warehouse), dayOf(now, timeZone)),
  setStandard: async ({ warehouse, now }, process, ms) => {
    await sql`
      insert into kpi_standard (warehouse_id, process, ms, at)
      values (${await names.warehouse(db, warehouse)}, ${process}, ${ms}, ${now}::timestamptz) on conflict do nothing`.execute(
      db,
    )
  },
})

/** A long history is gone through day by day: one statement over all of it would run out of time, again and again. */
const STRETCH_MS = DAY_MS

const touch = (db: Executor, warehouse: number, now: string): Promise<boolean> =>
  transact(db, async trx => {
    await sql`insert into kpi_round (warehouse_id, seq) values (${warehouse}, 0) on conflict do nothing`.execute(trx)
    // The first time from the first fact on.
    const { rows } = await sql<{ since: Date | null }>`
      select coalesce(r.at, least((select min(o.created_at) from outbox o where o.warehouse_id = ${warehouse}),
                                  (select min(e.opened_at) from exception e where e.warehouse_id = ${warehouse}),
                                  (select min(v.changed_at) from variance v where v.warehouse_id = ${warehouse}))) as since
      from kpi_round r where r.warehouse_id = ${warehouse} for update of r`.execute(trx)
    const since = Math.min(rows[0]?.since?.getTime() ?? msOf(now), msOf(now)) - OVERLAP_MS
    const until = Math.min(msOf(now), since + OVERLAP_MS + STRETCH_MS)
    await confirmOrders(trx, warehouse, { from: isoOf(since), to: isoOf(until) })
    const days = daysOf(isoOf(since), isoOf(until), await roundZone(trx, warehouse))
    for (const part of BY_TIME) await markDue(trx, warehouse, part, days)
    await sql`update kpi_round set at = ${isoOf(until)}::timestamptz where warehouse_id = ${warehouse}`.execute(trx)
    return { keep: true, answer: until < msOf(now) }
  })

const daysOf = (from: string, to: string, timeZone: string): readonly string[] => {
  const days: string[] = []
  const last = dayOf(to, timeZone)
  for (let day = dayOf(from, timeZone); day <= last; day = laterDay(day, 1)) days.push(day)
  return days
}

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

/** The last package of an order is with the ERP. */
const confirmOrders = async (
  trx: Executor,
  warehouse: number,
  { from, to }: { from: string; to: string },
): Promise<void> => {
  await sql`
    update kpi_order k set confirmed_at = greatest(k.confirmed_at, x.at)
    from (select case when o.payload->>'document' ~ ${UUID} then (o.payload->>'document')::uuid end as document, max(o.posted_at) as at
          from outbox o
          where o.warehouse_id = ${warehouse} and o.posted_at >= ${from}::timestamptz and o.posted_at <= ${to}::timestamptz
            and o.type = 'shipment'
          group by 1) x
    where k.warehouse_id = ${warehouse} and k.document = x.document and (k.confirmed_at is null or k.confirmed_at < x.at)`.execute(
    trx,
  )
}

type Kept = { measure: string; client_id: number; zone: string; split: string; vals: number[]; ns: number[] }

/** Rows of one measure, client, zone and split are one row of the table, with its values in order. */
const gather = (rows: readonly DayRow[], clientOf: ReadonlyMap<string, number>): readonly Kept[] => {
  const kept = new Map<string, Kept>()
  for (const { measure, client, zone, split, value, n } of [...rows].sort((a, b) => a.value - b.value)) {
    const client_id = client === null ? 0 : (clientOf.get(client) ?? 0)
    const key = [measure, client_id, zone, split].join('\u001f')
    const row = kept.get(key) ?? { measure, client_id, zone, split, vals: [], ns: [] }
    row.vals.push(value)
    row.ns.push(n)
    kept.set(key, row)
  }
  return [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

const replace = (
  db: Executor,
  warehouse: number,
  { now, timeZone }: { now: string; timeZone: string },
  { day, part }: DuePart,
  rows: readonly DayRow[],
): Promise<void> =>
  transact(db, async trx => {
    const { rows: clients } = await sql<{ uid: string; id: number }>`
      select uid, id from client where uid = any(${[...new Set(rows.flatMap(row => row.client ?? []))]}::uuid[])`.execute(
      trx,
    )
    const next = gather(rows, new Map(clients.map(row => [row.uid, row.id])))
    const { rows: before } = await sql<Kept>`
      delete from kpi_day where warehouse_id = ${warehouse} and day = ${day}::date and part = ${part}
      returning measure, client_id, zone, split, vals, ns`.execute(trx)
    await sql`
      insert into kpi_day (warehouse_id, day, part, measure, client_id, zone, split, vals, ns)
      select ${warehouse}::int, ${day}::date, ${part}::text, x.*
      from jsonb_to_recordset(${json(next)}) as x(measure text, client_id int, zone text, split text, vals bigint[], ns bigint[])`.execute(
      trx,
    )
    const isFrozen = msOf(now) - msOf(startOfDay(laterDay(day, 1), timeZone)) > FROZEN_AFTER_MS
    const changed = isFrozen && textOf(before) !== textOf(next)
    await sql`
      insert into kpi_made as m (warehouse_id, day, part, made_at) values (${warehouse}, ${day}::date, ${part}, ${now}::timestamptz)
      on conflict (warehouse_id, day, part) do update set made_at = excluded.made_at,
        restated_at = case when ${changed}::boolean then excluded.made_at else m.restated_at end`.execute(trx)
    await sql`delete from kpi_due where warehouse_id = ${warehouse} and day = ${day}::date and part = ${part}`.execute(
      trx,
    )
    return { keep: true, answer: undefined }
  })

const textOf = (rows: readonly Kept[]): string =>
  rows
    .map(row => JSON.stringify([row.measure, row.client_id, row.zone, row.split, row.vals, row.ns]))
    .sort()
    .join('\n')

/** Whole days: today is still going on. */
const readBaselines = async (
  db: Executor,
  warehouse: number,
  today: string,
): Promise<ReadonlyMap<string, readonly WorkDay[]>> => {
  const { rows } = await sql<WorkDay & { process: string }>`
    select split as process, day, coalesce(sum(ns[1]) filter (where measure = 'lines.done'), 0)::bigint as lines,
           coalesce(sum(ns[1]) filter (where measure = 'active.ms'), 0)::bigint as "activeMs"
    from kpi_day d
    where warehouse_id = ${warehouse} and part = 'steps' and measure in ('lines.done', 'active.ms') and day < ${today}::date
      and not exists (select 1 from kpi_standard s where s.warehouse_id = ${warehouse} and s.process = d.split)
    group by split, day order by day`.execute(db)
  const days = new Map<string, WorkDay[]>()
  for (const { process, ...day } of rows) days.set(process, [...(days.get(process) ?? []), day])
  return days
}
