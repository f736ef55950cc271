import { sql } from 'kysely'
import type { ClientId, DeviceId, WarehouseId } from '../../shared/ids.ts'
import type { Kind, Row } from '../../shared/sync/wire.ts'
import type { Page } from '../sync/ports.ts'
import type { Executor, Names } from './names.ts'
import { idOf } from './names.ts'

/** `grain` numbers the mapping of places to locations of ERPs; 0 = there is none. */
export type Commit = { epoch: string; seq: number; grain: number }

/** Raises the counter row: the first lock and first statement of every writing transaction of a warehouse. */
export const raiseCommit = async (db: Executor, warehouse: number): Promise<Commit> => {
  const { rows } = await sql<Commit>`
    update feed set seq = seq + 1 where warehouse_id = ${warehouse} returning epoch, seq, grain`.execute(db)
  const feed = rows[0]
  if (!feed) throw new Error(`warehouse ${warehouse} has no feed`)
  return feed
}

export const readFeed = async (
  db: Executor,
  warehouse: number,
): Promise<{ epoch: string; seq: number; floor: number }> => {
  const { rows } = await sql<{ epoch: string; seq: number; floor: number }>`
    select epoch, seq, floor from feed where warehouse_id = ${warehouse}`.execute(db)
  const feed = rows[0]
  if (!feed) throw new Error(`warehouse ${warehouse} has no feed`)
  return feed
}

