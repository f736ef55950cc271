import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { limitsOf } from '../../shared/exception-limits.ts'
import type { ExceptionLimits } from '../../shared/exception-limits.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { CountFact } from '../../shared/kpi/counts.ts'
import type { Range } from '../../shared/kpi/day-rows.ts'
import type { ExceptionFact } from '../../shared/kpi/exceptions.ts'
import type { MessageFact } from '../../shared/kpi/messages.ts'
import type { OrderFact } from '../../shared/kpi/orders.ts'
import type { StepFact } from '../../shared/kpi/steps.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { isoOf } from '../../shared/time.ts'
import type { Executor } from './names.ts'

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null
/** The instant of a column lies in [from, to). */
export const inRange = (column: RawBuilder<unknown>, { from, to }: Range): RawBuilder<unknown> =>
  sql`(${column} >= ${isoOf(from)}::timestamptz and ${column} < ${isoOf(to)}::timestamptz)`

type StepRow = Omit<StepFact, 'at' | 'receivedAt'> & { at: Date; receivedAt: Date }
export const readSteps = async (
  db: Executor,
  warehouse: number,
  range: Range,
  before: number,
): Promise<readonly StepFact[]> => {
  const { rows } = await sql<StepRow>`
    select s.device_id || '/' || s.epoch || '/' || s.seq as id, s.type, s.process, s.worker, s.at, s.received_at as "receivedAt", s.skewed,
           s.line, s.count, s.undone, s.trouble, c.uid as client, s.zone
    from kpi_step s left join client c on c.id = s.client_id
    where s.warehouse_id = ${warehouse} and ${inRange(sql`s.at`, { from: range.from - before, to: range.to })}
    order by s.at, s.device_id, s.epoch, s.seq`.execute(db)
  return rows.map(row => ({ ...row, at: row.at.toISOString(), receivedAt: row.receivedAt.toISOString() }))
}

const ORDER_INSTANTS = ['imported_at', 'picked_at', 'ready_at', 'shipped_at', 'confirmed_at', 'due_at'] as const
type OrderRow = { client: ClientId; cancelled: boolean } & Record<(typeof ORDER_INSTANTS)[number], Date | null>
export const readOrders = async (db: Executor, warehouse: number, range: Range): Promise<readonly OrderFact[]> => {
  const touched = sql.join(
    ORDER_INSTANTS.map(name => inRange(sql.ref(`o.${name}`), range)),
    sql` or `,
  )
  const { rows } = await sql<OrderRow>`
    select c.uid as client, w.state = 'cancelled' as cancelled, ${sql.join(ORDER_INSTANTS.map(name => sql.ref(`o.${name}`)))}
    from kpi_order o join work w on w.warehouse_id = o.warehouse_id and w.id = o.document join client c on c.id = w.client_id
    where o.warehouse_id = ${warehouse} and (${touched})`.execute(db)
  return rows.map(row => ({
    client: row.client,
    cancelled: row.cancelled,
    // No connector tells when an order was released.
    releasedAt: null,
    importedAt: isoOrNull(row.imported_at),
    firstPickAt: isoOrNull(row.picked_at),
    readyAt: isoOrNull(row.ready_at),
    shippedAt: isoOrNull(row.shipped_at),
    confirmedAt: isoOrNull(row.confirmed_at),
    dueAt: isoOrNull(row.due_at),
  }))
}

/** Transfers: what goes to a connection, and is neither a rehearsal nor empty (skipped by nobody). */
export const IS_TRANSFER = sql`o.connector is not null and o.state <> 'rehearsed' and (o.state <> 'skipped' or o.closed_by is not null)`
/** Classes that stop a message until somebody does something. */
const STOPPING = sql`('config', 'needsDecision')`

/** Of `outbox o`, with `t` its tries. */
export const MESSAGE_FIELDS = sql`
  o.key, o.client, o.connector, o.type, o.created_at as "createdAt", o.posted_at as "postedAt",
  case when o.state = 'skipped' then o.closed_at end as "skippedAt", coalesce(o.closed_by <> 'rule', false) as "byPerson",
  coalesce(t.stopped, false) as stopped, t.class as "errorClass", coalesce(t.attempts, 0) as attempts, coalesce(t.failed, 0) as "failedAttempts"`
export const MESSAGE_TRIES = sql`
  left join lateral (
    select count(distinct r.n) as attempts, count(distinct r.n) filter (where r.error_class is not null) as failed,
           bool_or(r.error_class in ${STOPPING}) as stopped,
           (array_agg(r.error_class order by r.at desc, r.n desc) filter (where r.error_class is not null))[1] as class
    from outbox_try r where r.key = o.key) t on true`
