import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { transferOver } from '../../shared/kpi/messages.ts'
import { secondsBetween } from '../../shared/kpi/histogram.ts'
import type { TableName, TableRow } from '../../shared/desk/kpi-tables.ts'
import { laterDay, msOf, startOfDay } from '../../shared/time.ts'
import type { KpiKey, KpiStore } from '../kpi-ports.ts'
import { notBlind } from './blind.ts'
import { capturedBy, IS_TRANSFER, MESSAGE_FIELDS, MESSAGE_TRIES, messageFact, PENDING } from './kpi-facts.ts'
import type { MessageRow } from './kpi-facts.ts'
import type { Executor } from './names.ts'

type Scope = Parameters<KpiStore['rows']>[1]
type Page = Parameters<KpiStore['rows']>[2]
type Read = (db: Executor, warehouse: number, scope: Scope, page: Page) => ReturnType<KpiStore['rows']>

export const readTable = (db: Executor, warehouse: number, table: TableName, scope: Scope, page: Page) =>
  READ[table](db, warehouse, scope, page)

/** To the microsecond: a page begins where the last one has ended. */
const instant = (column: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const inDays = (column: RawBuilder<unknown>, { from, to, timeZone }: Scope): RawBuilder<unknown> =>
  sql`(${column} >= ${startOfDay(from, timeZone)}::timestamptz and ${column} < ${startOfDay(laterDay(to, 1), timeZone)}::timestamptz)`
const ofClients = ({ clients }: Scope, uid: RawBuilder<unknown>): RawBuilder<unknown> =>
  clients === null ? sql`true` : sql`${uid} = any(${[...clients]}::uuid[])`
const ofZone = ({ zone }: Scope, column: RawBuilder<unknown>): RawBuilder<unknown> =>
  zone === null ? sql`true` : sql`coalesce(${column}, '') = ${zone}::text`
/** What has no zone is not shown where one is asked for. */
const zoneless = ({ zone }: Scope): RawBuilder<unknown> => sql`${zone === null}::boolean`
const behind = (after: KpiKey | null, at: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<unknown> =>
  after === null ? sql`true` : sql`(${at}, ${id}) > (${after.at}::timestamptz, ${after.id}::text)`

/** People know a connection by its name. */
const CONNECTION = sql`coalesce((select n.name from connector n where n.uid = o.connector), o.connector::text)`

type Raw = { key_id: string; at: string } & Record<string, string | number | Date | null>
const shown = (rows: readonly Raw[]) =>
  rows.map(({ key_id, ...row }) => ({ key: { at: row.at, id: key_id }, row: plain(row) }))
const plain = (row: Record<string, string | number | Date | null>): TableRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  )

const COUNT_ROW = sql`
  v.id || '.' || lpad(v.round::text, 9, '0') as key_id, ${instant(sql`v.changed_at`)} as at, l.body->>'code' as place, i.body->>'sku' as item,
  v.body->'key'->>'lot' as lot, (v.body->>'delta')::bigint as delta, (v.body->>'delta')::bigint * i.cost as value`
const COUNT_ID = sql`(v.id || '.' || lpad(v.round::text, 9, '0'))`
const COUNT_FROM = sql`
  variance v join item i on i.id = v.item_id join client c on c.id = v.client_id
  join location l on l.warehouse_id = v.warehouse_id and l.id = v.location_id`
/** Who counts a row blind on this handheld does not read what the books had. */
const countWhere = (warehouse: number, scope: Scope, page: Page): RawBuilder<unknown> => sql`
  v.warehouse_id = ${warehouse} and ${ofClients(scope, sql`c.uid`)} and ${ofZone(scope, sql`l.body->>'zone'`)}
  and ${notBlind(warehouse, scope, { location: sql`v.body->'key'->>'location'`, item: sql`v.body->'key'->>'item'` })}
  and ${behind(page.after, sql`v.changed_at`, COUNT_ID)}`

const accuracy: Read = async (db, warehouse, scope, page) => {
  const pending = scope.now === null ? sql`false` : sql`v.state in ${PENDING}`
  const { rows } = await sql<Raw>`
    select ${COUNT_ROW}, v.body->'key'->>'status' as status, (v.body->>'book')::bigint as book, (v.body->>'seen')::bigint as counted, v.state
    from ${COUNT_FROM}
    where ${countWhere(warehouse, scope, page)} and v.body->>'kind' = 'count'
      and ((v.state in ('posted', 'closed') and ${inDays(sql`v.changed_at`, scope)}) or ${pending})
    order by v.changed_at, ${COUNT_ID} limit ${page.limit}`.execute(db)
  return shown(rows)
}

const adjustments: Read = async (db, warehouse, scope, page) => {
  const { rows } = await sql<Raw>`
    select ${COUNT_ROW}, coalesce(v.body->'decided'->>'reason', v.body->>'reason') as reason, i.abc, v.body->>'openedAt' as "openedAt",
           case when v.body->'decided'->>'kind' = 'approve' then v.body->'decided'->>'at' end as "decidedAt"
    from ${COUNT_FROM}
    where ${countWhere(warehouse, scope, page)} and v.state = 'posted' and ${inDays(sql`v.changed_at`, scope)} and v.body->>'delta' <> '0'
    order by v.changed_at, ${COUNT_ID} limit ${page.limit}`.execute(db)
  return shown(rows)
}

const order: Read = async (db, warehouse, scope, page) => {
  const { rows } = await sql<Raw>`
    select o.document::text as key_id, ${instant(sql`o.ready_at`)} as at, w.body->>'number' as number, o.imported_at as "importedAt",
           o.picked_at as "pickedAt", o.shipped_at as "shippedAt", o.confirmed_at as "confirmedAt", o.due_at as "dueAt",
           greatest(0, floor(extract(epoch from o.ready_at - o.imported_at)))::bigint as "toReady"
    from kpi_order o join work w on w.warehouse_id = o.warehouse_id and w.id = o.document join client c on c.id = w.client_id
    where o.warehouse_id = ${warehouse} and w.state <> 'cancelled' and ${inDays(sql`o.ready_at`, scope)} and ${zoneless(scope)}
      and ${ofClients(scope, sql`c.uid`)} and ${behind(page.after, sql`o.ready_at`, sql`o.document::text`)}
    order by o.ready_at, o.document::text limit ${page.limit}`.execute(db)
  return shown(rows)
}

const sync: Read = async (db, warehouse, scope, page) => {
  const { rows } = await sql<Raw>`
    select o.key::text as key_id, ${instant(sql`o.posted_at`)} as at, ${CONNECTION} as connector, o.type, o.created_at as "createdAt",
           greatest(0, floor(extract(epoch from o.posted_at - o.created_at)))::bigint as out
    from outbox o where o.warehouse_id = ${warehouse} and ${IS_TRANSFER} and ${inDays(sql`o.posted_at`, scope)} and ${zoneless(scope)}
      and ${ofClients(scope, sql`o.client`)} and ${behind(page.after, sql`o.posted_at`, sql`o.key::text`)}
    order by o.posted_at, o.key::text limit ${page.limit}`.execute(db)
  const captured = await capturedBy(db, sql`o.key = any(${rows.map(row => row.key_id)}::uuid[])`)
  return shown(rows).map(({ key, row }) => {
    const first = captured.get(key.id)?.[0] ?? null
    const endToEnd = first === null ? null : secondsBetween(msOf(first), msOf(key.at))
    return { key, row: { ...row, capturedAt: first, endToEnd } }
  })
}

/** All transfers, with what failed named; what has still time is left open. */
const errors: Read = async (db, warehouse, scope, page) => {
  const { rows } = await sql<MessageRow & { at: string; connection: string }>`
    select ${instant(sql`o.created_at`)} as at, ${CONNECTION} as connection, ${MESSAGE_FIELDS} from outbox o ${MESSAGE_TRIES}
    where o.warehouse_id = ${warehouse} and ${IS_TRANSFER} and ${inDays(sql`o.created_at`, scope)} and ${zoneless(scope)}
      and ${ofClients(scope, sql`o.client`)} and ${behind(page.after, sql`o.created_at`, sql`o.key::text`)}
    order by o.created_at, o.key::text limit ${page.limit}`.execute(db)
  return rows.map(({ at, connection, ...raw }) => {
    const fact = messageFact(raw, [])
    const over = transferOver(fact, scope.now === null ? Number.POSITIVE_INFINITY : msOf(scope.now))
    const { type, attempts, failedAttempts, postedAt } = fact
    return {
      key: { at, id: raw.key },
      row: {
        at,
        connector: connection,
        type,
        failure: over === null ? null : over.class,
        attempts,
        failedAttempts,
        postedAt,
      },
    }
  })
}

const efficiency: Read = async (db, warehouse, scope, page) => {
  const clients = scope.clients === null ? null : [...scope.clients]
  const { rows } = await sql<{
    day: string
    process: string
    lines: number
    right: number
    activeMs: number
    standardMs: number | null
  }>`
    select * from (
      select d.day, d.split as process,
             coalesce(sum(d.ns[1]) filter (where d.measure = 'lines.done'), 0)::bigint as lines,
             coalesce(sum(d.ns[1]) filter (where d.measure = 'lines.right'), 0)::bigint as "right",
             coalesce(sum(d.ns[1]) filter (where d.measure = 'active.ms'), 0)::bigint as "activeMs",
             (select s.ms from kpi_standard s where s.warehouse_id = ${warehouse} and s.process = d.split) as "standardMs"
      from kpi_day d
      where d.warehouse_id = ${warehouse} and d.part = 'steps' and d.measure in ('lines.done', 'lines.right', 'active.ms')
        and d.day between ${scope.from}::date and ${scope.to}::date and ${ofZone(scope, sql`d.zone`)}
        and (${clients}::uuid[] is null or d.client_id in (select id from client where uid = any(${clients}::uuid[])))
      group by d.day, d.split) x
    where ${page.after === null ? sql`true` : sql`(x.day, x.process) > (${page.after.at.slice(0, 10)}::date, ${page.after.id}::text)`}
    order by x.day, x.process limit ${page.limit}`.execute(db)
  return rows.map(row => ({ key: { at: `${row.day}T00:00:00.000Z`, id: row.process }, row }))
}

const shorts: Read = async (db, warehouse, scope, page) => {
  const id = sql`(d.uid || '/' || s.epoch || '/' || lpad(s.seq::text, 12, '0'))`
  const { rows } = await sql<Raw>`
    select ${id} as key_id, ${instant(sql`s.at`)} as at, s.zone, d.uid || '/' || s.epoch || '/' || s.seq as command
    from kpi_step s join device d on d.id = s.device_id left join client c on c.id = s.client_id
    where s.warehouse_id = ${warehouse} and s.type = 'short' and s.process = 'pick' and not s.undone and ${inDays(sql`s.at`, scope)}
      and ${ofClients(scope, sql`c.uid`)} and ${ofZone(scope, sql`s.zone`)} and ${behind(page.after, sql`s.at`, id)}
    order by s.at, ${id} limit ${page.limit}`.execute(db)
  return shown(rows)
}

const exceptions: Read = async (db, warehouse, scope, page) => {
  const { rows } = await sql<Raw>`
    select e.id::text as key_id, ${instant(sql`e.opened_at`)} as at, e.kind, coalesce(l.body->>'zone', '') as zone, e.state, e.closed_at as "closedAt",
           floor(extract(epoch from coalesce(e.closed_at, ${scope.now}::timestamptz) - e.opened_at))::bigint as age
    from exception e left join client c on c.uid::text = e.body->>'client'
    left join location l on l.warehouse_id = e.warehouse_id and l.uid::text = e.body->>'location'
    where e.warehouse_id = ${warehouse} and ${inDays(sql`e.opened_at`, scope)} and ${ofClients(scope, sql`c.uid`)}
      and ${ofZone(scope, sql`l.body->>'zone'`)} and ${behind(page.after, sql`e.opened_at`, sql`e.id::text`)}
    order by e.opened_at, e.id::text limit ${page.limit}`.execute(db)
  return shown(rows)
}

const READ: Readonly<Record<TableName, Read>> = {
  accuracy,
  order,
  sync,
  errors,
  efficiency,
  shorts,
  adjustments,
  exceptions,
}
