import * as v from 'valibot'
import type { DeviceId, TaskId, WorkerId } from '../../shared/ids.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { leaseRequestSchema } from '../../shared/sync/enrol.ts'
import { kindsFor } from '../../shared/process/next-task.ts'
import type { Device } from '../ports.ts'
import { sendJson } from './answer.ts'
import type { AppDeps } from './deps.ts'
import { deviceEndpoint, json } from './endpoint.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

/** Whoever has the task is an answer that the screen shows, not a failure of the request. */
export const leaseAnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('ok') }),
  v.object({ kind: v.literal('taken'), by: v.string(), since: v.optional(v.string()) }),
  v.object({ kind: v.literal('gone') }),
  /** First task of each walk that the device has now, in their order; none = there is nothing to do. */
  v.object({ kind: v.literal('next'), tasks: v.array(uuid<TaskId>()) }),
])
export type LeaseAnswer = v.InferOutput<typeof leaseAnswerSchema>

/** POST /api/leases: takes what is due or a task by name for this device, or gives it back. */
export const leasesEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/leases',
    summary:
      'Takes the work that is due, or a task by name, takes it over, or gives it back. Under one lock: two people never get the same.',
    body: json(4096, leaseRequestSchema),
    answers: { 200: { description: 'Whether the device has the task now', schema: leaseAnswerSchema } },
    refusals: ['role'],
  },
  async ({ c, deps, body, device }) => {
    const worker = await workerOf(deps.stores.site, device, body.worker)
    if (worker === null) throw refused('role')
    if (body.want === 'next') {
      const { near } = body
      const kinds = kindsFor(worker).filter(kind => body.kind === null || kind === body.kind)
      const asker = { device: device.id, worker, kinds, near }
      const { tasks, taken } = await deps.stores.work.next({ warehouse: device.warehouse, now: deps.now(), asker })
      if (taken) deps.doorbell.ring(device.warehouse)
      return sendJson(c, { kind: 'next', tasks: [...tasks] } satisfies LeaseAnswer)
    }
    const want = { warehouse: device.warehouse, task: body.task, device: device.id, now: deps.now() }
    if (body.want === 'giveBack') {
      await deps.stores.work.giveBack(want)
      deps.doorbell.ring(device.warehouse)
      return sendJson(c, { kind: 'ok' } satisfies LeaseAnswer)
    }
    const lease = await deps.stores.work.lease({ ...want, worker: worker.id, takeOver: body.takeOver })
    if (lease.kind === 'ok') deps.doorbell.ring(device.warehouse)
    const answer: LeaseAnswer =
      lease.kind === 'taken'
        ? {
            kind: 'taken',
            by: await nameOf(deps, device, lease.worker, lease.device),
            ...(lease.since ? { since: lease.since } : {}),
          }
        : lease
    return sendJson(c, answer)
  },
)

/** What people call the holder: the worker, or the number of the handheld where nobody is known. */
const nameOf = async (deps: AppDeps, asker: Device, worker: WorkerId | null, holder: DeviceId): Promise<string> => {
  const roster = await deps.stores.site.roster(asker.warehouse)
  const name = roster?.roster.workers.find(known => known.id === worker)?.name
  return name ?? `#${(await deps.stores.devices.get(holder))?.number ?? '?'}`
}
