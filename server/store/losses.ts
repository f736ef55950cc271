import { sql } from 'kysely'
import { LAST_NUMBERS, MAX_LOSS_PLACES, placesInDoubt } from '../../shared/desk/loss.ts'
import type { InDoubt, LossAnswer, LossHeld, LossKnown } from '../../shared/desk/loss.ts'
import { NO_LPN } from '../../shared/ids.ts'
import type { DeviceId, TaskId } from '../../shared/ids.ts'
import type { LossStore } from '../desk-ports.ts'
import { loseDevice } from '../sync/lose-device.ts'
import type { Spot } from '../sync/count-choice.ts'
import type { LosingDevice, LossBook, LossPlace } from '../sync/lose-device.ts'
import { reading } from './feed.ts'
import type { Scope } from './load.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { FIRST_CLIENT, PLACES } from './stocktake.ts'
import { PENDING } from './stocktake-report.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'
import { ACKED, iso } from './view-parts.ts'

const MOBILE = ['tote', 'carton', 'cart']

export const makeLossStore = (db: Executor, names: Names): LossStore => ({
  read: (warehouse, uid) =>
    reading(db, async trx => {
      const scope = { warehouse, id: await names.warehouse(trx, warehouse) }
      const at = await placeOf(trx, scope, uid)
      const device = at === null ? null : await deviceOf(trx, at)
      return at === null || device === null ? null : answerOf(trx, at, device)
    }),
  decide: (at, who, ask) =>
    transact(db, trx =>
      decideIn(trx, names, at, async tx => {
        const scope = { warehouse: at.warehouse, id: await names.warehouse(trx, at.warehouse) }
        const found = await placeOf(trx, scope, ask.device)
        return loseDevice(tx, found === null ? NOBODY : bookOf(trx, found), ask, { who, now: at.now })
      }),
    ),
})

/** A handheld of the warehouse, as the tables know it. */
type Where = { warehouse: number; device: number; uid: DeviceId }

const placeOf = async (db: Executor, scope: Scope, uid: DeviceId): Promise<Where | null> => {
  const { rows } = await sql<{ id: number }>`
    select id from device where uid = ${uid} and warehouse_id = ${scope.id}`.execute(db)
  return rows[0] === undefined ? null : { warehouse: scope.id, device: rows[0].id, uid }
}

const NOBODY: LossBook = { find: async () => null, places: async () => [], lose: async () => {} }
const bookOf = (trx: Executor, at: Where): LossBook => ({
  find: () => deviceOf(trx, at),
  places: () => placesOf(trx, at),
  lose: async ({ id, reason, worker, now, known, held, places, beyond }) => {
    await sql`
      update device set version = version + 1, state = case state when 'active' then 'revoked' else state end
      where id = ${at.device}`.execute(trx)
    await sql`
      insert into device_loss (warehouse_id, device_id, id, reason, worker, at, known, held, beyond)
      values (${at.warehouse}, ${at.device}, ${id}, ${reason}, ${worker}, ${now}::timestamptz, ${json(known)}, ${json(held)}, ${beyond})`.execute(
      trx,
    )
    await sql`
      insert into device_loss_place (warehouse_id, loss, location_id, cause)
      select ${at.warehouse}::int, ${id}::uuid, l.id, x.cause
      from jsonb_to_recordset(${json(places)}) as x(location uuid, cause text)
      join location l on l.warehouse_id = ${at.warehouse} and l.uid = x.location`.execute(trx)
  },
})

type Found = Omit<LosingDevice, 'held' | 'known' | 'tasks'> & LossKnown & { tasks: TaskId[] }

/** Its tasks, and what their orders have reserved. */
const heldBy = ({ warehouse, uid }: Where) => sql`
  task as materialized (
    select t.id, t.document, t.body from work t where t.warehouse_id = ${warehouse} and t.kind = 'task'
      and t.state in ('leased', 'started') and t.body->'lease'->>'device' = ${uid}),
  claimed as materialized (
    select c.location_id, c.qty from claim c join work w on w.warehouse_id = c.warehouse_id and w.id = c.owner and w.kind = 'line'
    where c.warehouse_id = ${warehouse} and c.kind = 'reserve' and c.qty > 0
      and w.document in (select document from task))`