/** The commands that a message covers, as steps `s`, each by its key; what decisions cover is none. */
export const COVERED = sql`
  cross join lateral jsonb_array_elements(o.covers) c
  cross join lateral (
    select k.at from kpi_step k
    where k.warehouse_id = o.warehouse_id and k.device_id = (select d.id from device d where d.uid = (c.value->>'device')::uuid)
      and k.epoch = c.value->>'epoch' and k.seq = (c.value->>'seq')::bigint limit 1) s`

export type MessageRow = Omit<MessageFact, 'createdAt' | 'postedAt' | 'skippedAt' | 'captured'> & {
  key: string
  createdAt: Date
  postedAt: Date | null
  skippedAt: Date | null
}
export const messageFact = (row: MessageRow, captured: readonly string[]): MessageFact => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  postedAt: isoOrNull(row.postedAt),
  skippedAt: isoOrNull(row.skippedAt),
  captured,
})

/** When the commands were captured that these messages cover. */
export const capturedBy = async (
  db: Executor,
  which: RawBuilder<unknown>,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { rows } = await sql<{ key: string; at: Date[] }>`
    select o.key, array_agg(s.at order by s.at) as at from outbox o ${COVERED} where ${which} group by o.key`.execute(
    db,
  )
  return new Map(rows.map(row => [row.key, row.at.map(at => at.toISOString())]))
}

export const readMessages = async (
  db: Executor,
  warehouse: number,
  range: Range,
  before: number,
): Promise<readonly MessageFact[]> => {
  const created = inRange(sql`o.created_at`, { from: range.from - before, to: range.to })
  const posted = inRange(sql`o.posted_at`, range)
  const { rows } = await sql<MessageRow>`
    select ${MESSAGE_FIELDS} from outbox o ${MESSAGE_TRIES}
    where o.warehouse_id = ${warehouse} and ${IS_TRANSFER} and (${created} or ${posted})`.execute(db)
  const captured = await capturedBy(db, sql`o.warehouse_id = ${warehouse} and ${IS_TRANSFER} and ${posted}`)
  return rows.map(row => messageFact(row, captured.get(row.key) ?? []))
}

type CountRow = Omit<CountFact, 'changedAt'> & { changedAt: Date }
/** Of `variance v`. */
export const COUNT_FIELDS = sql`
  v.body->>'kind' as kind, v.body->'key'->>'location' as place, c.uid as client, coalesce(l.body->>'zone', '') as zone,
  case when v.state in ('posted', 'closed', 'rejected') then v.state else 'pending' end as state,
  (v.body->>'book')::int as book, (v.body->>'delta')::int as delta, i.cost, i.abc,
  coalesce(v.body->'decided'->>'reason', v.body->>'reason') as reason, v.body->>'openedAt' as "openedAt",
  case when v.body->'decided'->>'kind' in ('approve', 'reject') then v.body->'decided'->>'at' end as "decidedAt", v.changed_at as "changedAt"`
export const COUNT_JOINS = sql`
  join item i on i.id = v.item_id join client c on c.id = v.client_id
  join location l on l.warehouse_id = v.warehouse_id and l.id = v.location_id`
export const PENDING = sql`('again', 'provisional', 'review', 'recount', 'approved')`
export const ENDED = sql`('posted', 'closed', 'rejected')`

export const readCounts = async (db: Executor, which: RawBuilder<unknown>): Promise<readonly CountFact[]> => {
  const { rows } = await sql<CountRow>`select ${COUNT_FIELDS} from variance v ${COUNT_JOINS} where ${which}`.execute(db)
  return rows.map(row => ({ ...row, changedAt: row.changedAt.toISOString() }))
}

export const readLimits = async (db: Executor, warehouse: number): Promise<ExceptionLimits> => {
  const { rows } = await sql<{ body: PolicySet }>`select body from policy where warehouse_id = ${warehouse}`.execute(db)
  return limitsOf(rows[0]?.body ?? null)
}

type ExceptionRow = Omit<ExceptionFact, 'openedAt' | 'closedAt'> & { openedAt: Date; closedAt: Date | null }
export const readExceptions = async (db: Executor, which: RawBuilder<unknown>): Promise<readonly ExceptionFact[]> => {
  const { rows } = await sql<ExceptionRow>`
    select e.kind, e.opened_at as "openedAt", e.closed_at as "closedAt", c.uid as client, coalesce(l.body->>'zone', '') as zone
    from exception e left join client c on c.uid::text = e.body->>'client'
    left join location l on l.warehouse_id = e.warehouse_id and l.uid::text = e.body->>'location' where ${which}`.execute(
    db,
  )
  return rows.map(row => ({ ...row, openedAt: row.openedAt.toISOString(), closedAt: isoOrNull(row.closedAt) }))
}
