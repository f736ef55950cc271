import { sql } from 'kysely'
import { NO_LPN } from '../../shared/ids.ts'
import type { LocationId } from '../../shared/ids.ts'
import type { CountWrites } from '../sync/count-books.ts'
import { refreshBalances, refreshWork, rowNames } from './change-rows.ts'
import type { CountsAt } from './counts.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'

/** What counts write, behind the movements of the same commit. */
export const putCounts = async (trx: Executor, names: Names, at: CountsAt, writes: CountWrites): Promise<void> => {
  await putVariances(trx, names, at, writes.variances)
  await putHolds(trx, names, at, writes.holds)
  await closeExceptions(trx, at, writes.close)
  await raiseExceptions(trx, at, writes.raise)
  await refreshWork(trx, names, { ...at.scope, commit: at.feed.seq }, writes.tasks)
  await putVisits(trx, at, writes.visits)
}

const putVariances = async (
  trx: Executor,
  names: Names,
  at: CountsAt,
  variances: CountWrites['variances'],
): Promise<void> => {
  if (variances.length === 0) return
  const nameOf = await rowNames(
    trx,
    names,
    at.scope,
    variances.map(v => v.key),
  )
  const rows = variances.map(body => ({
    id: body.id,
    round: body.round,
    version: body.version,
    state: body.state,
    count: body.count,
    ...nameOf(body.key),
    posted_epoch: body.postedAs?.epoch ?? null,
    posted_seq: body.postedAs?.seq ?? null,
    posted_n: body.postedAs?.n ?? null,
    changed_at: body.changedAt,
    body,
  }))
  // Ends first: a row may have only one that is pending.
  for (const part of [rows.filter(row => ENDS.has(row.state)), rows.filter(row => !ENDS.has(row.state))]) {
    if (part.length === 0) continue
    await sql`
      insert into variance as v (warehouse_id, id, round, version, state, count, client_id, item_id, location_id,
                                 posted_epoch, posted_seq, posted_n, changed_at, body, feed_seq)
      select ${at.scope.id}::int, x.id, x.round, x.version, x.state, x.count, x.client_id, x.item_id, x.location_id,
             x.posted_epoch, x.posted_seq, x.posted_n, x.changed_at, x.body, ${at.feed.seq}::bigint
      from jsonb_to_recordset(${json(part)})
           as x(id uuid, round int, version int, state text, count uuid, client_id int, item_id int, location_id int,
                posted_epoch text, posted_seq bigint, posted_n smallint, changed_at timestamptz, body jsonb)
      order by x.id, x.round
      on conflict (warehouse_id, id, round) do update
      set version = excluded.version, state = excluded.state, count = excluded.count, posted_epoch = excluded.posted_epoch,
          posted_seq = excluded.posted_seq, posted_n = excluded.posted_n, changed_at = excluded.changed_at, body = excluded.body,
          feed_seq = excluded.feed_seq`.execute(trx)
  }
}
const ENDS = new Set(['posted', 'rejected', 'closed', 'superseded', 'withdrawn'])

const putHolds = async (trx: Executor, names: Names, at: CountsAt, holds: CountWrites['holds']): Promise<void> => {
  if (holds.length === 0) return
  const nameOf = await rowNames(
    trx,
    names,
    at.scope,
    holds.map(hold => hold.key),
  )
  const rows = holds.map(({ owner, key, qty }) => ({
    owner,
    ...nameOf(key),
    lpn: key.lpn,
    lot: key.lot,
    serial: key.serial,
    status: key.status,
    qty,
  }))
  await sql`
    with want as materialized (
      select * from jsonb_to_recordset(${json(rows)})
        as x(owner uuid, location_id int, lpn uuid, client_id int, item_id int, lot text, serial text, status text, qty bigint)
    ), clm as (
      insert into claim as c (warehouse_id, kind, owner, location_id, lpn, client_id, item_id, lot, serial, status, qty)
      select ${at.scope.id}::int, 'hold', owner, location_id, lpn, client_id, item_id, lot, serial, status, qty from want
      on conflict (warehouse_id, kind, owner, location_id, item_id, lpn, client_id, lot, serial, status)
      do update set qty = c.qty + excluded.qty
      returning owner
    )
    insert into balance as b (warehouse_id, location_id, lpn, client_id, item_id, lot, serial, status, held, feed_seq)
    select ${at.scope.id}::int, location_id, lpn, client_id, item_id, lot, serial, status, qty, ${at.feed.seq}::bigint from want
    order by location_id, item_id, lpn, client_id, lot, serial, status
    on conflict (warehouse_id, location_id, item_id, lpn, client_id, lot, serial, status)
    do update set held = b.held + excluded.held, feed_seq = excluded.feed_seq`.execute(trx)
  await refreshBalances(
    trx,
    { ...at.scope, commit: at.feed.seq },
    holds.map(hold => hold.key),
  )
}

const closeExceptions = async (trx: Executor, at: CountsAt, close: CountWrites['close']): Promise<void> => {
  if (close.length === 0) return
  await sql`
    update exception e set state = 'closed', closed_at = ${at.now}::timestamptz, feed_seq = ${at.feed.seq}::bigint
    from jsonb_to_recordset(${json(close)}) as x(kind text, subject text)
    where e.warehouse_id = ${at.scope.id} and e.state = 'open' and e.kind = x.kind and e.subject = x.subject`.execute(
    trx,
  )
}

const raiseExceptions = async (trx: Executor, at: CountsAt, raise: CountWrites['raise']): Promise<void> => {
  if (raise.length === 0) return
  await sql`
    insert into exception as e (warehouse_id, id, kind, subject, body, feed_seq)
    select ${at.scope.id}::int, x.id, x.kind, x.subject, x.body, ${at.feed.seq}::bigint
    from jsonb_to_recordset(${json(raise)}) as x(id uuid, kind text, subject text, body jsonb)
    order by x.kind, x.subject
    on conflict (warehouse_id, kind, subject) where state = 'open'
    do update set hits = e.hits + 1, body = excluded.body, feed_seq = excluded.feed_seq`.execute(trx)
}

/** The whole place goes by the null id. */
const putVisits = async (trx: Executor, at: CountsAt, visits: CountWrites['visits']): Promise<void> => {
  if (visits.length === 0) return
  const newest = new Map<string, { place: LocationId; item: string; at: string }>()
  for (const visit of visits) {
    const item = visit.item ?? NO_LPN
    newest.set(`${visit.place} ${item}`, { ...visit, item })
  }
  await sql`
    insert into counted as c (warehouse_id, location_id, item, at)
    select ${at.scope.id}::int, l.id, x.item, x.at
    from jsonb_to_recordset(${json([...newest.values()])}) as x(place uuid, item uuid, at timestamptz)
    join location l on l.warehouse_id = ${at.scope.id} and l.uid = x.place
    on conflict (warehouse_id, location_id, item) do update set at = greatest(c.at, excluded.at)`.execute(trx)
}
