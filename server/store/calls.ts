import { sql } from 'kysely'
import type { LogAnswer } from '../../shared/desk/calls.ts'
import { KEPT_LOGS, MAX_CALLS } from '../../shared/sync/calls.ts'
import type { CallStore } from '../desk-ports.ts'
import { writeAudit } from './audit-book.ts'
import { raiseCommit } from './feed.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'
import { iso } from './view-parts.ts'

/** Calls that are kept of one handheld; those that wait are the newest and among them. */
const KEPT = 50

export const makeCallStore = (db: Executor, names: Names): CallStore => ({
  send: (at, who, call) =>
    transact(db, async trx => {
      const warehouse = await names.warehouse(trx, at.warehouse)
      // A commit number of its own: the doorbell rings, and two that are sent at once wait for each other.
      await raiseCommit(trx, warehouse)
      const body = call.kind === 'text' ? call.text : ''
      const device = await listening(trx, warehouse, call.device)
      const before = await sentBefore(trx, call.id)
      if (before !== null)
        return {
          keep: false,
          answer:
            before.device === call.device && before.kind === call.kind && before.body === body ? 'again' : 'other',
        }
      if (device === null) return { keep: false, answer: 'gone' }
      if (device.waiting >= MAX_CALLS) return { keep: false, answer: 'full' }
      await sql`
        insert into device_call (warehouse_id, device_id, id, kind, body, worker, at)
        values (${warehouse}, ${device.id}, ${call.id}, ${call.kind}, ${body}, ${who}, ${at.now}::timestamptz)`.execute(
        trx,
      )
      await sql`
        delete from device_call where device_id = ${device.id} and read_at is not null and n <= (
          select n from device_call where device_id = ${device.id} order by n desc offset ${KEPT} limit 1)`.execute(trx)
      // What was written stands beside the call; the log says that and to whom.
      const entry = { warehouse: at.warehouse, at: at.now, worker: who, kind: `device.${call.kind}` }
      await writeAudit(trx, names, {
        ...entry,
        subject: call.device,
        body: { number: device.number, call: call.id },
      })
      return { keep: true, answer: 'sent' }
    }),
  take: (device, { got, read, worker, now, knows }) =>
    transact(db, async trx => {
      const id = (await names.device(trx, [device])).get(device)
      if (id === undefined) return { keep: false, answer: [] }
      await sql`
        update device_call set got_at = coalesce(got_at, ${now}::timestamptz),
          read_at = case when id = any(${[...read]}::uuid[]) then coalesce(read_at, ${now}::timestamptz) else read_at end,
          read_by = case when id = any(${[...read]}::uuid[]) and read_at is null then ${worker}::uuid else read_by end
        where device_id = ${id} and id = any(${[...got, ...read]}::uuid[])`.execute(trx)
      const { rows } = await sql<Awaited<ReturnType<CallStore['take']>>[number]>`
        select id, kind, body as text, worker, ${iso(sql`at`)} as at from device_call
        where device_id = ${id} and read_at is null and kind = any(${[...knows]}::text[]) order by n limit ${MAX_CALLS}`.execute(
        trx,
      )
      return { keep: true, answer: rows }
    }),
  keepLog: (device, { call, text, now }) =>
    transact(db, async trx => {
      const id = (await names.device(trx, [device])).get(device)
      const asked = await sql<{ n: string }>`
        select n from device_call where device_id = ${id ?? null} and id = ${call} and kind = 'logs' for update`.execute(
        trx,
      )
      if (id === undefined || asked.rows.length === 0) return { keep: false, answer: false }
      await sql`
        insert into device_log (call, device_id, at, body) values (${call}, ${id}, ${now}::timestamptz, ${text})
        on conflict (call) do nothing`.execute(trx)
      await sql`
        update device_call set got_at = coalesce(got_at, ${now}::timestamptz), read_at = coalesce(read_at, ${now}::timestamptz)
        where id = ${call}`.execute(trx)
      await sql`
        delete from device_log where device_id = ${id} and call not in (
          select call from device_log where device_id = ${id} order by at desc, call desc limit ${KEPT_LOGS})`.execute(
        trx,
      )
      return { keep: true, answer: true }
    }),
  log: async (warehouse, call) => {
    const { rows } = await sql<LogAnswer>`
      select d.uid::text as device, d.number, ${iso(sql`l.at`)} as at, l.body as text
      from device_log l join device d on d.id = l.device_id
      where l.call = ${call} and d.warehouse_id = ${await names.warehouse(db, warehouse)}`.execute(db)
    return rows[0] ?? null
  },
})

/** A handheld that may still ask, and how many calls wait there. */
const listening = async (
  trx: Executor,
  warehouse: number,
  device: string,
): Promise<{ id: number; number: number; waiting: number } | null> => {
  const { rows } = await sql<{ id: number; number: number; waiting: number }>`
    select d.id, d.number, (select count(*)::int from device_call k where k.device_id = d.id and k.read_at is null) as waiting
    from device d where d.uid = ${device} and d.warehouse_id = ${warehouse} and d.state = 'active'`.execute(trx)
  return rows[0] ?? null
}

const sentBefore = async (
  trx: Executor,
  id: string,
): Promise<{ device: string; kind: string; body: string } | null> => {
  const { rows } = await sql<{ device: string; kind: string; body: string }>`
    select d.uid as device, k.kind, k.body from device_call k join device d on d.id = k.device_id where k.id = ${id}`.execute(
    trx,
  )
  return rows[0] ?? null
}

const SHOWN = 5

/** Of the device `d`. */
export const CALLS_ON_CARD = sql`coalesce((
  select jsonb_agg(jsonb_build_object('id', k.id, 'kind', k.kind, 'text', k.body, 'worker', k.worker, 'at', ${iso(sql`k.at`)},
      'gotAt', ${iso(sql`k.got_at`)}, 'readAt', ${iso(sql`k.read_at`)}, 'readBy', k.read_by) order by k.n desc)
  from (select * from device_call k where k.device_id = d.id order by k.n desc limit ${SHOWN}) k), '[]')`