const deviceOf = async (db: Executor, at: Where): Promise<LosingDevice | null> => {
  const { rows } = await sql<Found>`
    with ${heldBy(at)}
    select d.number, d.version, exists (select 1 from device_loss x where x.device_id = d.id) as "isLost",
      ${iso(sql`d.seen_at`)} as "seenAt", d.worker, coalesce((d.head->>'seq')::int, 0) as announced, ${ACKED} as acked,
      coalesce((d.head->>'pending')::int, 0) as waiting, d.head->>'oldest' as oldest,
      (select coalesce(sum((e.body->>'to')::bigint - (e.body->>'from')::bigint + 1), 0)::int from exception e
       where e.warehouse_id = ${at.warehouse} and e.kind = 'movements_missing' and e.state = 'open'
         and e.body->>'device' = ${at.uid}) as holes,
      (select coalesce(array_agg(t.id order by t.id), '{}') from task t) as tasks
    from device d where d.id = ${at.device}`.execute(db)
  const [found] = rows
  if (found === undefined) return null
  const { number, version, isLost, tasks, ...known } = found
  // What it said that waits has come in since, where the numbers have.
  const missing = Math.max(0, known.announced - known.acked)
  const waiting = missing === 0 && known.announced > 0 ? 0 : known.waiting
  const held = { tasks: tasks.length, ...(await goodsHeld(db, at)) }
  return { number, version, isLost, tasks, known: { ...known, missing, waiting }, held }
}

const goodsHeld = async (db: Executor, at: Where): Promise<Omit<LossHeld, 'tasks'>> => {
  const { rows } = await sql<Omit<LossHeld, 'tasks'>>`
    with ${heldBy(at)}
    select (select coalesce(sum(qty), 0)::bigint from claimed) as reserved,
      (select coalesce(array_agg(l.body->>'code' order by l.body->>'code'), '{}') from location l
       where l.warehouse_id = ${at.warehouse} and l.body->>'kind' = any(${MOBILE}::text[])
         and (l.id in (select location_id from claimed) or l.uid::text in (select t.body->>'tote' from task t))) as totes`.execute(
    db,
  )
  return rows[0] ?? { reserved: 0, totes: [] }
}

/**
 * Work: the place that a count is of, where goods are carried from and to, where reserved goods lie. Last: both ends of the
 * movements, and the counted places, of its last numbers. Totes and cartons are counted with their orders.
 */
const placesOf = async (db: Executor, at: Where): Promise<readonly (LossPlace & { code: string })[]> => {
  const { rows } = await sql<LossPlace & { code: string }>`
    with ${heldBy(at)},
    number as materialized (
      select k.epoch, k.seq, k.feed_seq from device_cursor c
      cross join lateral (
        select k.* from command k where k.warehouse_id = c.warehouse_id and k.device_id = c.device_id and k.epoch = c.epoch
        order by k.seq desc limit ${LAST_NUMBERS}) k
      where c.warehouse_id = ${at.warehouse} and c.device_id = ${at.device}
      order by k.feed_seq desc, k.seq desc limit ${LAST_NUMBERS}),
    moved as materialized (
      select m.from_id, m.to_id, n.feed_seq, n.seq from number n join movement m
        on m.warehouse_id = ${at.warehouse} and m.device_id = ${at.device} and m.epoch = n.epoch and m.seq = n.seq),
    spot as (
      select l.id, 'work' as cause, 0::bigint as feed_seq, 0::bigint as seq from task t join location l
        on l.warehouse_id = ${at.warehouse} and l.uid::text in (
          t.body->'count'->>'location', t.body->'goods'->'from'->>'location', t.body->'goods'->>'to')
      union all select location_id, 'work', 0, 0 from claimed
      union all select from_id, 'last', feed_seq, seq from moved
      union all select to_id, 'last', feed_seq, seq from moved
      union all select o.location_id, 'last', n.feed_seq, n.seq from number n join observation o
        on o.warehouse_id = ${at.warehouse} and o.device_id = ${at.device} and o.epoch = n.epoch and o.seq = n.seq),
    once as (select id, cause, max(feed_seq) as feed_seq, max(seq) as seq from spot group by id, cause)
    select l.uid as location, l.body->>'code' as code, o.cause, ${FIRST_CLIENT} as client
    from once o join location l on l.warehouse_id = ${at.warehouse} and l.id = o.id
    where l.body->>'kind' = any(${PLACES}::text[])
    order by o.cause desc, o.feed_seq desc, o.seq desc, l.body->>'code'`.execute(db)
  return rows.filter(row => row.client !== null)
}