/** One picture for everything that is read together. */
export const reading = <T>(db: Executor, run: (trx: Executor) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(run)

type ChangeRow = { seq: number; kind: Kind; id: string; body: unknown }
export type PageAt = {
  warehouse: WarehouseId
  device: DeviceId
  epoch: string
  after: number
  limit: number
  clients: readonly ClientId[] | null
}

/**
 * Changes after `after`, cut between commits (a single commit above the limit is sent whole). `through` belongs to the
 * returned position, `acked` to now; both come from the same snapshot as the rows.
 */
export const readPage = (db: Executor, names: Names, at: PageAt): Promise<Page> =>
  reading(db, async trx => {
    const warehouse = await names.warehouse(trx, at.warehouse)
    const device = idOf(await names.device(trx, [at.device]), 'device', at.device)
    const feed = await readFeed(trx, warehouse)
    const clients =
      at.clients === null
        ? null
        : [...(await names.client(trx, at.clients))]
            .filter(([uid]) => at.clients?.some(id => id === uid))
            .map(([, id]) => id)
    const changes = at.after >= feed.seq ? [] : await changesAfter(trx, warehouse, at.after, at.limit, clients)
    const { rows, upTo } = cut(changes, at.limit, feed.seq)
    const own = await sql<{ last_seq: number; durable_seq: number | null; through: number | null }>`
      select d.last_seq, d.durable_seq,
             (select c.seq from command c where c.warehouse_id = ${warehouse} and c.device_id = ${device} and c.epoch = ${at.epoch}
                and c.feed_seq <= ${upTo} order by c.seq desc limit 1) as through
      from device_cursor d where d.warehouse_id = ${warehouse} and d.device_id = ${device} and d.epoch = ${at.epoch}`.execute(
      trx,
    )
    return {
      feedEpoch: feed.epoch,
      head: feed.seq,
      floor: feed.floor,
      rows: rows.map(row => ({ c: row.seq, k: row.kind, id: row.id, b: row.body })),
      upTo,
      more: upTo < feed.seq,
      through: own.rows[0]?.through ?? 0,
      acked: own.rows[0]?.last_seq ?? 0,
      durable: own.rows[0]?.durable_seq ?? null,
    }
  })

const changesAfter = async (
  db: Executor,
  warehouse: number,
  after: number,
  limit: number,
  clients: readonly number[] | null,
): Promise<ChangeRow[]> => {
  const { rows } = await sql<ChangeRow>`
    select seq, kind, id, body from change
    where warehouse_id = ${warehouse} and seq > ${after}
      and (${clients === null}::boolean or client_id is null or client_id = any(${clients ?? []}::int[]))
    order by seq, n limit ${limit + 1}`.execute(db)
  if (rows.length <= limit || rows[0]?.seq !== rows.at(-1)?.seq) return rows
  // One commit alone is above the limit: it is sent whole, because a commit is never split.
  const whole = await sql<ChangeRow>`
    select seq, kind, id, body from change where warehouse_id = ${warehouse} and seq = ${rows[0]?.seq}
      and (${clients === null}::boolean or client_id is null or client_id = any(${clients ?? []}::int[])) order by n`.execute(
    db,
  )
  return whole.rows
}

/** Drops the last, unfinished commit where the page was cut. Not cut: the position is the head, whoever's rows were filtered. */
const cut = (
  changes: readonly ChangeRow[],
  limit: number,
  head: number,
): { rows: readonly ChangeRow[]; upTo: number } => {
  const first = changes[0]?.seq
  const last = changes.at(-1)?.seq
  if (changes.length <= limit || first === undefined || last === undefined) return { rows: changes, upTo: head }
  if (first === last) return { rows: changes, upTo: last }
  const rows = changes.filter(row => row.seq < last)
  return { rows, upTo: rows.at(-1)?.seq ?? last - 1 }
}

/** The kinds of a snapshot, each with the statement that pages it by a key of its own. */
const SNAPSHOT: readonly {
  kind: string
  rows: (db: Executor, warehouse: number, clients: readonly number[] | null) => Promise<Row[]>
}[] = [
  {
    kind: 'client',
    rows: (db, w, c) =>
      rowsOf(
        db,
        sql<SnapRow>`
      select 'client' as kind, c.uid::text as id, jsonb_build_object('id', c.uid, 'name', c.name) as body, wc.feed_seq as seq
      from warehouse_client wc join client c on c.id = wc.client_id where wc.warehouse_id = ${w} and ${mine(c, 'wc')}`,
      ),
  },
  {
    kind: 'policy',
    rows: (db, w) =>
      rowsOf(
        db,
        sql<SnapRow>`select 'policy' as kind, 'policy' as id, body, feed_seq as seq from policy where warehouse_id = ${w}`,
      ),
  },
  {
    kind: 'roster',
    rows: (db, w) =>
      rowsOf(
        db,
        sql<SnapRow>`
      select 'roster' as kind, 'roster' as id, jsonb_build_object('text', body, 'sig', sig) as body, feed_seq as seq
      from roster where warehouse_id = ${w} order by version desc limit 1`,
      ),
  },
  {
    kind: 'location',
    rows: (db, w) =>
      rowsOf(
        db,
        sql<SnapRow>`select 'location' as kind, uid::text as id, body, feed_seq as seq from location where warehouse_id = ${w}`,
      ),
  },
  {
    kind: 'work',
    rows: (db, w, c) =>
      rowsOf(
        db,
        sql<SnapRow>`select kind, id::text as id, body, feed_seq as seq from work t where warehouse_id = ${w} and ${mine(c, 't')}`,
      ),
  },
  {
    kind: 'lot',
    rows: (db, w, c) =>
      rowsOf(
        db,
        sql<SnapRow>`
      select 'lot' as kind, concat_ws(e'\\x1f', body->>'client', body->>'item', body->>'lot') as id, body, feed_seq as seq
      from lot t where warehouse_id = ${w} and ${mine(c, 't')}`,
      ),
  },
  {
    kind: 'balance',
    rows: (db, w, c) =>
      rowsOf(
        db,
        sql<SnapRow>`
      select 'balance' as kind, concat_ws(e'\\x1f', l.uid, b.lpn, b.status, c.uid, i.uid, b.lot, b.serial) as id,
             jsonb_build_object('l', l.uid, 'p', lpn, 'c', c.uid, 'i', i.uid, 'lot', lot, 'sn', serial, 'st', status,
                                'oh', on_hand, 'rs', reserved, 'hd', held) as body, b.feed_seq as seq
      from balance b join client c on c.id = b.client_id join item i on i.id = b.item_id
           join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      where b.warehouse_id = ${w} and ${mine(c, 'b')} and (on_hand <> 0 or reserved <> 0 or held <> 0)`,
      ),
  },
]

type SnapRow = { kind: Kind; id: string; body: unknown; seq: number }
const rowsOf = async (db: Executor, query: { execute(db: Executor): Promise<{ rows: SnapRow[] }> }): Promise<Row[]> =>
  (await query.execute(db)).rows.map(row => ({ c: row.seq, k: row.kind, id: row.id, b: row.body }))
const mine = (clients: readonly number[] | null, table: string) =>
  clients === null ? sql`true` : sql`${sql.ref(`${table}.client_id`)} = any(${[...clients]}::int[])`

const PIECE = 2000

export type SnapshotEnd = {
  feedEpoch: string
  commit: number
  floor: number
  through: Record<string, number>
  acked: Record<string, number>
}

/** Every kind at one commit, from one repeatable-read picture, handed on in pieces. */
export const readSnapshot = (
  db: Executor,
  names: Names,
  at: { warehouse: WarehouseId; device: DeviceId; clients: readonly ClientId[] | null },
  rows: (rows: readonly Row[]) => Promise<void>,
): Promise<SnapshotEnd> =>
  reading(db, async trx => {
    const warehouse = await names.warehouse(trx, at.warehouse)
    const device = idOf(await names.device(trx, [at.device]), 'device', at.device)
    const clients =
      at.clients === null
        ? null
        : [...(await names.client(trx, at.clients))]
            .filter(([uid]) => at.clients?.some(id => id === uid))
            .map(([, id]) => id)
    const feed = await readFeed(trx, warehouse)
    for (const part of SNAPSHOT) {
      const all = await part.rows(trx, warehouse, clients)
      for (let i = 0; i < all.length; i += PIECE) await rows(all.slice(i, i + PIECE))
    }
    const own = await sql<{ epoch: string; last_seq: number }>`
      select epoch, last_seq from device_cursor where warehouse_id = ${warehouse} and device_id = ${device}`.execute(
      trx,
    )
    const acked = Object.fromEntries(own.rows.map(row => [row.epoch, row.last_seq]))
    return { feedEpoch: feed.epoch, commit: feed.seq, floor: feed.floor, through: acked, acked }
  })
