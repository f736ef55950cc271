import { sql } from 'kysely'
import type { PrintBody, Printer, PrintJob } from '../../shared/desk/print.ts'
import { isSecret } from '../../shared/label/label.ts'
import type { ClaimedJob, NewJob, PrintStore } from '../print-ports.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

const PRINTER = sql`p.uid as id, p.name, p.host, p.port, p.kind, p.dpi, p.size, p.active, p.station, p.version`
const JOB = sql`j.uid as id, j.seq, j.printer, j.kind, j.code, j.copies, j.state, j.attempts, j.next_at as "nextAt", j.words,
  j.worker, j.created_at as "createdAt", j.ended_at as "endedAt", j.reprint_of as "reprintOf", j.reprint_no as "reprintNo"`

type RawJob = Omit<PrintJob, 'nextAt' | 'createdAt' | 'endedAt'> & {
  nextAt: Date
  createdAt: Date
  endedAt: Date | null
}
const jobRow = (raw: RawJob): PrintJob => ({
  ...raw,
  nextAt: raw.nextAt.toISOString(),
  createdAt: raw.createdAt.toISOString(),
  endedAt: raw.endedAt?.toISOString() ?? null,
})

/** Under the warehouse's own lock, so that what is counted holds until it is written. */
const locked = async (trx: Executor, warehouse: number): Promise<void> => {
  await sql`select 1 from warehouse where id = ${warehouse} for update`.execute(trx)
}

