import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { OUTBOX_STATES, gapText } from '../workers/outbox-port.ts'
import { gathered } from '../workers/gather.ts'
import type {
  Advance,
  Circuit,
  MessageFact,
  OutboxFilter,
  OutboxRow,
  OutboxState,
  OutboxStore,
  Settle,
  Try,
} from '../workers/outbox-port.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'

/** Of `outbox o join warehouse w`. */
export const OUTBOX_FIELDS = sql`
  w.uid as warehouse, o.connector, o.client, o.key, o.seq, o.subject, o.type, o.payload, o.version, o.state, o.error_class as "errorClass",
  o.attempts, o.touched, o.stuck, o.remote_ref as "remoteRef", o.question, o.ask, o.gap, o.answers, o.documents,
  o.captured_at as "capturedAt", o.created_at as "createdAt", o.first_try_at as "firstTryAt", o.delivered_at as "deliveredAt",
  o.posted_at as "postedAt", o.next_at as "nextAt", o.closed_by as "closedBy", o.closed_reason as "closedReason"`

const DATES = ['capturedAt', 'createdAt', 'firstTryAt', 'deliveredAt', 'postedAt', 'nextAt'] as const
export type RawOutbox = Omit<OutboxRow, (typeof DATES)[number]> & Record<(typeof DATES)[number], Date | null>
export const outboxRow = (raw: RawOutbox): OutboxRow => ({
  ...raw,
  ...(Object.fromEntries(DATES.map(name => [name, raw[name]?.toISOString() ?? null])) as Pick<
    OutboxRow,
    (typeof DATES)[number]
  >),
})

/** The outbox as workers and desk see it. Rows are written by the apply statement, never here. */
export const makeOutboxStore = (db: Executor): OutboxStore => ({
  claim: async at => {
    // A worker that died in the middle leaves the outcome unknown: `find` decides, never a second post.
    await sql`
      update outbox set state = 'unknown', touched = true, lease_token = null, lease_until = null, next_at = ${at.now}::timestamptz
      where connector = ${at.connector} and state in ('preparing', 'posting') and lease_until < ${at.now}::timestamptz`.execute(
      db,
    )
    const { rows } = await sql<RawOutbox>`
      with due as materialized (
        select o.warehouse_id, o.key,
               not o.touched and coalesce(coalesce(o.captured_at, o.created_at) <= c.renewed_at, false) as doubted
        from outbox o left join connector c on c.uid = o.connector
        where o.connector = ${at.connector} and c.held_at is null and o.state in ('waiting', 'unknown') and o.next_at <= ${at.now}::timestamptz
          and (o.lease_until is null or o.lease_until < ${at.now}::timestamptz)
          and not exists (
            select 1 from outbox e where e.connector = o.connector and e.subject = o.subject and e.seq < o.seq
              and e.state not in ('posted', 'skipped', 'rehearsed'))
        order by o.seq limit ${at.limit} for update of o skip locked
      )
      update outbox o set state = case when o.state = 'waiting' and not due.doubted then 'preparing' else 'unknown' end,
             touched = o.touched or due.doubted, attempts = o.attempts + 1,
             first_try_at = coalesce(o.first_try_at, ${at.now}::timestamptz),
             lease_token = ${at.token}::uuid, lease_until = ${at.leaseUntil}::timestamptz
      from due, warehouse w where o.warehouse_id = due.warehouse_id and o.key = due.key and w.id = o.warehouse_id
      returning ${OUTBOX_FIELDS}`.execute(db)
    return rows.map(outboxRow).sort((a, b) => a.seq - b.seq)
  },
  advance: advancing(db),
  counts: async connector => {
    const { rows } = await sql<{
      state: OutboxState
      n: number
    }>`select state, count(*) as n from outbox where connector = ${connector} group by state`.execute(db)
    const zero = Object.fromEntries(OUTBOX_STATES.map(state => [state, 0])) as Record<OutboxState, number>
    return { ...zero, ...Object.fromEntries(rows.map(row => [row.state, row.n])) }
  },
  ...desk(db),
  ...lane(db),
})

type Move = { key: string; token: string; to: Advance; tries: readonly Try[] }

/** Messages that move on at the same time are written by one statement, and by one commit. */
const advancing = (db: Executor): OutboxStore['advance'] => {
  const write = gathered(
    (moves: readonly Move[]) => advanceAll(db, moves),
    move => move.key,
  )
  return (key, token, to, tries = []) => write({ key, token, to, tries })
}

