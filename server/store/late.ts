import { sql } from 'kysely'
import type { LateState } from '../../shared/desk/late.ts'
import { MAX_LATE_SHOWN } from '../../shared/desk/late.ts'
import type { QuarantineReason } from '../../shared/exception.ts'
import { NO_LPN } from '../../shared/ids.ts'
import type { DeviceId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import { chainHash } from '../auth/seal.ts'
import type { LateStore } from '../desk-ports.ts'
import { ANY_HASH } from '../sync/apply.ts'
import { countKey, decideLate, flawsOf, previewLate } from '../sync/late.ts'
import type { KeptStep, LateBook } from '../sync/late.ts'
import { rosterWorker } from './inbox.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { storable } from './quarantine.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'
import { iso } from './view-parts.ts'

type Where = { warehouse: number; device: number; uid: DeviceId }

export const makeLateStore = (db: Executor, names: Names): LateStore => {
  const placeOf = async (trx: Executor, warehouse: WarehouseId, uid: DeviceId): Promise<Where | null> => {
    const id = await names.warehouse(trx, warehouse)
    const { rows } = await sql<{ id: number }>`
      select id from device where uid = ${uid} and warehouse_id = ${id}`.execute(trx)
    return rows[0] === undefined ? null : { warehouse: id, device: rows[0].id, uid }
  }
  return {
    keep: async ({ warehouse, device, epoch, now }, prepared, hole) => {
      const at = await placeOf(db, warehouse, device)
      const [first] = prepared
      if (at === null || first === undefined) return []
      const before = await hashesBefore(db, at, epoch, first.sealed.seq)
      const { seq, body, hash } = first.sealed
      const isLinked = hole?.to === seq - 1 || before.some(one => one === ANY_HASH || chainHash(one, body) === hash)
      const steps = flawsOf(prepared, () => isLinked).map(({ sealed, flaw }) => ({
        ...sealed,
        body: storable(sealed.body),
        flaw,
      }))
      return insert(db, at, epoch, now, steps)
    },
    read: (warehouse, device) =>
      // Nothing is written, so that its transaction is rolled back.
      transact(db, trx =>
        decideIn(trx, names, { warehouse, now: '1970-01-01T00:00:00.000Z' }, async tx => {
          const at = await placeOf(trx, warehouse, device)
          if (at === null) return null
          const rows = await previewLate(tx, bookOf(trx, at), await stepsOf(trx, at))
          return { rows: [...rows], waiting: await waitingOf(trx, at) }
        }),
      ),
    decide: async (at, who, { device, decisions }, broke) => {
      const place = await placeOf(db, at.warehouse, device)
      if (place === null) return null
      const answers = []
      for (const ask of decisions)
        answers.push(
          await transact(db, trx =>
            decideIn(trx, names, at, tx => decideLate(tx, bookOf(trx, place), who, ask, { now: at.now, broke })),
          ),
        )
      return answers
    },
  }
}

/** What the hash of this number may continue: what was booked, what was kept, or the begin of the epoch. */
const hashesBefore = async (db: Executor, at: Where, epoch: string, seq: number): Promise<readonly string[]> => {
  const { rows } = await sql<{ hash: string }>`
    select last_hash as hash from device_cursor
    where warehouse_id = ${at.warehouse} and device_id = ${at.device} and epoch = ${epoch} and last_seq = ${seq - 1}
    union select hash from command
    where warehouse_id = ${at.warehouse} and device_id = ${at.device} and epoch = ${epoch} and seq = ${seq - 1}
    union select hash from late_step
    where warehouse_id = ${at.warehouse} and device_id = ${at.device} and epoch = ${epoch} and seq = ${seq - 1}
      and coalesce(flaw, '') not in ('bad_signature', 'broken_chain')`.execute(db)
  return [...rows.map(row => row.hash), ...(seq === 1 ? [FIRST_HASH] : [])]
}

type NewStep = { seq: number; v: number; body: string; hash: string; sig: string; flaw: QuarantineReason | null }

/** What was booked before it was given up is not kept again; another command under a number that was booked is a fork. */
const insert = async (
  db: Executor,
  at: Where,
  epoch: string,
  now: string,
  steps: readonly NewStep[],
): Promise<readonly (QuarantineReason | null)[]> => {
  const { rows } = await sql<{ flaw: QuarantineReason | null }>`
    insert into late_step (warehouse_id, device_id, epoch, seq, hash, v, body, sig, flaw, received_at)
    select ${at.warehouse}::int, ${at.device}::int, ${epoch}::text, x.seq, x.hash, x.v, x.body, x.sig,
      case when k.seq is null then x.flaw else coalesce(x.flaw, 'forked') end, ${now}::timestamptz
    from jsonb_to_recordset(${json(steps)}) as x(seq bigint, v int, body text, hash text, sig text, flaw text)
    left join command k on k.warehouse_id = ${at.warehouse} and k.device_id = ${at.device} and k.epoch = ${epoch} and k.seq = x.seq
    where k.seq is null or k.hash <> x.hash
    on conflict do nothing returning flaw`.execute(db)
  return rows.map(row => row.flaw)
}

type StepRow = Omit<KeptStep, 'seq' | 'decided'> & {
  seq: string | number
  worker: NonNullable<KeptStep['decided']>['worker'] | null
  at: string | null
  words: string | null
}
const STEP = sql`epoch, seq, hash, v, body, flaw, ${iso(sql`received_at`)} as "receivedAt", state, worker, ${iso(sql`at`)} as at, words`
const stepOf = ({ worker, at, words, ...row }: StepRow): KeptStep => ({
  ...row,
  seq: Number(row.seq),
  decided: worker === null || at === null ? null : { worker, at, words: words ?? '' },
})

/** What its handheld has sent itself meanwhile needs no decision. */
export const UNSENT = sql`not exists (
  select 1 from command k where k.warehouse_id = late_step.warehouse_id and k.device_id = late_step.device_id
    and k.epoch = late_step.epoch and k.seq = late_step.seq and k.hash = late_step.hash)`

const stepsOf = async (db: Executor, at: Where): Promise<readonly KeptStep[]> => {
  const { rows } = await sql<StepRow>`
    select ${STEP} from late_step where warehouse_id = ${at.warehouse} and device_id = ${at.device} and ${UNSENT}
    order by state <> 'kept', epoch, seq, hash limit ${MAX_LATE_SHOWN}`.execute(db)
  return rows.map(stepOf)
}

const waitingOf = async (db: Executor, at: Where): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from late_step
    where warehouse_id = ${at.warehouse} and device_id = ${at.device} and state = 'kept' and ${UNSENT}`.execute(db)
  return rows[0]?.n ?? 0
}

const bookOf = (trx: Executor, at: Where): LateBook => {
  const mine = sql`warehouse_id = ${at.warehouse} and device_id = ${at.device}`
  return {
    device: at.uid,
    find: async ({ epoch, seq, hash }) => {
      const { rows } = await sql<StepRow>`
        select ${STEP} from late_step where ${mine} and epoch = ${epoch} and seq = ${seq} and hash = ${hash} and ${UNSENT} for update`.execute(
        trx,
      )
      return rows[0] === undefined ? null : stepOf(rows[0])
    },
    hasEarlier: async ({ epoch, seq }) => {
      const { rows } = await sql`
        select 1 from late_step where ${mine} and epoch = ${epoch} and seq < ${seq} and state = 'kept' and ${UNSENT} limit 1`.execute(
        trx,
      )
      return rows.length > 0
    },
    stateOf: async ({ epoch, seq }) => {
      const { rows } = await sql<{ state: LateState }>`
        select state from late_step where ${mine} and epoch = ${epoch} and seq = ${seq}
        order by state <> 'booked' limit 1`.execute(trx)
      return rows[0]?.state ?? null
    },
    mayStillCome: async ({ epoch, seq }) => {
      const { rows } = await sql`
        select 1 from device d where d.id = ${at.device} and d.state = 'active' and not exists (
          select 1 from device_cursor c where c.warehouse_id = ${at.warehouse} and c.device_id = d.id and c.epoch = ${epoch}
            and c.last_seq >= ${seq})`.execute(trx)
      return rows.length > 0
    },
    settle: async ({ epoch, seq, hash, words }, state, by) => {
      await sql`
        update late_step set state = ${state}, worker = ${by.worker}::uuid, at = ${by.at}::timestamptz, words = ${words}
        where ${mine} and epoch = ${epoch} and seq = ${seq} and hash = ${hash}`.execute(trx)
    },
    // When it was looked at; of a place where nothing was found, when that was heard of.
    countedAt: async places => {
      const { rows } = await sql<{ place: LocationId; item: string; at: string }>`
        select l.uid as place, v.item, ${iso(sql`coalesce(o.at, v.at)`)} as at from counted v
        join location l on l.warehouse_id = v.warehouse_id and l.id = v.location_id
        left join lateral (
          select max(b.at) as at from observation b join item i on i.id = b.item_id
          where b.warehouse_id = v.warehouse_id and b.location_id = v.location_id
            and (v.item = ${NO_LPN}::uuid or i.uid = v.item)) o on true
        where v.warehouse_id = ${at.warehouse} and l.uid = any(${[...places]}::uuid[])`.execute(trx)
      return new Map(rows.map(row => [row.item === NO_LPN ? row.place : countKey(row.place, row.item), row.at]))
    },
    worker: rosterWorker(trx, at.warehouse),
  }
}
