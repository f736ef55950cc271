import { sql } from 'kysely'
import type { Rescue } from '../../shared/desk/rescue.ts'
import { MAX_RESCUES_SHOWN } from '../../shared/desk/rescue.ts'
import { MAX_STRANGERS_SHOWN } from '../../shared/desk/strangers.ts'
import type { Stranger } from '../../shared/desk/strangers.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import { sha256Hex } from '../auth/seal.ts'
import type { RescueStore } from '../desk-ports.ts'
import { writeAudit } from './audit-book.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { storable } from './quarantine.ts'
import { transact } from './transaction.ts'
import { iso } from './view-parts.ts'

/** More than a handheld ever holds; what is larger is kept and not opened. */
const MAX_OPENED_BYTES = 64 * 1024 * 1024

export const makeRescueStore = (db: Executor, names: Names): RescueStore => ({
  keep: part =>
    transact(db, async trx => {
      await keepPart(trx, part)
      return { keep: true, answer: await wholeOf(trx, part.series, part.parts) }
    }),
  standing: async ({ warehouse, device, epoch }, numbers) => {
    const id = await names.warehouse(db, warehouse)
    const { rows: cursors } = await sql<{ last: string | number; hash: string }>`
      select c.last_seq as last, c.last_hash as hash from device_cursor c join device d on d.id = c.device_id
      where c.warehouse_id = ${id} and d.uid = ${device} and c.epoch = ${epoch}`.execute(db)
    const { rows } = await sql<{ seq: string | number; hash: string }>`
      select k.seq, k.hash from command k join device d on d.id = k.device_id
      where k.warehouse_id = ${id} and d.uid = ${device} and k.epoch = ${epoch}
        and k.seq in (select jsonb_array_elements_text(${json(numbers)})::bigint)`.execute(db)
    const [cursor] = cursors
    return {
      last: Number(cursor?.last ?? 0),
      hash: cursor?.hash ?? FIRST_HASH,
      hashes: new Map(rows.map(row => [Number(row.seq), row.hash])),
    }
  },
  note: async (
    { warehouse, device, series, now },
    { steps, known, booked, inbox, waits, missing, scans, isPartial },
  ) => {
    const id = await names.warehouse(db, warehouse)
    // It was brought before anybody knew the handheld: that it waits is over.
    await sql`
      update stranger set state = 'opened', decided_at = ${now}::timestamptz
      where series = ${series} and device = ${device}::text and state = 'waits'`.execute(db)
    await sql`
      insert into rescue as r (warehouse_id, device_id, series, at, steps, known, booked, inbox, waits, missing, scans, partial)
      select ${id}::int, d.id, ${series}::text, ${now}::timestamptz, ${steps}::int, ${known}::int, ${booked}::int, ${inbox}::int,
        ${waits}::int, ${missing}::int, ${scans}::int, ${isPartial}::boolean
      from device d where d.uid = ${device}
      on conflict (warehouse_id, device_id, series) do update set at = excluded.at, steps = excluded.steps,
        known = greatest(0, excluded.known - r.booked - r.inbox), booked = r.booked + excluded.booked,
        inbox = r.inbox + excluded.inbox, waits = excluded.waits, missing = r.missing + excluded.missing`.execute(db)
  },
  read: async (warehouse, device) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<Rescue>`
      select ${iso(sql`r.at`)} as at, r.steps, r.known, r.booked, r.inbox, r.waits, r.missing, r.scans, r.partial as "isPartial"
      from rescue r join device d on d.id = r.device_id
      where r.warehouse_id = ${id} and d.uid = ${device} order by r.at desc, r.series limit ${MAX_RESCUES_SHOWN}`.execute(
      db,
    )
    return rows
  },
  strange: (of, found) => strangeIn(db, of, found),
  strangers: async warehouse => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<Stranger & { waiting: number }>`
      select s.series, s.device, ${iso(sql`s.at`)} as at, s.steps, s.shown, s.state,
        (select count(*)::int from stranger n where n.warehouse_id = s.warehouse_id and n.state = 'waits') as waiting,
        case when s.state <> 'waits' then jsonb_build_object('worker', s.worker, 'at', ${iso(sql`s.decided_at`)}, 'words', coalesce(s.words, ''),
          'to', (select d.number from device d where d.id = s.target)) end as decided
      from stranger s where s.warehouse_id = ${id}
      order by s.state <> 'waits', s.at desc, s.series, s.device limit ${MAX_STRANGERS_SHOWN}`.execute(db)
    const withoutCount = (row: (typeof rows)[number]): Stranger => {
      const { waiting: _, ...stranger } = row
      return stranger
    }
    return { rows: rows.map(withoutCount), waiting: rows[0]?.waiting ?? 0 }
  },
  settleStranger: (at, { series, device, state, words, to }) =>
    transact(db, async trx => {
      const id = await names.warehouse(trx, at.warehouse)
      const { rows } = await sql<{ series: string }>`
        update stranger set state = ${state}, worker = ${at.worker}::uuid, decided_at = ${at.now}::timestamptz, words = ${words},
          target = (select d.id from device d where d.uid = ${to}::uuid)
        where warehouse_id = ${id} and series = ${series} and device = ${device} and state = 'waits' returning series`.execute(
        trx,
      )
      if (rows.length === 0) return { keep: false, answer: false }
      const entry = { warehouse: at.warehouse, at: at.now, worker: at.worker, kind: `rescue.${state}`, subject: series }
      await writeAudit(trx, names, { ...entry, body: { device, words, to } })
      return { keep: true, answer: true }
    }),
  textOf: async series => {
    const { rows } = await sql<{ parts: number }>`
      select parts from rescue_part where series = ${series} order by parts desc limit 1`.execute(db)
    return rows[0] === undefined ? null : wholeOf(db, series, rows[0].parts)
  },
})

