import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { pendingCountRows } from '../../shared/kpi/counts.ts'
import type { SumRow } from '../../shared/kpi/day-rows.ts'
import { openExceptionRows } from '../../shared/kpi/exceptions.ts'
import { openRows } from '../../shared/kpi/messages.ts'
import type { OpenMessage } from '../../shared/kpi/messages.ts'
import { backlogRows, dueInstant } from '../../shared/kpi/orders.ts'
import { dayOf, isoOf, laterDay, msOf, startOfDay } from '../../shared/time.ts'
import type { KpiScope, KpiStore } from '../kpi-ports.ts'
import { DAY_MS } from '../workers/kpi.ts'
import { PENDING, readCounts, readExceptions, readLimits } from './kpi-facts.ts'
import { readTable } from './kpi-tables.ts'
import type { Executor, Names } from './names.ts'

type At = { id: number; scope: KpiScope }
/** Rows of a table that name a client by its UUID. */
export const ofClients = (clients: KpiScope['clients'], uid: RawBuilder<unknown>): RawBuilder<unknown> =>
  clients === null ? sql`true` : sql`${uid} = any(${[...clients]}::uuid[])`

/** Figures at the desk; nothing is locked, and one statement is one picture. */
export const makeKpiStore = (db: Executor, names: Names): KpiStore => {
  const at = async (scope: KpiScope): Promise<At> => ({ id: await names.warehouse(db, scope.warehouse), scope })
  return {
    sums: async scope => readSums(db, await at(scope)),
    days: async (scope, measures) => {
      const where = await at(scope)
      const { rows } = await sql<SumRow & { day: string }>`
        select d.day, d.measure, d.split, u.value, sum(u.n)::bigint as n from kpi_day d cross join lateral unnest(d.vals, d.ns) u(value, n)
        where ${daysOf(where)} and d.measure = any(${[...measures]}::text[])
        group by d.day, d.measure, d.split, u.value
        union all
        select x.day, 'standard.ms', s.process, 0, s.ms
        from kpi_standard s, (select distinct d.day from kpi_day d where ${daysOf(where)} and d.measure = 'lines.done') x
        where s.warehouse_id = ${where.id} and 'standard.ms' = any(${[...measures]}::text[]) order by day`.execute(db)
      return rows
    },
    present: async (scope, now) => readPresent(db, await at(scope), now),
    standing: async (scope, now) => readStanding(db, await at(scope), now),
    rows: async (table, scope, page) => readTable(db, await names.warehouse(db, scope.warehouse), table, scope, page),
  }
}

const daysOf = ({ id, scope }: At): RawBuilder<unknown> => sql`
  d.warehouse_id = ${id} and d.day between ${scope.from}::date and ${scope.to}::date
  and (${scope.zone}::text is null or d.zone = ${scope.zone}::text)
  and ${scope.clients === null ? sql`true` : sql`d.client_id in (select id from client where uid = any(${[...scope.clients]}::uuid[]))`}`

const readSums = async (db: Executor, at: At): Promise<readonly SumRow[]> => {
  const { rows } = await sql<SumRow>`
    select d.measure, d.split, u.value, sum(u.n)::bigint as n from kpi_day d cross join lateral unnest(d.vals, d.ns) u(value, n)
    where ${daysOf(at)} group by d.measure, d.split, u.value
    union all
    select 'standard.ms', process, 0, ms from kpi_standard where warehouse_id = ${at.id}`.execute(db)
  return rows
}

/** Comparisons are of whole books: they are shown to whoever sees all of them. */
const readAligned = async (db: Executor, { id, scope }: At): Promise<readonly SumRow[]> => {
  if (scope.clients !== null || scope.zone !== null) return []
  const { rows } = await sql<{ keys: number; drifts: number; units: number }>`
    select distinct on (r.connector) r.keys, r.drifts, coalesce(r.units, 0) as units
    from erp_compare r join connector c on c.uid = r.connector
    where c.warehouse_id = ${id} and r.ended_at >= ${startOfDay(scope.from, scope.timeZone)}::timestamptz
      and r.ended_at < ${startOfDay(laterDay(scope.to, 1), scope.timeZone)}::timestamptz
      and r.outcome is null and r.keys is not null and r.cause <> 'demand'
    order by r.connector, r.ended_at desc`.execute(db)
  const row = (measure: SumRow['measure'], n: number): SumRow => ({ measure, split: '', value: 0, n })
  return rows.flatMap(({ keys, drifts, units }) => [
    row('align.keys', keys),
    row('align.right', keys - drifts),
    row('align.drift', units),
  ])
}

