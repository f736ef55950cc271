import { sql } from 'kysely'
import type { Leg, Point } from '../../shared/count/point.ts'
import type { Seen, Variance, VarianceId } from '../../shared/count/variance.ts'
import type { Observation } from '../../shared/ledger/effects.ts'
import { OF_COUNTS } from '../../shared/count/renew.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { DeviceId, WorkerId } from '../../shared/ids.ts'
import type { CountBooks, RowLedger, Rounds } from '../sync/count-books.ts'
import { refreshPlaces } from './change-rows.ts'
import { countFacts, openCounts, reporters } from './count-facts.ts'
import { putCounts } from './count-writes.ts'
import type { Scope } from './load.ts'
import { idOf, json } from './names.ts'
import { oppositesOf } from './opposites.ts'
import type { Executor, Names } from './names.ts'
import { SERVER_DEVICE, SERVER_DEVICE_ROW } from './server-device.ts'

export type CountsAt = { scope: Scope; feed: { epoch: string; seq: number }; now: string }

/** Counts inside a writing transaction, after its movements were written. */
export const countBooks = (trx: Executor, names: Names, at: CountsAt): CountBooks => ({
  warehouse: at.scope.warehouse,
  feed: at.feed,
  self: { device: SERVER_DEVICE, epoch: at.feed.epoch, seq: at.feed.seq },
  observe: seen => observe(trx, names, at, seen),
  takeBack: commands => takeBack(trx, at, commands),
  rounds: ids => readRounds(trx, at, ids),
  unfinished: async counts => {
    const { rows } = await sql<{ body: Variance }>`
      select body from variance where warehouse_id = ${at.scope.id} and count = any(${[...counts]}::uuid[])
        and state in ('counting', 'again')`.execute(trx)
    return rows.map(row => row.body)
  },
  pending: async (states, limit) => {
    const { rows } = await sql<{ body: Variance }>`
      select body from variance where warehouse_id = ${at.scope.id} and state = any(${[...states]}::text[])
      order by changed_at, id limit ${limit}`.execute(trx)
    return rows.map(row => row.body)
  },
  opposites: ids => oppositesOf(trx, at.scope.id, ids),
  seen: rows => readSeen(trx, at, rows),
  ledger: rows => readLedger(trx, names, at, rows),
  facts: need => countFacts(trx, at.scope, need),
  openCounts: places => openCounts(trx, at.scope, places),
  reporters: () => reporters(trx, at.scope),
  showAnew: spots => refreshPlaces(trx, { ...at.scope, commit: at.feed.seq }, spots),
  put: writes => putCounts(trx, names, at, writes),
})

/** A statement without what the row has in columns of its own. */
const observationOf = (seen: Seen): Observation => {
  const { point: _, worker: __, takenBack: ___, ...observation } = seen
  return observation
}

const observe = async (trx: Executor, names: Names, at: CountsAt, seen: readonly Seen[]): Promise<void> => {
  const keys = seen.map(one => one.key)
  const items = await names.item(
    trx,
    keys.map(key => key.item),
  )
  const clients = await names.client(
    trx,
    keys.map(key => key.client),
  )
  const devices = await names.device(
    trx,
    seen.map(one => one.point.device),
  )
  const counts = new Map<string, number>()
  const rows = seen.map(one => {
    const { point, worker, key } = one
    const command = `${point.device}/${point.epoch}/${point.seq}`
    const n = counts.get(command) ?? 0
    counts.set(command, n + 1)
    return {
      device_id: idOf(devices, 'device', point.device),
      epoch: point.epoch,
      seq: point.seq,
      n,
      place: key.location,
      lpn: key.lpn,
      client_id: idOf(clients, 'client', key.client),
      item_id: idOf(items, 'item', key.item),
      lot: key.lot,
      serial: key.serial,
      status: key.status,
      worker,
      at: point.at,
      unc: point.unc,
      body: observationOf(one),
    }
  })
  await sql`
    insert into observation (warehouse_id, device_id, epoch, seq, n, location_id, lpn, client_id, item_id, lot, serial, status, worker, at, unc, body, feed_seq)
    select ${at.scope.id}::int, x.device_id, x.epoch, x.seq, x.n, l.id, x.lpn, x.client_id, x.item_id, x.lot, x.serial, x.status, x.worker, x.at, x.unc, x.body, ${at.feed.seq}::bigint
    from jsonb_to_recordset(${json(rows)})
         as x(device_id int, epoch text, seq bigint, n smallint, place uuid, lpn uuid, client_id int, item_id int, lot text, serial text, status text,
              worker uuid, at timestamptz, unc double precision, body jsonb)
    join location l on l.warehouse_id = ${at.scope.id} and l.uid = x.place`.execute(trx)
}