const moveRow = ({ key, token, to }: Move) => ({
  key,
  token,
  state: to.state,
  at: to.now,
  error_class: to.errorClass ?? null,
  question: to.question ?? null,
  ask: to.ask ?? null,
  gap: to.gap === undefined || to.gap === null ? null : gapText(to.gap),
  remote_ref: to.remoteRef ?? null,
  touched: to.touched === true,
  stuck: to.stuck ?? null,
  next_at: to.nextAt ?? null,
  settles: to.settleUntil !== undefined,
  settle_until: to.settleUntil ?? null,
  documents: to.documents ?? null,
  untried: to.untried === true ? 1 : 0,
  delivered: to.delivered === true || to.state === 'posted',
  release: to.release,
  lease_until: to.leaseUntil ?? null,
})
const tryRows = ({ key, tries }: Move) =>
  tries.map(({ errorClass, ms, ...t }) => ({ ...t, key, ms: Math.round(ms), error_class: errorClass }))

const advanceAll = async (db: Executor, moves: readonly Move[]): Promise<readonly boolean[]> => {
  const { rows } = await sql<{ key: string }>`
    with given as (
      select * from jsonb_to_recordset(${json(moves.map(moveRow))})
             as x(key uuid, token uuid, state text, at timestamptz, error_class text, question text, ask jsonb, gap text, remote_ref jsonb,
                  touched boolean, stuck int, next_at timestamptz, settles boolean, settle_until timestamptz, documents jsonb, untried int,
                  delivered boolean, release boolean, lease_until timestamptz)
    ), moved as (
      update outbox o set state = x.state, error_class = x.error_class, question = x.question, ask = x.ask, gap = x.gap,
        remote_ref = coalesce(x.remote_ref, o.remote_ref), touched = o.touched or x.touched, stuck = coalesce(x.stuck, o.stuck),
        next_at = coalesce(x.next_at, o.next_at),
        settle_until = case when x.settles then x.settle_until else o.settle_until end,
        documents = coalesce(x.documents, o.documents), attempts = o.attempts - x.untried,
        prepared_at = case when x.state = 'posting' then coalesce(o.prepared_at, x.at) else o.prepared_at end,
        delivered_at = case when x.delivered then coalesce(o.delivered_at, x.at) else o.delivered_at end,
        posted_at = case when x.state = 'posted' then x.at else o.posted_at end,
        lease_token = case when x.release then null else o.lease_token end,
        lease_until = case when x.release then null else coalesce(x.lease_until, o.lease_until) end
      from given x where o.key = x.key and o.lease_token = x.token returning o.key
    ), trace as (
      insert into outbox_try (key, n, phase, at, ms, error_class, request, answer)
      select x.key, x.n, x.phase, x.at, x.ms, x.error_class, x.request, x.answer
      from jsonb_to_recordset(${json(moves.flatMap(tryRows))})
           as x(key uuid, n int, phase text, at timestamptz, ms int, error_class text, request text, answer text)
      on conflict do nothing
    )
    select key from moved`.execute(db)
  const moved = new Set(rows.map(row => row.key))
  return moves.map(({ key }) => moved.has(key))
}

const where = (filter: OutboxFilter): RawBuilder<unknown> => {
  const parts = [sql`o.connector = ${filter.connector}`]
  if (filter.states !== undefined) parts.push(sql`o.state = any(${[...filter.states]}::text[])`)
  if (filter.types !== undefined) parts.push(sql`o.type = any(${[...filter.types]}::text[])`)
  if (filter.errorClass !== undefined) parts.push(sql`o.error_class = ${filter.errorClass}`)
  if (filter.subject !== undefined) parts.push(sql`o.subject = ${filter.subject}`)
  if (filter.gap !== undefined) parts.push(sql`o.gap = ${filter.gap}`)
  if (filter.keys !== undefined) parts.push(sql`o.key = any(${[...filter.keys]}::uuid[])`)
  if (filter.before !== undefined) parts.push(sql`o.created_at < ${filter.before}::timestamptz`)
  return sql.join(parts, sql` and `)
}

