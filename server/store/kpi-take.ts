import { sql } from 'kysely'
import { dueInstant } from '../../shared/kpi/orders.ts'
import { stepOf } from '../../shared/kpi/step-of.ts'
import type { Step } from '../../shared/kpi/step-of.ts'
import { MAX_GAP_MS } from '../../shared/kpi/steps.ts'
import { dayOf, isoOf, msOf } from '../../shared/time.ts'
import { newZone, roundZone } from './kpi-zone.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { SERVER_DEVICE_ROW } from './server-device.ts'
import { transact } from './transaction.ts'

/** Commands that are read at once. */
const AT_ONCE = 5000

type CommandRow = {
  device_id: number
  epoch: string
  seq: number
  body: string
  outcome: string
  worker: string | null
  receivedAt: Date
  commit: number
}
type Taken = CommandRow & { step: Step }

/** The next commits of the log as steps and instants of orders. True = there is more. */
export const takeCommits = (db: Executor, names: Names, warehouse: number): Promise<boolean> =>
  transact(db, async trx => {
    const after = await placeInLog(trx, warehouse)
    const isMoved = await newZone(trx, warehouse)
    const timeZone = await roundZone(trx, warehouse)
    const { rows } = await sql<CommandRow>`
      select device_id, epoch, seq, body, outcome, worker, received_at as "receivedAt", feed_seq as commit from command
      where warehouse_id = ${warehouse} and feed_seq > ${after}::bigint order by feed_seq, device_id, epoch, seq limit ${AT_ONCE}`.execute(
      trx,
    )
    const whole = wholeCommits(rows)
    const last = whole.at(-1)
    if (last === undefined) return { keep: isMoved, answer: false }
    const taken = whole.flatMap((row): Taken[] => {
      if (row.device_id === SERVER_DEVICE_ROW || row.outcome === 'quarantined') return []
      const step = stepOf(row.body, row.receivedAt.toISOString())
      return step === null ? [] : [{ ...row, step }]
    })
    await putSteps(trx, names, { warehouse, timeZone }, taken)
    await putOrders(trx, { warehouse, timeZone }, orderEvents(whole, taken))
    await sql`update kpi_round set seq = ${last.commit}::bigint where warehouse_id = ${warehouse}`.execute(trx)
    return { keep: true, answer: rows.length === AT_ONCE }
  })

/** Locked until the end: two servers never read the same commits. */
const placeInLog = async (trx: Executor, warehouse: number): Promise<number> => {
  await sql`insert into kpi_round (warehouse_id, seq) values (${warehouse}, 0) on conflict do nothing`.execute(trx)
  const { rows } = await sql<{ seq: number }>`
    select seq from kpi_round where warehouse_id = ${warehouse} for update`.execute(trx)
  return rows[0]?.seq ?? 0
}

/** A commit is taken whole; one that was cut off comes with the next ones, unless it is all that there is. */
const wholeCommits = (rows: readonly CommandRow[]): readonly CommandRow[] => {
  const last = rows.at(-1)?.commit
  if (rows.length < AT_ONCE || rows[0]?.commit === last) return rows
  return rows.filter(row => row.commit !== last)
}

type At = { warehouse: number; timeZone: string }

const putSteps = async (
  trx: Executor,
  names: Names,
  { warehouse, timeZone }: At,
  taken: readonly Taken[],
): Promise<void> => {
  if (taken.length === 0) return
  const places = [...new Set(taken.flatMap(({ step }) => step.place ?? []))]
  const { rows: zones } = await sql<{ uid: string; zone: string }>`
    select uid, coalesce(body->>'zone', '') as zone from location where warehouse_id = ${warehouse} and uid = any(${places}::uuid[])`.execute(
    trx,
  )
  const zoneOf = new Map(zones.map(row => [row.uid, row.zone]))
  const clients = await names.client(
    trx,
    taken.flatMap(({ step }) => step.client ?? []),
  )
  const rows = taken.map(({ device_id, epoch, seq, worker, outcome, receivedAt, step }) => ({
    device_id,
    epoch,
    seq,
    at: step.at,
    received_at: receivedAt.toISOString(),
    skewed: step.skewed,
    type: step.type,
    process: step.process,
    client_id: step.client === null ? null : (clients.get(step.client) ?? null),
    zone: step.place === null ? '' : (zoneOf.get(step.place) ?? ''),
    worker,
    line: step.line,
    count: step.count,
    trouble: outcome === 'exception',
  }))
  await sql`
    insert into kpi_step (warehouse_id, device_id, epoch, seq, at, received_at, skewed, type, process, client_id, zone, worker, line, count, trouble)
    select ${warehouse}::int, x.* from jsonb_to_recordset(${json(rows)})
      as x(device_id int, epoch text, seq bigint, at timestamptz, received_at timestamptz, skewed boolean, type text, process text,
           client_id int, zone text, worker uuid, line uuid, count uuid, trouble boolean)
    on conflict do nothing`.execute(trx)
  const undone = await takeBack(trx, warehouse, taken)
  // The gap to a command shortly after midnight begins with one from before it.
  const instants = [...taken.map(({ step }) => step.at), ...undone]
  // All of them before all ends of their gaps: the day of a minute that comes again and again is then worked out once.
  const days = [...instants, ...instants.map(at => isoOf(msOf(at) + MAX_GAP_MS))]
  await markDue(trx, warehouse, 'steps', daysIn(days, timeZone))
}