const readPresent = async (db: Executor, at: At, now: string): Promise<readonly SumRow[]> => {
  const { id, scope } = at
  // A window that ends before today has no present.
  if (scope.to < dayOf(now, scope.timeZone)) return readAligned(db, at)
  const zoned = scope.zone
  const where = sql`(${zoned}::text is null or coalesce(l.body->>'zone', '') = ${zoned}::text)`
  const theirs = ofClients(scope.clients, sql`c.uid`)
  const [aligned, counts, exceptions, limits, messages, backlog] = await Promise.all([
    readAligned(db, at),
    readCounts(db, sql`v.warehouse_id = ${id} and v.state in ${PENDING} and ${theirs} and ${where}`),
    readExceptions(db, sql`e.warehouse_id = ${id} and e.state = 'open' and ${theirs} and ${where}`),
    readLimits(db, id),
    zoned === null ? readOpenMessages(db, at, now) : [],
    zoned === null ? readBacklog(db, at, now) : [],
  ])
  const late = openExceptionRows(exceptions, msOf(now), limits)
  return [...aligned, ...pendingCountRows(counts), ...late, ...messages, ...backlog]
}

/** One index scan a command: an outage leaves many thousands of messages open. */
const readOpenMessages = async (db: Executor, { id, scope }: At, now: string): Promise<readonly SumRow[]> => {
  const { rows } = await sql<OpenMessage>`
    select o.client, ${msOfColumn(sql`o.created_at`)} as "createdMs",
           coalesce((select array_agg(${msOfColumn(sql`k.at`)})
             from jsonb_to_recordset(o.covers) c(device uuid, epoch text, seq bigint) join device d on d.uid = c.device
             join kpi_step k on k.warehouse_id = o.warehouse_id and k.device_id = d.id and k.epoch = c.epoch and k.seq = c.seq), '{}') as "capturedMs"
    from outbox o where o.warehouse_id = ${id} and o.connector is not null and o.state not in ('posted', 'skipped', 'rehearsed')
      and ${ofClients(scope.clients, sql`o.client`)}`.execute(db)
  return openRows(rows, msOf(now))
}
/** Whole milliseconds since 1970, rounded down as a Date has them. */
const msOfColumn = (column: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`floor(extract(epoch from ${column}) * 1000)::bigint`

const readBacklog = async (db: Executor, { id, scope }: At, now: string): Promise<readonly SumRow[]> => {
  const { rows } = await sql<{ due: string | null }>`
    select w.body->>'due' as due from work w join client c on c.id = w.client_id
    where w.warehouse_id = ${id} and w.kind = 'document' and w.state in ('open', 'started') and w.body->>'kind' = 'order'
      and coalesce(w.body->>'ready', 'false') <> 'true' and ${ofClients(scope.clients, sql`c.uid`)}`.execute(db)
  return backlogRows(
    rows.map(({ due }) => ({ dueAt: dueInstant(due, scope.timeZone) })),
    now,
    scope.timeZone,
  )
}

/** Handhelds that have steps which were not sent, or that were in use and have not been heard of on the window's last day. */
const readStanding = async (db: Executor, { id, scope }: At, now: string): ReturnType<KpiStore['standing']> => {
  const today = dayOf(now, scope.timeZone)
  const lastDay = startOfDay(scope.to < today ? scope.to : today, scope.timeZone)
  const monthAgo = isoOf(msOf(now) - 30 * DAY_MS)
  const { rows } = await sql<{ cursor: number | null; madeAt: Date | null; silent: number }>`
    select (select seq from kpi_round where warehouse_id = ${id}) as cursor, (select at from kpi_round where warehouse_id = ${id}) as "madeAt",
           (select count(*) from device where warehouse_id = ${id} and state = 'active' and seen_at >= ${monthAgo}::timestamptz
              and ((head->>'pending')::int > 0 or seen_at < ${lastDay}::timestamptz)) as silent`.execute(db)
  const { rows: restated } = await sql<{ day: string }>`
    select distinct day from kpi_made where warehouse_id = ${id} and restated_at is not null
      and day between ${scope.from}::date and ${scope.to}::date order by day`.execute(db)
  const { rows: connections } = await sql<{ id: string; name: string }>`
    select uid as id, name from connector where warehouse_id = ${id} order by name`.execute(db)
  const { cursor, madeAt, silent } = rows[0] ?? { cursor: null, madeAt: null, silent: 0 }
  const days = restated.map(row => row.day)
  return { cursor: cursor ?? 0, madeAt: madeAt?.toISOString() ?? null, restated: days, silent, connections }
}