const desk = (db: Executor): Pick<OutboxStore, 'list' | 'get' | 'tries' | 'settle' | 'enter' | 'reopen' | 'facts'> => ({
  list: async (filter, { beforeSeq, limit }) => {
    const { rows } = await sql<RawOutbox>`
      select ${OUTBOX_FIELDS} from outbox o join warehouse w on w.id = o.warehouse_id
      where ${where(filter)} and (${beforeSeq}::bigint is null or o.seq < ${beforeSeq}::bigint) order by o.seq desc limit ${limit}`.execute(
      db,
    )
    return rows.map(outboxRow)
  },
  get: async key => {
    const { rows } = await sql<RawOutbox & { first: unknown; covers: unknown }>`
      select ${OUTBOX_FIELDS}, coalesce(o.first_payload, o.payload) as first, o.covers
      from outbox o join warehouse w on w.id = o.warehouse_id where o.key = ${key}`.execute(db)
    const found = rows[0]
    if (found === undefined) return null
    const { first, covers, ...raw } = found
    return { row: outboxRow(raw), first, covers }
  },
  tries: async key => {
    const { rows } = await sql<Omit<Try, 'at'> & { at: Date }>`
      select n, phase, at, ms, error_class as "errorClass", request, answer from outbox_try where key = ${key} order by n, at, phase limit 500`.execute(
      db,
    )
    return rows.map(row => ({ ...row, at: row.at.toISOString() }))
  },
  settle: async (filter, how, by, now) => {
    const { numAffectedRows } = await sql`
      update outbox o set ${settleSets(how, now)}, closed_by = ${by}, closed_at = ${now}::timestamptz
      where ${where(filter)} and o.state in ('held', 'parked', 'dead')
        ${how.kind === 'edit' ? sql`and o.version = ${how.version}` : sql``}`.execute(db)
    return Number(numAffectedRows ?? 0n)
  },
  enter: async ({ warehouse, connector, client, key, subject, type, payload, covers }, now) => {
    await sql`
      insert into outbox (warehouse_id, key, message, seq, connector, client, subject, type, payload, covers, next_at, created_at, captured_at)
      select w.id, ${key}::uuid, ${key}::uuid, (select coalesce(max(o.seq), 0) + 1 from outbox o where o.warehouse_id = w.id),
             ${connector}::uuid, ${client}::uuid, ${subject}, ${type}, ${json(payload)}, ${json(covers)},
             ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
      from warehouse w where w.uid = ${warehouse} on conflict do nothing`.execute(db)
  },
  reopen: async (keys, by, now) => {
    const { numAffectedRows } = await sql`
      update outbox o set ${AGAIN}, next_at = ${now}::timestamptz, posted_at = null, closed_by = ${by}, closed_at = ${now}::timestamptz
      where o.key = any(${[...keys]}::uuid[]) and o.state = 'posted'`.execute(db)
    return Number(numAffectedRows ?? 0n)
  },
  facts: async (connector, from, to) => {
    const { rows } = await sql<
      Omit<MessageFact, 'capturedAt' | 'appliedAt' | 'deliveredAt' | 'acknowledgedAt'> &
        Record<'capturedAt' | 'appliedAt' | 'deliveredAt' | 'acknowledgedAt', Date | null>
    >`
      select key, type, state, error_class as "errorClass", attempts, captured_at as "capturedAt", created_at as "appliedAt",
             delivered_at as "deliveredAt", posted_at as "acknowledgedAt"
      from outbox where connector = ${connector} and created_at >= ${from}::timestamptz and created_at < ${to}::timestamptz
      order by seq limit 100000`.execute(db)
    return rows.map(row => ({
      ...row,
      capturedAt: row.capturedAt?.toISOString() ?? null,
      appliedAt: row.appliedAt?.toISOString() ?? '',
      deliveredAt: row.deliveredAt?.toISOString() ?? null,
      acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    }))
  },
})

/** What was sent may have arrived, so a message that goes on is asked for first. */
const AGAIN = sql`state = case when o.touched then 'unknown' else 'waiting' end, stuck = 0, attempts = 0`

const settleSets = (how: Settle, now: string): RawBuilder<unknown> => {
  switch (how.kind) {
    case 'replay':
      return sql`${AGAIN}, next_at = ${now}::timestamptz, gap = null`
    case 'skip':
      return sql`state = 'skipped', closed_reason = ${how.reason}`
    case 'answer':
      return sql`${AGAIN}, next_at = ${now}::timestamptz,
        answers = o.answers || jsonb_build_object(${how.question}::text, ${how.answer}::text)`
    case 'edit':
      return sql`${AGAIN}, next_at = ${now}::timestamptz, gap = null, version = o.version + 1,
        first_payload = coalesce(o.first_payload, o.payload), payload = ${json(how.payload)}`
  }
}

const lane = (db: Executor): Pick<OutboxStore, 'release' | 'dueNow' | 'circuit' | 'saveCircuit'> => ({
  release: async (connector, gap, now) => {
    const { numAffectedRows } = await sql`
      update outbox o set ${AGAIN}, next_at = ${now}::timestamptz, gap = null, question = null
      where o.connector = ${connector} and o.state = 'parked' and o.gap = ${gapText(gap)}`.execute(db)
    return Number(numAffectedRows ?? 0n)
  },
  dueNow: async (connector, now) => {
    const { numAffectedRows } = await sql`
      update outbox set next_at = greatest(${now}::timestamptz, coalesce(settle_until, ${now}::timestamptz))
      where connector = ${connector} and state in ('waiting', 'unknown') and next_at > ${now}::timestamptz`.execute(db)
    return Number(numAffectedRows ?? 0n)
  },
  circuit: async connector => {
    const { rows } = await sql<{ circuit: Circuit }>`select circuit from connector where uid = ${connector}`.execute(db)
    return rows[0]?.circuit ?? { state: 'closed' }
  },
  saveCircuit: async (connector, circuit) => {
    await sql`update connector set circuit = ${json(circuit)} where uid = ${connector}`.execute(db)
  },
})