type SeenRow = {
  device: DeviceId
  epoch: string
  seq: number
  commit: number
  at: Date
  unc: number | null
  worker: WorkerId | null
  takenBack: boolean
  body: Observation
}
const SEEN = sql`d.uid as device, o.epoch, o.seq, o.feed_seq as commit, o.at, o.unc, o.worker, o.taken_back as "takenBack", o.body`

const seenOf = ({ device, epoch, seq, commit, at, unc, worker, takenBack, body }: SeenRow): Seen => ({
  ...body,
  worker,
  takenBack,
  point: { device, epoch, seq, commit, at: at.toISOString(), unc },
})

const takeBack = async (
  trx: Executor,
  at: CountsAt,
  commands: Parameters<CountBooks['takeBack']>[0],
): Promise<readonly Seen[]> => {
  const { rows } = await sql<SeenRow>`
    update observation o set taken_back = true
    from jsonb_to_recordset(${json(commands)}) as x(device uuid, epoch text, seq bigint), device d
    where d.uid = x.device and o.warehouse_id = ${at.scope.id} and o.device_id = d.id and o.epoch = x.epoch and o.seq = x.seq
      and not o.taken_back
    returning ${SEEN}`.execute(trx)
  return rows.map(seenOf)
}

const SETTLED = ['posted', 'rejected', 'closed']
const ENDS = [...SETTLED, 'superseded', 'withdrawn']

const readRounds = async (
  trx: Executor,
  at: CountsAt,
  ids: readonly VarianceId[],
): Promise<ReadonlyMap<VarianceId, Rounds>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{
    id: VarianceId
    open: Variance | null
    settled: Variance | null
    round: number
    version: number
  }>`
    select id, max(round) as round, max(version) as version,
           (array_agg(body order by round desc) filter (where state <> all(${ENDS}::text[])))[1] as open,
           (array_agg(body order by round desc) filter (where state = any(${SETTLED}::text[])))[1] as settled
    from variance where warehouse_id = ${at.scope.id} and id = any(${[...ids]}::uuid[]) group by id`.execute(trx)
  return new Map(rows.map(({ id, open, settled, round, version }) => [id, { open, settled, last: { round, version } }]))
}

const readSeen: (
  trx: Executor,
  at: CountsAt,
  rows: Parameters<CountBooks['seen']>[0],
) => Promise<readonly (readonly Seen[])[]> = async (trx, at, wants) => {
  const keys = wants.map(({ key, from }, n) => ({ n, from, ...key }))
  const { rows } = await sql<SeenRow & { n: number }>`
    select x.n, ${SEEN}
    from jsonb_to_recordset(${json(keys)})
         as x(n int, "from" bigint, location uuid, lpn uuid, client uuid, item uuid, lot text, serial text, status text)
    join location l on l.warehouse_id = ${at.scope.id} and l.uid = x.location
    join item i on i.uid = x.item join client c on c.uid = x.client
    join observation o on o.warehouse_id = ${at.scope.id} and o.location_id = l.id and o.item_id = i.id and o.feed_seq >= x."from"
      and o.client_id = c.id and o.lpn = x.lpn and o.lot = x.lot and o.serial = x.serial and o.status = x.status
    join device d on d.id = o.device_id
    order by x.n, o.feed_seq, o.device_id, o.epoch, o.seq, o.n`.execute(trx)
  return wants.map((_, n) => rows.filter(row => row.n === n).map(seenOf))
}

type LegRow = {
  n: number
  device: DeviceId
  isDesk: boolean
  epoch: string
  seq: number
  commit: number
  at: Date
  unc: number | null
  qty: number
  worker: WorkerId | null
  arrivedAt: Date
  of: Point | null
}
type BalanceRow = { n: number; onHand: number; reserved: number; held: number; troubled: boolean }

