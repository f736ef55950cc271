import { sql } from 'kysely'
import type { ClientId } from '../../shared/ids.ts'
import type { Kind, Row } from '../../shared/sync/wire.ts'
import { maskRows } from '../../shared/sync/blind.ts'
import { inQuestion, NOBODY_BLIND, withholdExpected } from '../../shared/sync/expected.ts'
import type { BlindClients } from '../../shared/sync/expected.ts'
import { documentsIn, leaveOutFar } from '../../shared/sync/far.ts'
import { SEES_ALL } from '../sync/blind.ts'
import type { Blind } from '../../shared/sync/blind.ts'
import type { Page, SyncStore } from '../sync/ports.ts'
import { backedUpPart } from './backups.ts'
import { blindPart, readBlind } from './blind.ts'
import { isFar, isPast } from './horizon.ts'
import { UNREAD } from './prepared-pg.ts'
import { EMPTY } from './catalogue.ts'
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

/** The same without its answer, which comes with the first question that follows: see `feedPart`. */
export const lockFeed = async (db: Executor, warehouse: number): Promise<void> => {
  await sql`${sql.raw(UNREAD)} update feed set seq = seq + 1 where warehouse_id = ${warehouse}`.execute(db)
}
export const feedPart = (warehouse: number) => sql<{ feed: Commit | null }>`,
      'feed', (select json_build_object('epoch', epoch, 'seq', seq, 'grain', grain) from feed where warehouse_id = ${warehouse})`

export const readFeed = async (db: Executor, warehouse: number): Promise<Commit & { floor: number }> => {
  const { rows } = await sql<Commit & { floor: number }>`
    select epoch, seq, floor, grain from feed where warehouse_id = ${warehouse}`.execute(db)
  const feed = rows[0]
  if (!feed) throw new Error(`warehouse ${warehouse} has no feed`)
  return feed
}

