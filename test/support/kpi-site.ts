import { sql } from 'kysely'
import type { Executor } from '../../server/store/names.ts'
import type { SiteSeed } from './site.ts'
import { placeId } from './site.ts'

/** Six commands an order: received, picked twice, packed, ready, shipped. */
const PER_ORDER = 6
/** Commands that one commit has. */
const PER_COMMIT = 120

export type KpiSeed = { start: string; days: number; orders: number; counts: number; exceptions: number }

/**
 * Facts of many days, written straight into the archive: commands with their bodies, movements, imports, messages with tries,
 * variances and exceptions. Delays, troubles and what is left open follow from the running numbers.
 */
export const seedKpi = async (db: Executor, site: SiteSeed, seed: KpiSeed): Promise<void> => {
  const stepMs = Math.floor((seed.days * 86_400_000) / (seed.orders * PER_ORDER))
  await db.transaction().execute(async trx => {
    // Far more is written at once than a request ever does.
    await sql`set local statement_timeout = 0`.execute(trx)
    const { rows } = await sql<{ warehouse: number; device: number }>`
      select w.id as warehouse, (select min(d.id) from device d where d.warehouse_id = w.id and d.id <> 0) as device
      from warehouse w where w.uid = ${site.warehouse.id}`.execute(trx)
    const at = { warehouse: rows[0]?.warehouse ?? 0, device: rows[0]?.device ?? 0, stepMs, ...seed }
    await seedOrders(trx, site, at)
    await seedCommands(trx, site, at)
    await seedMessages(trx, at)
    await seedCounts(trx, site, at)
    await seedExceptions(trx, site, at)
    await sql`update feed set seq = 10000000 where warehouse_id = ${at.warehouse}`.execute(trx)
    await sql`analyze`.execute(trx)
  })
}

type At = KpiSeed & { warehouse: number; device: number; stepMs: number }

/** When command n was captured. */
const when = ({ start, stepMs }: At) =>
  sql`(${start}::timestamptz + n::bigint * ${stepMs}::bigint * interval '1 millisecond')`
const iso = (column: ReturnType<typeof sql>) =>
  sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const seedOrders = async (db: Executor, site: SiteSeed, at: At): Promise<void> => {
  await sql`
    insert into work (warehouse_id, kind, id, document, client_id, state, body, feed_seq)
    select ${at.warehouse}, 'document', md5('order' || o)::uuid, md5('order' || o)::uuid, c.id,
           case when o % 15 = 0 then 'cancelled' when o % 11 = 0 then 'started' else 'closed' end,
           jsonb_build_object('id', md5('order' || o)::uuid, 'kind', 'order', 'client', c.uid, 'number', 'S' || o, 'state', 'open',
             'ready', o % 11 <> 0,
             'due', case when o % 4 = 0 then null when o % 4 = 1 then to_char(d.at at time zone 'utc', 'YYYY-MM-DD')
                         else ${iso(sql`(d.at + (o % 9) * interval '1 minute')`)} end), 1
    from generate_series(0, ${at.orders - 1}) o
    join client c on c.uid = (array[${site.clients[0]!.id}::uuid, ${site.clients[1]!.id}::uuid])[1 + o % 2]
    cross join lateral (select o * ${PER_ORDER} as n) x cross join lateral (select ${when(at)} as at) d`.execute(db)
  await sql`
    insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, feed_seq, received_at)
    select ${at.warehouse}, 0, 'feedepoch001', o, 1,
           jsonb_build_object('kind', 'import', 'documents', (select jsonb_agg(md5('order' || x)::uuid) from generate_series(o, least(o + 49, ${at.orders - 1})) x))::text,
           '', '', 'applied', '[]', 1 + o * ${PER_ORDER} / ${PER_COMMIT}, ${when(at)} - interval '1 hour'
    from generate_series(0, ${at.orders - 1}, 50) o cross join lateral (select o * ${PER_ORDER} as n) x`.execute(db)
}

