import { sql } from 'kysely'
import type { BatchDocument } from './batch.ts'
import { rowsOf } from './columns.ts'
import type { Executor } from './names.ts'
import { UNREAD } from './prepared-pg.ts'

const KEY = { device_id: 'int', epoch: 'text', seq: 'bigint' } as const
const GOODS = { client_id: 'int', item_id: 'int', lot: 'text', serial: 'text' } as const
const COMMAND = {
  ...KEY,
  v: 'int',
  body: 'text',
  hash: 'text',
  sig: 'text',
  outcome: 'text',
  reason: 'text',
  exceptions: 'jsonb',
  worker: 'uuid',
  awaits: 'uuid',
  message: 'uuid',
  undoes: 'text',
} as const
/** In the order of the table. */
const MOVEMENT = {
  ...KEY,
  n: 'smallint',
  ...GOODS,
  from_id: 'int',
  from_lpn: 'uuid',
  from_status: 'text',
  to_id: 'int',
  to_lpn: 'uuid',
  to_status: 'text',
  qty: 'int',
  taken_at: 'timestamptz',
  at: 'timestamptz',
  unc: 'double precision',
} as const
/** In the order in which claims are inserted. */
const CLAIM = {
  kind: 'text',
  owner: 'uuid',
  location_id: 'int',
  lpn: 'uuid',
  ...GOODS,
  status: 'text',
  qty: 'bigint',
} as const
const WORK = { kind: 'text', id: 'uuid', document: 'uuid', client_id: 'int', state: 'text', body: 'jsonb' } as const
const LOT = { client_id: 'int', item_id: 'int', lot: 'text', body: 'jsonb' } as const
const EXCEPTION = { n: 'int', ...KEY, id: 'uuid', kind: 'text', subject: 'text', body: 'jsonb' } as const
const LOCATION = { id: 'uuid', body: 'jsonb' } as const
const MESSAGE = {
  n: 'int',
  key: 'uuid',
  message: 'uuid',
  connector: 'uuid',
  client: 'uuid',
  subject: 'text',
  type: 'text',
  payload: 'jsonb',
  covers: 'jsonb',
  captured_at: 'timestamptz',
} as const
const COVER = { ...KEY, key: 'uuid' } as const
const CURSOR = { ...KEY, hash: 'text', at: 'timestamptz' } as const

export type ApplyAt = { warehouse: number; commit: number; now: string }

/**
 * The one set-based apply statement: commands, movements, reservations and holds, balances, work, exceptions, change rows,
 * outbox and device cursor, all or nothing. It runs inside the transaction that holds the warehouse's counter row.
 * Data-modifying parts are ordered by their data only, so no row is written by two of them. Throws when the counts differ
 * from what was sent: then nothing may be committed.
 */
