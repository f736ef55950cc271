import { sql } from 'kysely'
import type { Line, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { nextWalks } from '../../shared/process/next-task.ts'
import type { Asker } from '../../shared/process/next-task.ts'
import type { WorkStore } from '../ports.ts'
import { givenBack, leasedTo } from '../sync/lease.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { DecisionTx } from '../sync/ports.ts'
import { makeFaceWork } from './face-work.ts'
import { notBlind } from './blind.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

const OVER = new Set<Task['state']>(['done', 'cancelled'])

/** Leases: decisions under the warehouse's counter row, so that two people never get the same task. */
export const makeWorkStore = (db: Executor, names: Names): WorkStore => {
  const find = async (
    tx: DecisionTx,
    id: Task['id'],
  ): Promise<{ task: Task | undefined; lines: readonly Line[]; tables: Awaited<ReturnType<DecisionTx['load']>> }> => {
    const first = await tx.load({ ...NO_NEED, tasks: [id] })
    const task = first.tasks.get(id)
    if (!task?.document) return { task, lines: [], tables: first }
    const tables = await tx.load({ ...NO_NEED, documents: [task.document], tasks: [id] })
    return { task, lines: [...tables.lines.values()], tables }
  }

  return {
    ...makeFaceWork(db, names),
    next: ({ warehouse, now, asker }) =>
      transact(db, trx =>
        decideIn(trx, names, { warehouse, now }, async tx => {
          if (!(await isActive(trx, asker.device))) return { tasks: [], taken: false }
          const ids = await candidates(trx, await names.warehouse(trx, warehouse), asker)
          const own = await tx.load({ ...NO_NEED, tasks: ids.map(row => row.id) })
          const documents = [...own.tasks.values()].flatMap(task => task.document ?? [])
          const places = asker.near === null ? [] : [asker.near]
          const tables = await tx.load({ ...NO_NEED, documents, tasks: ids.map(row => row.id), locations: places })
          const tasks = ids.flatMap(({ id }) => tables.tasks.get(id) ?? [])
          const { held, fresh } = nextWalks(makeWorld(tables), tasks, asker)
          const answer = { tasks: [...held, ...fresh].map(([{ id }]) => id), taken: fresh.length > 0 }
          if (fresh.length === 0) return answer
          const lease = { device: asker.device, worker: asker.worker.id, since: now }
          const leased = fresh.flatMap((walk, i) =>
            walk.map((task): Task => ({
              ...leasedTo(task, lease),
              ...(walk.length > 1 && !task.batch
                ? { batch: { id: batchId(warehouse, tx.feed, i), totes: 'each' } }
                : {}),
            })),
          )
          const wanted = new Set(leased.map(task => task.document))
          const lines = [...tables.lines.values()].filter(line => wanted.has(line.document))
          await tx.write({
            body: { kind: 'next', tasks: leased.map(task => task.id), ...lease },
            effects: {
              ...NOTHING,
              tasks: leased,
              lines,
              documents: [...tables.documents.values()].filter(document => wanted.has(document.id)),
            },
          })
          await touchStock(trx, names, warehouse, lines, tx.feed.seq)
          return answer
        }),
      ),
    lease: want =>
      transact(db, trx =>
        decideIn(trx, names, want, async tx => {
          const { task, lines, tables } = await find(tx, want.task)
          if (!(await isActive(trx, want.device))) return { kind: 'gone' as const }
          if (task === undefined || OVER.has(task.state)) return { kind: 'gone' as const }
          // Who has it goes on; nobody else begins what the desk has stopped.
          const isHeld = task.document !== null && Boolean(tables.documents.get(task.document)?.hold)
          if (isHeld && task.lease?.device !== want.device) return { kind: 'gone' as const }
          if (task.lease?.device !== want.device && (await tellsBlind(trx, names, want)))
            return { kind: 'gone' as const }
          const held = task.lease
          if (held !== null && held.device !== want.device && !want.takeOver)
            return { kind: 'taken' as const, worker: held.worker, device: held.device, since: held.since ?? null }
          const since = held?.device === want.device ? (held.since ?? want.now) : want.now
          const lease = { device: want.device, worker: want.worker, since }
          // Orders of the walk that nobody has come along; what others have of it stays theirs.
          const mates = await freeMates(trx, names, want.warehouse, task)
          const more = mates.length === 0 ? tables : await tx.load({ ...NO_NEED, ...mateNeed(mates) })
          const walk = [task, ...mates.flatMap(({ id }) => more.tasks.get(id) ?? [])]
          const wanted = new Set(walk.map(one => one.document))
          const all = [...lines, ...more.lines.values()].filter(line => wanted.has(line.document))
          await tx.write({
            body: { kind: 'lease', task: want.task, device: want.device, worker: want.worker, takeOver: want.takeOver },
            effects: {
              ...NOTHING,
              tasks: walk.map(one => leasedTo(one, lease)),
              lines: [...new Map(all.map(line => [line.id, line])).values()],
              documents: [...new Map([...tables.documents, ...more.documents]).values()].filter(one =>
                wanted.has(one.id),
              ),
            },
          })
          await touchStock(trx, names, want.warehouse, all, tx.feed.seq)
          return { kind: 'ok' as const }
        }),
      ),
    giveBack: want =>
      transact(db, trx =>
        decideIn(trx, names, want, async tx => {
          const { task } = await find(tx, want.task)
          if (task?.lease?.device !== want.device || OVER.has(task.state)) return
          await tx.write({
            body: { kind: 'giveBack', task: want.task, device: want.device },
            effects: { ...NOTHING, tasks: [givenBack(task)] },
          })
        }),
      ),
  }
}

/** It may have been given up since it was let in: what it takes now nobody would free. */
const isActive = async (trx: Executor, device: DeviceId): Promise<boolean> => {
  const { rows } = await sql`select 1 from device where uid = ${device} and state = 'active'`.execute(trx)
  return rows.length > 0
}

/** It tells how many are to be fetched from where the person or the handheld counts blind: for them it is not there. */
export const tellsBlind = async (
  trx: Executor,
  names: Names,
  want: { warehouse: WarehouseId; task: Task['id']; device: DeviceId; worker: WorkerId },
): Promise<boolean> => {
  const id = await names.warehouse(trx, want.warehouse)
  const { rows } = await sql`
    select 1 from work t where t.warehouse_id = ${id} and t.kind = 'task' and t.id = ${want.task}::uuid
      and not ${notBlind(id, want, FROM)}`.execute(trx)
  return rows.length > 0
}

type Mate = { id: Task['id']; document: Task['document'] }
const mateNeed = (mates: readonly Mate[]) => ({
  tasks: mates.map(({ id }) => id),
  documents: mates.flatMap(({ document }) => document ?? []),
})

/** Other orders of the same walk that nobody has. */
const freeMates = async (trx: Executor, names: Names, warehouse: WarehouseId, task: Task): Promise<readonly Mate[]> => {
  if (!task.batch) return []
  const id = await names.warehouse(trx, warehouse)
  const { rows } = await sql<Mate>`
    select id, document from work where warehouse_id = ${id} and kind = 'task' and state in ('ready', 'parked')
      and body->'batch'->>'id' = ${task.batch.id} and jsonb_typeof(body->'lease') = 'null' and id <> ${task.id}::uuid
    order by id`.execute(trx)
  return rows
}

/** Where a task says how many to fetch. */
const FROM = {
  location: sql`case when jsonb_typeof(t.body->'goods'->'qty') = 'number' then t.body->'goods'->'from'->>'location' end`,
  item: sql`t.body->'goods'->>'item'`,
}

/** What the desk wants first or later. */
const TURN = sql`case coalesce(d.body->>'turn', t.body->>'turn') when 'first' then -1 when 'later' then 1 else 0 end`

/** Walks that are looked at, the most urgent ones: the counter row is held meanwhile. */
const LOOKED_AT = 80

/** The device's own work, and what is due of that which nobody has and that tells nothing of what is counted blind. */
const candidates = async (
  trx: Executor,
  warehouse: number,
  { device, kinds, worker }: Asker,
): Promise<readonly { id: Task['id'] }[]> => {
  const clients = worker.clients === null ? null : [...worker.clients]
  const { rows } = await sql<{ id: Task['id'] }>`
    select t.id from work t left join work d on d.warehouse_id = t.warehouse_id and d.id = t.document
    where t.warehouse_id = ${warehouse} and t.kind = 'task' and t.body->>'kind' = any(${[...kinds]}::text[])
      and ((t.state in ('leased', 'started') and t.body->'lease'->>'device' = ${device})
        or (t.state in ('ready', 'parked') and jsonb_typeof(t.body->'lease') = 'null' and (d.id is null or (d.state in ('open', 'started') and coalesce(jsonb_typeof(d.body->'hold'), 'null') = 'null'))
          and (${clients === null}::boolean or t.body->>'client' = any(${clients ?? []}::text[]))
          and ${notBlind(warehouse, { device, worker: worker.id }, FROM)}))
    order by t.state in ('leased', 'started') desc, ${TURN}, coalesce(d.body->>'due', t.body->>'due') nulls last,
      coalesce((d.body->>'priority')::int, (t.body->>'priority')::int, 0) desc, t.id
    limit ${LOOKED_AT}`.execute(trx)
  return rows
}

/** Two walks of one commit have two names. */
const batchId = (warehouse: string, feed: { epoch: string; seq: number }, n: number): string =>
  derivedId('batch', warehouse, feed.epoch, feed.seq, n)

/** A leased task's stock rows go out afresh, so that the ordinary pull brings what the device did not have. */
export const touchStock = async (
  trx: Executor,
  names: Names,
  warehouse: string,
  lines: readonly Line[],
  commit: number,
): Promise<void> => {
  const places = [...new Set(lines.flatMap(line => line.claims.map(claim => claim.location)))]
  const items = [...new Set(lines.map(line => line.item))]
  if (places.length === 0) return
  const id = await names.warehouse(trx, warehouse)
  await sql`
    insert into change (warehouse_id, seq, n, kind, id, client_id, body)
    select ${id}::int, ${commit}::bigint,
           (select coalesce(max(n), 0) from change where warehouse_id = ${id} and seq = ${commit}) + row_number() over (),
           'balance', concat_ws(e'\\x1f', l.uid, b.lpn, b.status, c.uid, i.uid, b.lot, b.serial), b.client_id,
           jsonb_build_object('l', l.uid, 'p', b.lpn, 'c', c.uid, 'i', i.uid, 'lot', b.lot, 'sn', b.serial, 'st', b.status,
                              'oh', b.on_hand, 'rs', b.reserved, 'hd', b.held)
    from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      join client c on c.id = b.client_id join item i on i.id = b.item_id
    where b.warehouse_id = ${id} and l.uid = any(${places}::uuid[]) and i.uid = any(${items}::uuid[])`.execute(trx)
}