export const makePrintStore = (db: Executor, names: Names): PrintStore => ({
  ...queue(db),
  printers: async uid => {
    const warehouse = await names.warehouse(db, uid)
    const { rows } =
      await sql<Printer>`select ${PRINTER} from printer p where p.warehouse_id = ${warehouse} order by p.name, p.uid limit 500`.execute(
        db,
      )
    return rows
  },
  putPrinter: async (at, { id, name, host, port, kind, dpi, size, active, station }, expectedVersion) => {
    const warehouse = await names.warehouse(db, at.warehouse)
    const { rows } = await sql<Printer>`
      insert into printer as p (uid, warehouse_id, name, host, port, kind, dpi, size, active, station, version, changed_by, changed_at)
      select ${id}::uuid, ${warehouse}::int, ${name}, ${host}, ${port}::int, ${kind}, ${dpi}::int, ${size}, ${active}::boolean,
             ${station}::uuid, 1, ${at.worker}::uuid, ${at.now}::timestamptz
      where ${expectedVersion}::int = 0 or exists (select 1 from printer where uid = ${id}::uuid)
      on conflict (uid) do update set name = excluded.name, host = excluded.host, port = excluded.port, kind = excluded.kind,
        dpi = excluded.dpi, size = excluded.size, active = excluded.active, station = excluded.station, version = p.version + 1,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at
      where p.version = ${expectedVersion}::int and p.warehouse_id = excluded.warehouse_id
      returning ${PRINTER}`.execute(db)
    return rows[0] ?? null
  },
  add: (at, jobs) =>
    transact<'added' | 'full'>(db, async trx => {
      const warehouse = await names.warehouse(trx, at.warehouse)
      await locked(trx, warehouse)
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from print_job where warehouse_id = ${warehouse} and state in ('waiting', 'sending')`.execute(
        trx,
      )
      if ((rows[0]?.n ?? 0) + jobs.length > at.most) return { keep: false, answer: 'full' }
      await insert(trx, warehouse, at, jobs)
      return { keep: true, answer: 'added' }
    }),
  jobs: async (uid, { state, printer, before, limit }) => {
    const warehouse = await names.warehouse(db, uid)
    const { rows } = await sql<RawJob>`
      select ${JOB} from print_job j where j.warehouse_id = ${warehouse}
        and (${state}::text is null or j.state = ${state}) and (${printer}::uuid is null or j.printer = ${printer}::uuid)
        and (${before}::bigint is null or j.seq < ${before}::bigint)
      order by j.seq desc limit ${limit}`.execute(db)
    return rows.map(jobRow)
  },
  again: (at, id, as) =>
    transact(db, async trx => {
      const warehouse = await names.warehouse(trx, at.warehouse)
      await locked(trx, warehouse)
      const answer = await again(trx, warehouse, at, id, as)
      return { keep: answer.kind === 'done', answer }
    }),
})

const insert = async (
  trx: Executor,
  warehouse: number,
  at: { worker: string; device: string | null; now: string },
  jobs: readonly NewJob[],
): Promise<void> => {
  const rows = jobs.map(({ id, printer, body, copies }) => ({
    id,
    printer,
    body,
    copies,
    ...namedAs(body),
  }))
  await sql`
    insert into print_job (uid, warehouse_id, printer, kind, code, body, copies, state, next_at, worker, device, created_at)
    select x.id, ${warehouse}::int, x.printer, x.kind, x.code, x.body, x.copies, 'waiting', ${at.now}::timestamptz,
           ${at.worker}::uuid, ${at.device}::uuid, ${at.now}::timestamptz
    from jsonb_array_elements(${json(rows)}) with ordinality as e(job, n),
         jsonb_to_record(e.job) as x(id uuid, printer uuid, kind text, code text, body jsonb, copies int)
    order by e.n on conflict (uid) do nothing`.execute(trx)
}

const namedAs = (body: PrintBody): { kind: PrintJob['kind']; code: string } => {
  if ('zpl' in body) return { kind: 'carrier', code: body.code }
  const { label } = body
  return { kind: label.kind, code: isSecret(label) ? '' : label.code }
}

type Again = Awaited<ReturnType<PrintStore['again']>>
const again = async (
  trx: Executor,
  warehouse: number,
  at: { worker: string; device: string | null; now: string },
  id: string,
  as: string,
): Promise<Again> => {
  const read = async (uid: string): Promise<{ job: PrintJob; secret: boolean; touched: boolean } | null> => {
    const { rows } = await sql<RawJob & { secret: boolean; touched: boolean }>`
      select ${JOB}, j.touched, j.kind in ('badge', 'enrolment') as secret from print_job j
      where j.uid = ${uid}::uuid and j.warehouse_id = ${warehouse}`.execute(trx)
    if (rows[0] === undefined) return null
    const { secret, touched, ...raw } = rows[0]
    return { job: jobRow(raw), secret, touched }
  }
  const answered = (found: { job: PrintJob } | null): Again =>
    found === null ? { kind: 'none' } : { kind: 'done', job: found.job }
  const [found, made] = [await read(id), await read(as)]
  if (found === null) return { kind: 'none' }
  // Asked before: the same answer, whatever has become of it.
  if (made !== null) return answered(made)
  const { job, secret, touched } = found
  if (job.state === 'waiting' || job.state === 'sending') return { kind: 'running' }
  if (job.state === 'failed' && !touched) {
    await sql`update print_job set state = 'waiting', attempts = 0, next_at = ${at.now}::timestamptz, ended_at = null, words = null
      where uid = ${id}::uuid`.execute(trx)
    return answered(await read(id))
  }
  if (secret) return { kind: 'secret' }
  await sql`
    insert into print_job (uid, warehouse_id, printer, kind, code, body, copies, state, next_at, worker, device, created_at, reprint_of, reprint_no)
    select ${as}::uuid, f.warehouse_id, f.printer, f.kind, f.code, f.body, f.copies, 'waiting', ${at.now}::timestamptz,
           ${at.worker}::uuid, ${at.device}::uuid, ${at.now}::timestamptz, f.uid,
           1 + (select count(*)::int from print_job r where r.reprint_of = f.uid)
    from print_job f where f.uid = ${job.reprintOf ?? id}::uuid`.execute(trx)
  return answered(await read(as))
}

type RawClaim = Printer & { job: ClaimedJob['id']; body: PrintBody | null; copies: number; attempts: number }

const queue = (db: Executor): Pick<PrintStore, 'claim' | 'touch' | 'finish'> => ({
  claim: async at => {
    // A worker that died in the middle: what went out may be printed.
    await sql`
      update print_job set state = case when touched then 'unknown' else 'waiting' end, lease_token = null, lease_until = null,
        ended_at = case when touched then ${at.now}::timestamptz end,
        words = case when touched then 'The server ended while it was sending.' else words end
      where state = 'sending' and lease_until < ${at.now}::timestamptz`.execute(db)
    const { rows } = await sql<RawClaim>`
      with due as materialized (
        select j.uid from print_job j join printer p on p.uid = j.printer
        where j.state = 'waiting' and j.next_at <= ${at.now}::timestamptz and p.active
          and not exists (select 1 from print_job e where e.printer = j.printer and e.seq < j.seq and e.state in ('waiting', 'sending'))
          and not exists (select 1 from print_job e where e.printer = j.printer and e.state = 'sending')
        order by j.seq limit ${at.limit} for update of j skip locked
      )
      update print_job j set state = 'sending', attempts = j.attempts + 1, lease_token = ${at.token}::uuid,
             lease_until = ${at.leaseUntil}::timestamptz
      from due, printer p where j.uid = due.uid and j.state = 'waiting' and p.uid = j.printer
      returning ${PRINTER}, j.uid as job, j.body, j.copies, j.attempts`.execute(db)
    return rows.map(({ job, body, copies, attempts, ...printer }) => ({ id: job, printer, body, copies, attempts }))
  },
  touch: async (id, token) => {
    const { rows } = await sql<{ uid: string }>`
      update print_job set touched = true where uid = ${id}::uuid and lease_token = ${token}::uuid returning uid`.execute(
      db,
    )
    return rows.length > 0
  },
  finish: async (id, token, to) => {
    const { rows } = await sql<{ uid: string }>`
      update print_job set state = ${to.state}, words = ${to.words}, next_at = ${to.nextAt}::timestamptz, lease_token = null,
        lease_until = null, ended_at = case when ${to.state} = 'waiting' then null else ${to.now}::timestamptz end,
        body = case when ${to.state} in ('done', 'unknown') and kind in ('badge', 'enrolment') then null else body end
      where uid = ${id}::uuid and lease_token = ${token}::uuid returning uid`.execute(db)
    return rows.length > 0
  },
})