/** The places in doubt of a handheld of which only that is known, as many as a loss counts. */
export const doubtedBy = async (db: Executor, warehouse: number, uid: DeviceId): Promise<readonly Spot[]> => {
  const { rows } = await sql<{ id: number }>`
    select id from device where uid = ${uid}::uuid and warehouse_id = ${warehouse}`.execute(db)
  const [found] = rows
  if (found === undefined) return []
  const places = await placesOf(db, { warehouse, device: found.id, uid })
  const once = new Map(places.map(({ location, client }) => [location, { location, client, item: null }]))
  return [...once.values()].slice(0, MAX_LOSS_PLACES)
}

/** Somebody has counted the whole place since, and whether anything about it waits. */
const PLACE_STATE = sql`
  case when not exists (select 1 from counted v where v.warehouse_id = p.warehouse_id and v.location_id = p.location_id
                          and v.item = ${NO_LPN}::uuid and v.at >= x.at) then 'open'
       when exists (select 1 from variance v where v.warehouse_id = p.warehouse_id and v.location_id = p.location_id
                      and v.state = any(${PENDING}::text[])) then 'counted'
       else 'settled' end`

type Lost = NonNullable<LossAnswer['loss']> & { known: LossKnown; held: LossHeld; beyond: number; handedIn: number }

const answerOf = async (db: Executor, at: Where, device: LosingDevice): Promise<LossAnswer> => {
  const { number, version } = device
  const about = { device: at.uid, number, version }
  const { rows } = await sql<Lost>`
    select x.id, x.worker, ${iso(sql`x.at`)} as at, x.reason, x.known, x.held, x.beyond,
      (select count(*)::int from quarantine_raw q where q.device = ${at.uid}::uuid and q.received_at >= x.at) as "handedIn"
    from device_loss x where x.warehouse_id = ${at.warehouse} and x.device_id = ${at.device}`.execute(db)
  const [lost] = rows
  if (lost === undefined) {
    const all = placesInDoubt(await placesOf(db, at), device.known)
    const places = all.slice(0, MAX_LOSS_PLACES).map(({ location, code, cause }) => {
      return { id: location, code, cause, state: 'open' as const }
    })
    const { known, held } = device
    return { ...about, loss: null, known, held, places, beyond: all.length - places.length, handedIn: 0 }
  }
  const { known, held, beyond, handedIn, ...loss } = lost
  return { ...about, loss, known, held, places: await countedOf(db, at.warehouse, loss.id), beyond, handedIn }
}

const countedOf = async (db: Executor, warehouse: number, loss: string): Promise<LossAnswer['places']> => {
  const { rows } = await sql<{ id: string; code: string; cause: InDoubt['cause']; state: 'open' }>`
    select l.uid as id, l.body->>'code' as code, p.cause, ${PLACE_STATE} as state
    from device_loss x join device_loss_place p on p.warehouse_id = x.warehouse_id and p.loss = x.id
    join location l on l.warehouse_id = p.warehouse_id and l.id = p.location_id
    where x.warehouse_id = ${warehouse} and x.id = ${loss}::uuid order by l.body->>'code'`.execute(db)
  return rows
}

/** Of the device `d`. */
export const LOSS_ON_CARD = sql`(
  select jsonb_build_object('at', ${iso(sql`x.at`)}, 'missing', (x.known->>'missing')::int,
    'places', (select count(*) from device_loss_place p where p.warehouse_id = x.warehouse_id and p.loss = x.id),
    'counted', (select count(*) from device_loss_place p where p.warehouse_id = x.warehouse_id and p.loss = x.id
                  and ${PLACE_STATE} <> 'open'))
  from device_loss x where x.warehouse_id = d.warehouse_id and x.device_id = d.id)`
