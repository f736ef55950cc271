import { sql } from 'kysely'
import type { OutboxRow, OutboxState, OutboxStore } from '../workers/ports.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'

type Found = {
  warehouse: OutboxRow['warehouse']
  key: string
  seq: number
  subject: string
  type: string
  payload: unknown
  state: OutboxState
  attempts: number
  remoteRef: unknown
  createdAt: Date
}

/** The outbox as the deliver worker sees it. Rows are written by the apply statement, never here. */
export const makeOutboxStore = (db: Executor): OutboxStore => ({
  claim: async at => {
    // A worker that died in the middle leaves the outcome unknown: `find` decides, never a second post.
    await sql`
      update outbox set state = 'unknown', lease_token = null, lease_until = null, next_at = ${at.now}::timestamptz
      where connector = ${at.connector} and state in ('preparing', 'posting') and lease_until < ${at.now}::timestamptz`.execute(
      db,
    )
    const { rows } = await sql<Found>`
      with first as (
        select distinct on (warehouse_id, subject) warehouse_id, key, seq
        from outbox where connector = ${at.connector} and state not in ('posted', 'skipped')
        order by warehouse_id, subject, seq
      ), due as materialized (
        select o.warehouse_id, o.key from outbox o join first using (warehouse_id, key)
        where o.state in ('waiting', 'unknown') and o.next_at <= ${at.now}::timestamptz and (o.lease_until is null or o.lease_until < ${at.now}::timestamptz)
        order by o.seq limit ${at.limit} for update of o skip locked
      )
      update outbox o set state = case o.state when 'waiting' then 'preparing' else o.state end, attempts = o.attempts + 1,
             lease_token = ${at.token}::uuid, lease_until = ${at.leaseUntil}::timestamptz
      from due, warehouse w where o.warehouse_id = due.warehouse_id and o.key = due.key and w.id = o.warehouse_id
      returning w.uid as warehouse, o.key, o.seq, o.subject, o.type, o.payload, o.state, o.attempts, o.remote_ref as "remoteRef", o.created_at as "createdAt"`.execute(
      db,
    )
    return rows.map(row => ({ ...row, createdAt: row.createdAt.toISOString() })).sort((a, b) => a.seq - b.seq)
  },
  advance: async (key, token, to) => {
    const ref = to.remoteRef === undefined ? sql`remote_ref` : json(to.remoteRef)
    const { numAffectedRows } = await sql`
      update outbox set state = ${to.state}, remote_ref = ${ref},
             error_class = ${to.errorClass ?? null}, question = ${to.question ?? null},
             next_at = coalesce(${to.nextAt ?? null}::timestamptz, next_at),
             prepared_at = case when ${to.state} = 'posting' then coalesce(prepared_at, ${to.now}::timestamptz) else prepared_at end,
             posted_at = case when ${to.state} = 'posted' then ${to.now}::timestamptz else posted_at end,
             lease_token = case when ${to.release} then null else lease_token end,
             lease_until = case when ${to.release} then null else lease_until end
      where key = ${key} and lease_token = ${token}::uuid`.execute(db)
    return Number(numAffectedRows ?? 0n) > 0
  },
  tried: async (key, t) => {
    await sql`insert into outbox_try (key, n, phase, at, ms, error_class, answer)
      values (${key}, ${t.n}, ${t.phase}, ${t.at}::timestamptz, ${Math.round(t.ms)}, ${t.errorClass}, ${t.answer}) on conflict do nothing`.execute(
      db,
    )
  },
  counts: async connector => {
    const { rows } = await sql<{
      state: OutboxState
      n: number
    }>`select state, count(*) as n from outbox where connector = ${connector} group by state`.execute(db)
    const zero: Record<OutboxState, number> = {
      waiting: 0,
      preparing: 0,
      posting: 0,
      unknown: 0,
      held: 0,
      parked: 0,
      dead: 0,
      posted: 0,
      skipped: 0,
    }
    return { ...zero, ...Object.fromEntries(rows.map(row => [row.state, row.n])) }
  },
})