/** Steps that these take back, however long ago they were taken in. Gives when they were captured. */
const takeBack = async (trx: Executor, warehouse: number, taken: readonly Taken[]): Promise<readonly string[]> => {
  const undone = taken.flatMap(({ device_id, step }) => (step.undoes === null ? [] : [{ device_id, ...step.undoes }]))
  if (undone.length === 0) return []
  const { rows } = await sql<{ at: Date }>`
    update kpi_step s set undone = true from jsonb_to_recordset(${json(undone)}) as x(device_id int, epoch text, seq bigint)
    where s.warehouse_id = ${warehouse} and s.device_id = x.device_id and s.epoch = x.epoch and s.seq = x.seq returning s.at`.execute(
    trx,
  )
  return rows.map(row => row.at.toISOString())
}

type OrderInstants = { document: string; imported?: string; picked?: string; ready?: string; shipped?: string }
const EVENT = { pick: 'picked', ready: 'ready', ship: 'shipped' } as const

const orderEvents = (whole: readonly CommandRow[], taken: readonly Taken[]): readonly OrderInstants[] => [
  ...taken.flatMap(({ step }) =>
    step.order === null ? [] : [{ document: step.order.document, [EVENT[step.order.event]]: step.at }],
  ),
  ...whole.flatMap(row =>
    row.device_id === SERVER_DEVICE_ROW
      ? importedBy(row.body).map(document => ({ document, imported: row.receivedAt.toISOString() }))
      : [],
  ),
]

const importedBy = (body: string): readonly string[] => {
  const decision = JSON.parse(body) as { kind?: unknown; documents?: unknown }
  return decision.kind === 'import' && Array.isArray(decision.documents) ? (decision.documents as string[]) : []
}

/** First import, first pick, last package, last shipment: in whatever order they come. Every day that an order touches is due. */
const putOrders = async (
  trx: Executor,
  { warehouse, timeZone }: At,
  events: readonly OrderInstants[],
): Promise<void> => {
  if (events.length === 0) return
  const documents = [...new Set(events.map(event => event.document))]
  const { rows: orders } = await sql<{ id: string; due: string | null }>`
    select id, body->>'due' as due from work
    where warehouse_id = ${warehouse} and kind = 'document' and body->>'kind' = 'order' and id = any(${documents}::uuid[])`.execute(
    trx,
  )
  const dueOf = new Map(orders.map(order => [order.id, dueInstant(order.due, timeZone)]))
  const before = await instantsOf(trx, warehouse, documents)
  const rows = events
    .filter(event => dueOf.has(event.document))
    .map(event => ({ ...event, due: dueOf.get(event.document) }))
  await sql`
    insert into kpi_order as o (warehouse_id, document, imported_at, picked_at, ready_at, shipped_at, due_at)
    select ${warehouse}::int, x.document, min(x.imported), min(x.picked), max(x.ready), max(x.shipped), max(x.due)
    from jsonb_to_recordset(${json(rows)})
      as x(document uuid, imported timestamptz, picked timestamptz, ready timestamptz, shipped timestamptz, due timestamptz)
    group by x.document
    on conflict (warehouse_id, document) do update
    set imported_at = least(o.imported_at, excluded.imported_at), picked_at = least(o.picked_at, excluded.picked_at),
        ready_at = greatest(o.ready_at, excluded.ready_at), shipped_at = greatest(o.shipped_at, excluded.shipped_at),
        due_at = excluded.due_at`.execute(trx)
  const touched = [...before, ...(await instantsOf(trx, warehouse, documents))]
  await markDue(trx, warehouse, 'orders', daysIn(touched, timeZone))
}

const instantsOf = async (
  trx: Executor,
  warehouse: number,
  documents: readonly string[],
): Promise<readonly string[]> => {
  const { rows } = await sql<{ at: Date }>`
    select x.at from kpi_order o
    cross join lateral unnest(array[o.imported_at, o.picked_at, o.ready_at, o.shipped_at, o.confirmed_at, o.due_at]) x(at)
    where o.warehouse_id = ${warehouse} and o.document = any(${[...documents]}::uuid[]) and x.at is not null`.execute(
    trx,
  )
  return rows.map(row => row.at.toISOString())
}

const daysIn = (at: readonly string[], timeZone: string): readonly string[] => [
  ...new Set(at.map(instant => dayOf(instant, timeZone))),
]

export const markDue = async (
  trx: Executor,
  warehouse: number,
  part: string,
  days: readonly string[],
): Promise<void> => {
  if (days.length === 0) return
  await sql`
    insert into kpi_due (warehouse_id, day, part) select ${warehouse}::int, x, ${part}::text from unnest(${[...days]}::date[]) x
    on conflict do nothing`.execute(trx)
}