export const applyBatch = async (db: Executor, at: ApplyAt, doc: BatchDocument): Promise<void> => {
  const sent = `${doc.commands.length} commands, ${doc.movements.length} movements, ${doc.claims.length} claims, ${doc.messages.length} messages, ${doc.work.length} work`
  await sql`${sql.raw(UNREAD)}
    with cmd as (
      insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, reason, exceptions, worker, awaits, message, undoes, feed_seq, received_at)
      select ${at.warehouse}::int, x.device_id, x.epoch, x.seq, x.v, x.body, x.hash, x.sig, x.outcome, x.reason, x.exceptions,
             x.worker, x.awaits, x.message, x.undoes, ${at.commit}::bigint, ${at.now}::timestamptz
      from ${rowsOf(doc.commands, COMMAND)}
      order by x.device_id, x.epoch, x.seq
      on conflict (warehouse_id, device_id, epoch, seq) do nothing
      returning device_id, epoch, seq, hash
    ), mov as (
      insert into movement (warehouse_id, device_id, epoch, seq, n, client_id, item_id, lot, serial,
                            from_id, from_lpn, from_status, to_id, to_lpn, to_status, qty, taken_at, at, unc)
      select ${at.warehouse}::int, x.*
      from ${rowsOf(doc.movements, MOVEMENT)}
      join cmd using (device_id, epoch, seq)
      returning client_id, item_id, lot, serial, from_id, from_lpn, from_status, to_id, to_lpn, to_status, qty
    ), want as materialized (
      select * from ${rowsOf(doc.claims, CLAIM)}
    ), clm as (
      insert into claim as c (warehouse_id, kind, owner, location_id, lpn, client_id, item_id, lot, serial, status, qty)
      select ${at.warehouse}::int, want.* from want
      on conflict (warehouse_id, kind, owner, location_id, item_id, lpn, client_id, lot, serial, status)
      do update set qty = c.qty + excluded.qty
      returning owner
    ), delta as (
      select location_id, lpn, client_id, item_id, lot, serial, status, sum(oh) as oh, sum(rs) as rs, sum(hd) as hd
      from (select from_id as location_id, from_lpn as lpn, client_id, item_id, lot, serial, from_status as status,
                   -qty::bigint as oh, 0::bigint as rs, 0::bigint as hd from mov
            union all
            select to_id, to_lpn, client_id, item_id, lot, serial, to_status, qty, 0, 0 from mov
            union all
            select location_id, lpn, client_id, item_id, lot, serial, status, 0,
                   case kind when 'reserve' then qty else 0 end, case kind when 'hold' then qty else 0 end from want) leg
      group by location_id, lpn, client_id, item_id, lot, serial, status
      having sum(oh) <> 0 or sum(rs) <> 0 or sum(hd) <> 0
    ), bal as (
      insert into balance as b (warehouse_id, location_id, lpn, client_id, item_id, lot, serial, status, on_hand, reserved, held, feed_seq)
      select ${at.warehouse}::int, location_id, lpn, client_id, item_id, lot, serial, status, oh, rs, hd, ${at.commit}::bigint from delta
      order by location_id, item_id, lpn, client_id, lot, serial, status
      on conflict (warehouse_id, location_id, item_id, lpn, client_id, lot, serial, status)
      do update set on_hand = b.on_hand + excluded.on_hand, reserved = b.reserved + excluded.reserved,
                    held = b.held + excluded.held, feed_seq = excluded.feed_seq
      returning location_id, lpn, client_id, item_id, lot, serial, status, on_hand, reserved, held
    ), wrk as (
      insert into work as t (warehouse_id, kind, id, document, client_id, state, body, feed_seq, last_on)
      select ${at.warehouse}::int, x.kind, x.id, x.document, x.client_id, x.state, x.body, ${at.commit}::bigint,
             case when x.kind = 'document' and x.state in ('closed', 'cancelled') then ${at.now.slice(0, 10)}::date end
      from ${rowsOf(doc.work, WORK)}
      order by x.id
      on conflict (warehouse_id, id) do update
      set state = excluded.state, body = excluded.body, document = excluded.document, version = t.version + 1, feed_seq = excluded.feed_seq,
          last_on = case when excluded.last_on is not null then coalesce(t.last_on, excluded.last_on) end
      returning kind, id, client_id, body
    ), lts as (
      insert into lot as l (warehouse_id, client_id, item_id, lot, body, feed_seq)
      select ${at.warehouse}::int, x.client_id, x.item_id, x.lot, x.body, ${at.commit}::bigint
      from ${rowsOf(doc.lots, LOT)}
      on conflict (warehouse_id, client_id, item_id, lot) do update set body = excluded.body, feed_seq = excluded.feed_seq
      returning client_id, body
    ), raised as materialized (
      select x.* from ${rowsOf(doc.exceptions, EXCEPTION)}
    ), exc as (
      insert into exception as e (warehouse_id, id, kind, subject, hits, body, feed_seq)
      select ${at.warehouse}::int, (array_agg(x.id order by x.n))[1], x.kind, x.subject, count(*), (array_agg(x.body order by x.n desc))[1], ${at.commit}::bigint
      from raised x where x.seq is null or (x.device_id, x.epoch, x.seq) in (select device_id, epoch, seq from cmd)
      group by x.kind, x.subject
      order by x.kind, x.subject
      on conflict (warehouse_id, kind, subject) where state = 'open'
      do update set hits = e.hits + excluded.hits, body = excluded.body, feed_seq = excluded.feed_seq
      returning id, kind, subject
    ), lnk as (
      insert into exception_command (warehouse_id, exception_id, device_id, epoch, seq)
      select distinct ${at.warehouse}::int, exc.id, x.device_id, x.epoch, x.seq
      from raised x join exc using (kind, subject) join cmd using (device_id, epoch, seq)
      returning seq
    ), ch as (
      insert into change (warehouse_id, seq, n, kind, id, client_id, body)
      select ${at.warehouse}::int, ${at.commit}::bigint, row_number() over (order by k, i), k, i, c, b
      from (select 'balance' as k, concat_ws(e'\\x1f', bal.l, bal.lpn, bal.status, bal.c, bal.i, bal.lot, bal.serial) as i, bal.client_id as c,
                   jsonb_build_object('l', bal.l, 'p', lpn, 'c', bal.c, 'i', bal.i, 'lot', lot, 'sn', serial,
                                      'st', status, 'oh', on_hand, 'rs', reserved, 'hd', held) as b
            from (select bal.*, (select uid from location where warehouse_id = ${at.warehouse}::int and id = bal.location_id) as l,
                         (select uid from client where id = bal.client_id) as c, (select uid from item where id = bal.item_id) as i
                  from bal) bal
            union all
            select kind, id::text, client_id, body from wrk
            union all
            select 'lot', concat_ws(e'\\x1f', body->>'client', body->>'item', body->>'lot'), client_id, body from lts
            union all
            select 'location', x.id::text, null, x.body from ${rowsOf(doc.locations, LOCATION)}) r
      returning n
    ), ob as (
      insert into outbox (warehouse_id, key, message, seq, connector, client, subject, type, payload, covers, next_at, created_at, captured_at)
      select ${at.warehouse}::int, x.key, x.message, ${at.commit}::bigint * 1000 + x.n, x.connector, x.client,
             x.subject, x.type, x.payload, x.covers, ${at.now}::timestamptz, ${at.now}::timestamptz, x.captured_at
      from ${rowsOf(doc.messages, MESSAGE)}
      on conflict (warehouse_id, key) do nothing
      returning key
    ), cov as (
      update command set message = x.key
      from ${rowsOf(doc.covers, COVER)}
      where command.warehouse_id = ${at.warehouse}::int and command.device_id = x.device_id and command.epoch = x.epoch and command.seq = x.seq
      returning command.seq
    ), cur as (
      insert into device_cursor as d (warehouse_id, device_id, epoch, last_seq, last_hash, last_at, seen_at)
      select ${at.warehouse}::int, x.device_id, x.epoch, x.seq, x.hash, x.at, ${at.now}::timestamptz
      from ${rowsOf(cursorsOf(doc.commands), CURSOR)}
      join cmd using (device_id, epoch, seq)
      order by x.device_id, x.epoch
      on conflict (warehouse_id, device_id, epoch)
      do update set last_seq = excluded.last_seq, last_hash = excluded.last_hash, last_at = coalesce(excluded.last_at, d.last_at), seen_at = excluded.seen_at
      where d.last_seq < excluded.last_seq
      returning last_seq
    )
    select case when wrote = ${sent}::text then 1
                -- No number: the statement fails and says what is wrong.
                else ('apply wrote ' || wrote || ' of ' || ${sent}::text || ': nothing may be committed')::int end as done
    from (select concat((select count(*) from cmd), ' commands, ', (select count(*) from mov), ' movements, ',
                        (select count(*) from clm), ' claims, ', (select count(*) from ob), ' messages, ',
                        (select count(*) from wrk), ' work') as wrote) w`.execute(db)
}

/** Where each handheld stands then: its last number, and the newest time of its commands. */
const cursorsOf = (commands: BatchDocument['commands']) => {
  const last = new Map<string, { device_id: unknown; epoch: unknown; seq: unknown; hash: unknown; at: string | null }>()
  for (const { device_id, epoch, seq, hash, at } of commands) {
    const name = `${String(device_id)}/${String(epoch)}`
    const [was, is] = [last.get(name)?.at ?? null, typeof at === 'string' ? at : null]
    last.set(name, { device_id, epoch, seq, hash, at: was !== null && (is === null || was > is) ? was : is })
  }
  return [...last.values()]
}