/** One picture for everything that is read together. */
export const reading = <T>(db: Executor, run: (trx: Executor) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(run)

type ChangeRow = { seq: number; kind: Kind; id: string; body: unknown }
export type PageAt = Parameters<SyncStore['page']>[0]

/**
 * Changes after `after`, cut between commits (a single commit above the limit is sent whole). `through` belongs to the
 * returned position, `acked` to now; all come from one statement, so from one picture.
 */
export const readPage = async (db: Executor, names: Names, at: PageAt): Promise<Page> => {
  const warehouse = await names.warehouse(db, at.warehouse)
  const device = idOf(await names.device(db, [at.device]), 'device', at.device)
  const { rows } = await pageQuestion(warehouse, device, at).execute(db)
  const found = rows[0]
  if (!found) throw new Error(`warehouse ${warehouse} has no feed`)
  const whole = await wholeCommit(db, warehouse, at, found)
  return {
    feedEpoch: found.epoch,
    head: found.seq,
    floor: found.floor,
    rows: await asHandheldsMay(
      db,
      warehouse,
      { today: at.today, expected: found.expected },
      maskRows(
        whole.flatMap(row => (row.seq <= found.upTo ? [{ c: row.seq, k: row.kind, id: row.id, b: row.body }] : [])),
        found.blind ?? SEES_ALL,
      ),
    ),
    upTo: found.upTo,
    more: found.upTo < found.seq,
    through: found.through ?? 0,
    acked: found.lastSeq ?? 0,
    durable: found.durable,
    catalogue: found.catalogue ?? EMPTY.version,
  }
}

type PageFound = {
  epoch: string
  seq: number
  floor: number
  changes: readonly ChangeRow[] | null
  upTo: number
  lastSeq: number | null
  durable: number | null
  through: number | null
  catalogue: string | null
  blind: Blind | null
  expected: BlindClients | null
}

/** Clients whose deliveries are received blind, as the policies are now. */
const expectedPart = (warehouse: number) => sql<BlindClients | null>`
  (select jsonb_build_object(
     'others', coalesce(p.body->'warehouse'->'receive'->'blindExpected', 'false'),
     'own', coalesce((select jsonb_object_agg(c.key, coalesce(c.value->'receive'->'blindExpected', 'false'))
                      from jsonb_each(p.body->'clients') c), '{}'))
   from policy p where p.warehouse_id = ${warehouse})`

const readExpected = async (db: Executor, warehouse: number): Promise<BlindClients | null> =>
  (await sql<{ expected: BlindClients | null }>`select ${expectedPart(warehouse)} as expected`.execute(db)).rows[0]
    ?.expected ?? null

/** Nearly always nothing is asked; what is a delivery never becomes anything else. */
const withoutExpected = async (
  db: Executor,
  warehouse: number,
  expected: BlindClients | null,
  rows: readonly Row[],
): Promise<readonly Row[]> => {
  const asked = inQuestion(rows, expected ?? NOBODY_BLIND)
  if (asked.length === 0) return rows
  const found = await sql<{ id: string }>`
    select id::text from work where warehouse_id = ${warehouse} and kind = 'document' and id = any(${[...asked]}::uuid[])
      and body->>'kind' = 'receipt'`.execute(db)
  return withholdExpected(rows, new Set(found.rows.map(({ id }) => id)))
}

/** `cut` drops the last, unfinished commit. Not cut: the position is the head, whoever's rows were filtered. */
const pageQuestion = (warehouse: number, device: number, at: PageAt) => sql<PageFound>`
  with f as materialized (select epoch, seq, floor from feed where warehouse_id = ${warehouse}),
  c as materialized (
    select seq, n, kind, id, body from change
    where warehouse_id = ${warehouse} and seq > ${at.after} and ${mineUid(at.clients)}
    order by seq, n limit ${at.limit + 1}
  ), cut as materialized (
    select case when (select count(*) from c) <= ${at.limit} then f.seq
                when (select min(seq) = max(seq) from c) then (select max(seq) from c)
                else (select max(seq) from c where seq < (select max(seq) from c)) end as up_to from f
  )
  select f.epoch, f.seq, f.floor, cut.up_to as "upTo", (select json_agg(c order by seq, n) from c) as changes,
         d.last_seq as "lastSeq", coalesce(d.durable_seq, ${backedUpPart}) as durable,
         (select k.seq from command k where k.warehouse_id = ${warehouse} and k.device_id = ${device} and k.epoch = ${at.epoch}
            and k.feed_seq <= cut.up_to order by k.seq desc limit 1) as through,
         (select version from manifest where warehouse_id = ${warehouse}) as catalogue,
         ${blindPart(warehouse, at, at.spots)} as blind, ${expectedPart(warehouse)} as expected
  from f cross join cut
  left join device_cursor d on d.warehouse_id = ${warehouse} and d.device_id = ${device} and d.epoch = ${at.epoch}`

const mineUid = (clients: readonly ClientId[] | null) =>
  clients === null
    ? sql`true`
    : sql`(client_id is null or client_id = any(array(select id from client where uid = any(${[...clients]}::uuid[]))))`

/** The changes of the page; of one commit that alone is above the limit, all: a commit is never split. */
const wholeCommit = async (
  db: Executor,
  warehouse: number,
  at: PageAt,
  { changes, upTo }: PageFound,
): Promise<readonly ChangeRow[]> => {
  const read = changes ?? []
  if (read.length <= at.limit || read[0]?.seq !== read.at(-1)?.seq) return read
  const { rows } = await sql<ChangeRow>`
    select seq, kind, id, body from change where warehouse_id = ${warehouse} and seq = ${upTo} and ${mineUid(at.clients)}
    order by n`.execute(db)
  return rows
}

type HandheldSees = { today: string | undefined; expected: BlindClients | null }

/** Deliveries that are far ahead and orders that are long past are left out for every handheld, whoever is logged in. */
const asHandheldsMay = async (
  db: Executor,
  warehouse: number,
  { today, expected }: HandheldSees,
  rows: readonly Row[],
): Promise<readonly Row[]> => {
  const seen = await withoutExpected(db, warehouse, expected, rows)
  const documents = today === undefined ? [] : documentsIn(seen)
  if (today === undefined || documents.length === 0) return seen
  const far = await sql<{ id: string }>`
    select d.id::text from work d join policy p on p.warehouse_id = d.warehouse_id
    where d.warehouse_id = ${warehouse} and d.id = any(${[...documents]}::uuid[])
      and ((${isFar(today)}) or (${isPast(today)}))`.execute(db)
  return leaveOutFar(seen, new Set(far.rows.map(({ id }) => id)))
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
  at: Parameters<SyncStore['snapshot']>[0],
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
    const blind = await readBlind(trx, warehouse, at, at.spots)
    const expected = await readExpected(trx, warehouse)
    for (const part of SNAPSHOT) {
      const seen = maskRows(await part.rows(trx, warehouse, clients), blind)
      const all = await asHandheldsMay(trx, warehouse, { today: at.today, expected }, seen)
      for (let i = 0; i < all.length; i += PIECE) await rows(all.slice(i, i + PIECE))
    }
    const own = await sql<{ epoch: string; last_seq: number }>`
      select epoch, last_seq from device_cursor where warehouse_id = ${warehouse} and device_id = ${device}`.execute(
      trx,
    )
    const acked = Object.fromEntries(own.rows.map(row => [row.epoch, row.last_seq]))
    return { feedEpoch: feed.epoch, commit: feed.seq, floor: feed.floor, through: acked, acked }
  })
