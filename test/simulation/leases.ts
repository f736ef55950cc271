import type { LeaseAnswer, LeaseRequest } from '../../pwa/sync/lease.ts'
import { givenBack, leasedTo } from '../../server/sync/lease.ts'
import { NO_NEED } from '../../server/sync/ports.ts'
import type { Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { kindsFor, nextWalks } from '../../shared/process/next-task.ts'
import { serverNow } from './server.ts'
import type { Stage } from './stage.ts'

const isOver = ({ state }: Task): boolean => state === 'done' || state === 'cancelled'

/** What POST /api/leases does, on the store in memory. */
export const answerLease = (stage: Stage, device: DeviceId, request: LeaseRequest): Promise<LeaseAnswer> => {
  const now = serverNow(stage)
  const worker = stage.site.roster.workers.find(one => one.id === request.worker)
  if (worker === undefined) throw new Error('nobody works here under this name')
  return stage.store.decide({ warehouse: stage.site.warehouse.id, now }, async (tx): Promise<LeaseAnswer> => {
    const known = [...stage.memory.state().rows.values()].flatMap(row => (row.k === 'task' ? [row.b as Task] : []))
    if (request.want === 'next') {
      const wanted = known.filter(task => !isOver(task) && (task.lease === null || task.lease.device === device))
      const documents = wanted.flatMap(task => task.document ?? [])
      const tables = await tx.load({ ...NO_NEED, documents, tasks: wanted.map(task => task.id) })
      const kinds = request.kind === null ? kindsFor(worker) : [request.kind]
      const tasks = wanted.flatMap(({ id }) => tables.tasks.get(id) ?? [])
      const { held, fresh } = nextWalks(makeWorld(tables), tasks, { device, worker, kinds, near: null })
      const leased = fresh.flatMap((walk, i) =>
        walk.map((task): Task => ({
          ...leasedTo(task, { device, worker: worker.id, since: now }),
          ...(walk.length > 1 && !task.batch
            ? { batch: { id: derivedId('batch', tx.feed.epoch, tx.feed.seq, i), totes: 'each' } }
            : {}),
        })),
      )
      if (leased.length > 0) await tx.write({ body: { kind: 'next', device }, effects: { ...NOTHING, tasks: leased } })
      return { kind: 'next', tasks: [...held, ...fresh].map(([{ id }]) => id) }
    }
    const task = known.find(one => one.id === request.task)
    if (task === undefined || isOver(task)) return { kind: request.want === 'giveBack' ? 'ok' : 'gone' }
    if (request.want === 'giveBack') {
      if (task.lease?.device === device)
        await tx.write({ body: { kind: 'giveBack' }, effects: { ...NOTHING, tasks: [givenBack(task)] } })
      return { kind: 'ok' }
    }
    const { lease } = task
    if (lease !== null && lease.device !== device && !request.takeOver)
      return { kind: 'taken', by: stage.site.roster.workers.find(one => one.id === lease.worker)?.name ?? '?' }
    const tasks = [leasedTo(task, { device, worker: worker.id, since: now })]
    await tx.write({ body: { kind: 'lease', device }, effects: { ...NOTHING, tasks } })
    return { kind: 'ok' }
  })
}