const seedCommands = async (db: Executor, site: SiteSeed, at: At): Promise<void> => {
  const shelf = sql`(array[${sql.join(['A-01', 'A-02', 'A-03', 'DOCK-1'].map(code => sql`${placeId(site, code)}::uuid`))}])`
  const total = at.orders * PER_ORDER
  await sql`
    insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, worker, feed_seq, received_at)
    select ${at.warehouse}, ${at.device}, 'epoch0000001', n + 1, 1,
           (jsonb_build_object(
             'v', 1, 'device', dv.uid, 'epoch', 'epoch0000001', 'seq', n + 1, 'off', 0, 'unc', 10, 'at', ${iso(sql`t.at`)},
             'client', c.uid, 'document', md5('order' || o)::uuid, 'item', ${site.items[0]!.id}::uuid, 'lot', 'L' || o % 7, 'serial', '',
             'line', md5('line' || o || '/' || m % 2)::uuid, 'task', md5('task' || o)::uuid, 'qty', 1,
             'type', (array['receive', 'pick', case when o % 30 = 7 then 'short' else 'pick' end, 'pack', 'close', 'ship'])[1 + m])
            || case m when 4 then '{"process":"pack"}'::jsonb when 0 then jsonb_build_object('to', jsonb_build_object('location', ${placeId(site, 'DOCK-1')}::uuid))
                 when 5 then '{}'::jsonb else jsonb_build_object('from', jsonb_build_object('location', ${shelf}[1 + n % 4])) end)::text,
           '', '', case when n % 40 = 3 then 'exception' else 'applied' end, '[]', md5('worker' || o % 3)::uuid, 1 + n / ${PER_COMMIT},
           t.at + case when n % 20 = 0 then (300 + n % 4000) * interval '1 second' when n % 33 = 0 then interval '0' else (n % 50) * interval '1.25 second' end
    from generate_series(0, ${total - 1}) n
    cross join lateral (select n / ${PER_ORDER} as o, n % ${PER_ORDER} as m) x cross join lateral (select ${when(at)} as at) t
    join client c on c.uid = (array[${site.clients[0]!.id}::uuid, ${site.clients[1]!.id}::uuid])[1 + o % 2]
    join device dv on dv.id = ${at.device}`.execute(db)
  // Every 97th order has its first pick taken back, an hour later.
  await sql`
    insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, worker, feed_seq, received_at)
    select k.warehouse_id, k.device_id, k.epoch, ${total} + o + 1, 1,
           (b.body || jsonb_build_object('type', 'undo', 'seq', ${total} + o + 1, 'of', jsonb_build_object('epoch', k.epoch, 'seq', k.seq),
             'act', b.body, 'at', ${iso(sql`((b.body->>'at')::timestamptz + interval '1 hour')`)}))::text,
           '', '', 'applied', '[]', k.worker, 9000000 + o / 100, k.received_at + interval '1 hour'
    from generate_series(0, ${at.orders - 1}, 97) o
    join command k on k.warehouse_id = ${at.warehouse} and k.device_id = ${at.device} and k.epoch = 'epoch0000001' and k.seq = o * ${PER_ORDER} + 2
    cross join lateral (select k.body::jsonb as body) b`.execute(db)
  await sql`
    insert into movement (warehouse_id, device_id, epoch, seq, n, client_id, item_id, from_id, from_lpn, from_status, to_id, to_lpn, to_status, qty, taken_at, at)
    select k.warehouse_id, k.device_id, k.epoch, k.seq, 0, (select min(id) from client), (select min(id) from item),
           (select min(id) from location where warehouse_id = ${at.warehouse}), md5('')::uuid, 'available',
           (select max(id) from location where warehouse_id = ${at.warehouse}), md5('')::uuid, 'available', 1, k.received_at, k.received_at
    from command k where k.warehouse_id = ${at.warehouse} and k.device_id = ${at.device}`.execute(db)
}