const WANT = sql`x(n int, id uuid, since timestamptz, subject text, location uuid, lpn uuid, client uuid, item uuid, lot text, serial text, status text)`

/** Balances and legs of rows. A posted adjustment brings the point of its count along. */
const readLedger = async (
  trx: Executor,
  _: Names,
  at: CountsAt,
  wants: Parameters<CountBooks['ledger']>[0],
): Promise<readonly RowLedger[]> => {
  if (wants.length === 0) return []
  const keys = wants.map(({ id, key, since }, n) => ({ n, id, since, subject: stockKeyText(key), ...key }))
  const balances = await sql<BalanceRow>`
    select x.n, coalesce(b.on_hand, 0) as "onHand", coalesce(b.reserved, 0) as reserved,
           coalesce((select sum(h.qty) from claim h where h.warehouse_id = ${at.scope.id} and h.kind = 'hold' and h.owner = x.id), 0) as held,
           exists (select 1 from exception e where e.warehouse_id = ${at.scope.id} and e.state = 'open' and e.subject = x.subject
                     and e.kind <> all(${[...OF_COUNTS]}::text[])) as troubled
    from jsonb_to_recordset(${json(keys)}) as ${WANT}
    join location l on l.warehouse_id = ${at.scope.id} and l.uid = x.location
    join item i on i.uid = x.item join client c on c.uid = x.client
    left join balance b on b.warehouse_id = ${at.scope.id} and b.location_id = l.id and b.item_id = i.id and b.lpn = x.lpn
      and b.client_id = c.id and b.lot = x.lot and b.serial = x.serial and b.status = x.status`.execute(trx)
  const legs = await sql<LegRow>`
    with want as materialized (
      select x.*, l.id as location_id, i.id as item_id, c.id as client_id
      from jsonb_to_recordset(${json(keys)}) as ${WANT}
      join location l on l.warehouse_id = ${at.scope.id} and l.uid = x.location
      join item i on i.uid = x.item join client c on c.uid = x.client
    ), moved as materialized (
      -- Once an item, however many of its rows are wanted.
      select m.* from (select item_id, min(since) as since from want group by item_id) w
      join movement m on m.warehouse_id = ${at.scope.id} and m.item_id = w.item_id and m.at >= w.since
    )
    select x.n, d.uid as device, m.device_id = ${SERVER_DEVICE_ROW} as "isDesk", m.epoch, m.seq, k.feed_seq as commit, m.unc, k.worker,
           k.received_at as "arrivedAt", case when is_from then m.taken_at else m.at end as at, case when is_from then -m.qty else m.qty end as qty,
           v.body->'point' as of
    from want x
    join moved m on m.item_id = x.item_id and m.client_id = x.client_id and m.lot = x.lot and m.serial = x.serial and m.at >= x.since
      and ((m.from_id, m.from_lpn, m.from_status) = (x.location_id, x.lpn, x.status) or (m.to_id, m.to_lpn, m.to_status) = (x.location_id, x.lpn, x.status))
    cross join lateral (select (m.from_id, m.from_lpn, m.from_status) = (x.location_id, x.lpn, x.status) as is_from) side
    join command k on k.warehouse_id = m.warehouse_id and k.device_id = m.device_id and k.epoch = m.epoch and k.seq = m.seq
    join device d on d.id = m.device_id
    left join variance v on m.device_id = ${SERVER_DEVICE_ROW} and v.warehouse_id = m.warehouse_id and v.id = x.id
      and v.posted_epoch = m.epoch and v.posted_seq = m.seq and v.posted_n = m.n
    order by x.n, m.device_id, m.epoch, m.seq, m.n`.execute(trx)
  return wants.map((_, n): RowLedger => {
    const row = balances.rows.find(one => one.n === n)
    const { onHand = 0, reserved = 0, held = 0, troubled = false } = row ?? {}
    return { onHand, reserved, held, troubled, legs: legs.rows.filter(leg => leg.n === n).map(legOf) }
  })
}

const legOf = ({ device, isDesk, epoch, seq, commit, at, unc, qty, worker, arrivedAt, of }: LegRow): Leg => ({
  device,
  epoch,
  seq,
  commit,
  at: at.toISOString(),
  unc,
  qty,
  desk: isDesk,
  of,
  worker,
  arrivedAt: arrivedAt.toISOString(),
})
