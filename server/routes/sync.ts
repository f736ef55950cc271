import type { Context } from 'hono'
import * as v from 'valibot'
import type { DeviceId } from '../../shared/ids.ts'
import { HEADERS } from '../../shared/sync/enrol.ts'
import { MAX_BODY_BYTES, MAX_COMMANDS, MAX_PUSH_BYTES } from '../../shared/sync/limits.ts'
import { MIN_PROTO, PROTO } from '../../shared/sync/version.ts'
import { syncRequestSchema, syncResponseSchema } from '../../shared/sync/wire.ts'
import type { SyncRequest } from '../../shared/sync/wire.ts'
import { msOf } from '../../shared/time.ts'
import { makeBucket } from '../auth/bucket.ts'
import { NotActive } from '../sync/apply.ts'
import { prepare, readBody } from '../sync/prepare.ts'
import { LineFull } from '../sync/push-line.ts'
import { sendJson } from './answer.ts'
import { deviceEndpoint, json } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { note } from './noted.ts'
import { refused } from './refused.ts'
import { scopedVersion, scopeOf } from './scope.ts'

/** The line moves on within seconds, or the database is in trouble. */
const BUSY_S = 2

/** POST /api/sync: one round of push, results and pull. */
export const syncEndpoint = (): Endpoint => {
  const inFlight = new Set<DeviceId>()
  const reviews = makeBucket({ burst: 20, perMinute: 2 })
  return deviceEndpoint(
    {
      method: 'POST',
      path: '/api/sync',
      summary:
        'One round: pushes commands, answers their results, pulls changes since the cursor. Resending is always safe.',
      body: json(MAX_BODY_BYTES, syncRequestSchema, checkEnvelope),
      answers: { 200: { description: 'Results and changes', schema: syncResponseSchema } },
      refusals: ['unknown_proto', 'foreign_device', 'busy', 'rate_limited'],
      review: true,
    },
    async ({ c, deps, text, body, device, verify }) => {
      const now = deps.now()
      if (body.device !== device.id || body.warehouse !== device.warehouse) throw refused('foreign_device')
      const review = async (): Promise<never> => {
        const wait = reviews.take(device.id, msOf(now))
        if (wait !== null) throw refused('rate_limited', undefined, wait)
        const { epoch, commands, hole } = body.push
        if (commands.length > 0) {
          const { warehouse } = device
          const at = { warehouse, device: device.id, now }
          await deps.stores.quarantine.keep({ ...at, source: 'revoked', body: text })
          const prepared = await prepare(commands, { ...at, epoch }, verify)
          await deps.stores.late.keep({ ...at, epoch }, prepared, hole ?? null)
        }
        throw refused('revoked')
      }
      if (device.state !== 'active') return review()
      if (inFlight.has(device.id)) throw refused('busy', undefined, 1)
      inFlight.add(device.id)
      try {
        const clients = await scopeOf(deps.stores.site, device, body.session)
        const worker = body.session?.worker ?? null
        const { id, warehouse } = device
        const workers = [worker, device.worker].flatMap(one => one ?? [])
        // Before it is noted who is there: whoever comes again after a fault does this again.
        if (worker !== device.worker) await deps.stores.sync.showCounted({ warehouse, device: id, workers, now })
        // Beside the push, whose answer does not depend on it; awaited all the same, so that a fault is not lost.
        const { head, app } = body
        const seen = deps.stores.devices.seen(id, { now, head, app, worker, clients, ...clockOf(body.push) })
        seen.catch(() => {})
        const answer = await deps.sync(body, { device: id, worker, warehouse, clients, verify })
        await seen
        notePush(c, body.push, answer.push.acked)
        if (device.call !== null) c.header(HEADERS.call, String(device.call))
        deps.ops.metrics.round(body.push.commands.length)
        return await sendJson(c, { ...answer, catalogue: scopedVersion(answer.catalogue, clients) })
      } catch (error) {
        // It was given up while this was on its way.
        if (error instanceof NotActive) return await review()
        if (error instanceof LineFull) throw refused('busy', error.message, BUSY_S)
        throw error
      } finally {
        inFlight.delete(device.id)
      }
    },
  )
}

/** Of the last step, as its handheld has measured it. */
const clockOf = ({ commands }: SyncRequest['push']): { clockOff?: number } => {
  const last = commands.at(-1)
  const off = last === undefined ? null : (readBody(last).command?.off ?? null)
  return off === null ? {} : { clockOff: off }
}

const notePush = (c: Context, { epoch, commands }: SyncRequest['push'], acked: number): void => {
  const [first, last] = [commands[0]?.seq, commands.at(-1)?.seq]
  note(c, { epoch, acked, ...(first === undefined || last === undefined ? {} : { seqs: [first, last] }) })
}

const protoSchema = v.object({ proto: v.number() })
const pushSchema = v.object({ push: v.object({ commands: v.array(v.object({ body: v.string() })) }) })

/** What an old or an over-full request is told has a code of its own; the schema would only say that it does not fit. */
const checkEnvelope = (value: unknown): void => {
  const spoken = v.safeParse(protoSchema, value)
  if (spoken.success && (spoken.output.proto < MIN_PROTO || spoken.output.proto > PROTO)) throw refused('unknown_proto')
  const pushed = v.safeParse(pushSchema, value)
  if (!pushed.success) return
  const { commands } = pushed.output.push
  const bytes = commands.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0)
  if (commands.length > MAX_COMMANDS || (commands.length > 1 && bytes > MAX_PUSH_BYTES)) throw refused('too_large')
}