/** One shipment an order; some late, some stopped, some decided by a person, some still open. */
const seedMessages = async (db: Executor, at: At): Promise<void> => {
  await sql`
    insert into outbox (warehouse_id, key, message, seq, connector, client, subject, type, payload, covers, state, created_at, captured_at, posted_at, closed_by, closed_at)
    select ${at.warehouse}, md5('message' || o)::uuid, md5('message' || o)::uuid, o, md5('connector' || o % 2)::uuid, c.uid, 'shipment/' || o,
           (array['shipment', 'receipt'])[1 + (o % 23 = 0)::int], jsonb_build_object('document', md5('order' || o)::uuid),
           jsonb_build_array(jsonb_build_object('device', d.uid, 'epoch', k.epoch, 'seq', k.seq)),
           case when o % 37 = 0 then 'skipped' when o % 17 = 0 then 'waiting' else 'posted' end, k.received_at, k.received_at,
           case when o % 37 = 0 or o % 17 = 0 then null else k.received_at + (o % 40) * interval '3.1 second' + (o % 13 = 0)::int * interval '2000 second' end,
           case when o % 37 = 0 or o % 19 = 0 then 'a person' end, case when o % 37 = 0 or o % 19 = 0 then k.received_at + interval '5 minute' end
    from generate_series(0, ${at.orders - 1}) o
    join client c on c.id = (select w.client_id from work w where w.warehouse_id = ${at.warehouse} and w.id = md5('order' || o)::uuid)
    join command k on k.warehouse_id = ${at.warehouse} and k.device_id = ${at.device} and k.epoch = 'epoch0000001' and k.seq = (o + 1) * ${PER_ORDER}
    join device d on d.id = k.device_id`.execute(db)
  await sql`
    insert into outbox_try (key, n, phase, at, ms, error_class)
    select md5('message' || o)::uuid, t, 'post', ${at.start}::timestamptz + (o * 10 + t) * interval '1 second', 5,
           case when o % 29 = 0 then 'config' when t <= o % 3 then 'transient' end
    from generate_series(0, ${at.orders - 1}) o cross join generate_series(1, 3) t where t <= 1 + o % 3`.execute(db)
}

const seedCounts = async (db: Executor, site: SiteSeed, at: At): Promise<void> => {
  const gap = Math.floor((at.days * 86_400_000) / at.counts)
  await sql`
    insert into variance (warehouse_id, id, round, version, state, count, client_id, item_id, location_id, changed_at, body, feed_seq)
    select ${at.warehouse}, md5('variance' || v)::uuid, 1, 1, (array['closed', 'posted', 'rejected', 'posted', 'review', 'superseded'])[1 + v % 6],
           md5('count' || v / 3)::uuid, i.client_id, i.id, l.id, t.at,
           jsonb_build_object('kind', case when v % 10 = 9 then 'short' else 'count' end,
             'key', jsonb_build_object('location', l.uid, 'item', i.uid, 'lot', 'L' || v % 5, 'status', 'available', 'serial', '', 'lpn', md5('')::uuid),
             'book', v % 30, 'delta', x.delta, 'seen', v % 30 + x.delta, 'reason', case when v % 2 = 0 then 'FOUND' end,
             'openedAt', ${iso(sql`(t.at - (v % 100) * interval '7 second')`)},
             'decided', case when v % 6 in (2, 3) then jsonb_build_object('kind', case v % 6 when 2 then 'reject' else 'approve' end, 'reason', 'MISSING',
                         'at', ${iso(sql`(t.at - interval '10 second')`)}) end), 1
    from generate_series(0, ${at.counts - 1}) v
    cross join lateral (select case when v % 6 = 0 then 0 else v % 7 - 3 end as delta, ${at.start}::timestamptz + v::bigint * ${gap}::bigint * interval '1 millisecond' as at) x
    cross join lateral (select x.at) t
    join item i on i.uid = (array[${site.items[0]!.id}::uuid, ${site.items[2]!.id}::uuid, ${site.items[4]!.id}::uuid])[1 + v % 3]
    join location l on l.warehouse_id = ${at.warehouse} and l.uid = (array[${placeId(site, 'A-01')}::uuid, ${placeId(site, 'A-02')}::uuid, ${placeId(site, 'DOCK-1')}::uuid])[1 + (v / 3) % 3]`.execute(
    db,
  )
  await sql`update item set cost = 250, abc = 'A' where uid = ${site.items[0]!.id}`.execute(db)
}

const seedExceptions = async (db: Executor, site: SiteSeed, at: At): Promise<void> => {
  const gap = Math.floor((at.days * 86_400_000) / at.exceptions)
  await sql`
    insert into exception (warehouse_id, id, kind, subject, state, body, opened_at, closed_at, feed_seq)
    select ${at.warehouse}, md5('exception' || e)::uuid, (array['short_pick', 'unknown_code', 'over_receipt'])[1 + e % 3], 'subject ' || e,
           case when e % 5 = 4 then 'open' else 'settled' end,
           jsonb_build_object('client', ${site.clients[0]!.id}::uuid, 'location', ${placeId(site, 'A-01')}::uuid), t.at,
           case when e % 5 = 4 then null else t.at + (e % 60) * interval '47 second' end, 1
    from generate_series(0, ${at.exceptions - 1}) e
    cross join lateral (select ${at.start}::timestamptz + e::bigint * ${gap}::bigint * interval '1 millisecond' as at) t`.execute(
    db,
  )
}