/** Of a warehouse that is not known here it is the first one's affair: somebody has to see it. */
const strangeIn = async (
  db: Executor,
  { series, now }: { series: string; now: string },
  found: Parameters<RescueStore['strange']>[1],
): Promise<readonly WarehouseId[]> => {
  const { rows } = await sql<{ uid: WarehouseId }>`
    with new as (
      insert into stranger (series, device, warehouse_id, at, steps, shown)
      select ${series}::text, x.device, coalesce((select id from warehouse where uid = x.warehouse), (select min(id) from warehouse)),
        ${now}::timestamptz, x.steps, x.shown
      from jsonb_to_recordset(${json(found)}) as x(device text, warehouse uuid, steps int, shown jsonb)
      on conflict do nothing returning warehouse_id)
    select distinct w.uid from new join warehouse w on w.id = new.warehouse_id`.execute(db)
  return rows.map(({ uid }) => uid)
}

type Part = Parameters<RescueStore['keep']>[0]

/** The same again is not kept again; other bytes under the number take its place, and nothing that came is thrown away. */
const keepPart = async (trx: Executor, { series, n, parts, body, now }: Part): Promise<void> => {
  const hash = sha256Hex(body)
  await sql`
    with raw as (
      insert into quarantine_raw (warehouse, device, source, body, received_at)
      select null, null, 'rescue', ${storable(body)}::text, ${now}::timestamptz
      where not exists (select 1 from rescue_part p where p.series = ${series} and p.n = ${n} and p.hash = ${hash} and p.parts = ${parts})
      returning id)
    insert into rescue_part (series, n, parts, hash, raw, received_at)
    select ${series}::text, ${n}::int, ${parts}::int, ${hash}::text, raw.id, ${now}::timestamptz from raw
    on conflict (series, n) do update set parts = excluded.parts, hash = excluded.hash, raw = excluded.raw`.execute(trx)
}

/** A series is named by the hash of all its text: what does not make that is not it. */
const wholeOf = async (trx: Executor, series: string, parts: number): Promise<string | null> => {
  const { rows: sizes } = await sql<{ n: number; bytes: string | number }>`
    select count(*)::int as n, coalesce(sum(octet_length(q.body)), 0) as bytes from rescue_part p join quarantine_raw q on q.id = p.raw
    where p.series = ${series} and p.parts = ${parts}`.execute(trx)
  const [size] = sizes
  if (size === undefined || size.n !== parts || Number(size.bytes) > MAX_OPENED_BYTES) return null
  const { rows } = await sql<{ body: string }>`
    select q.body from rescue_part p join quarantine_raw q on q.id = p.raw
    where p.series = ${series} and p.parts = ${parts} order by p.n`.execute(trx)
  const text = rows.map(row => row.body).join('\n')
  return sha256Hex(text) === series ? text : null
}
