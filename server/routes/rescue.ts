import * as v from 'valibot'
import { MAX_RESCUE_PARTS } from '../../shared/sync/rescue-parts.ts'
import { sealedSchema, syncRequestSchema } from '../../shared/sync/wire.ts'
import { msOf } from '../../shared/time.ts'
import { makeBucket } from '../auth/bucket.ts'
import { verifierOf } from '../auth/key.ts'
import { sha256Hex } from '../auth/seal.ts'
import { prepare } from '../sync/prepare.ts'
import { openRescue } from '../sync/rescue.ts'
import type { RescueDeps } from '../sync/rescue.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import { addressOf } from './caller.ts'
import type { AppDeps } from './deps.ts'
import { deviceEndpoint, openEndpoint, raw } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { refused } from './refused.ts'

/** What is taken at once; the rescue page sends parts of a megabyte. A queue of 5,000 commands takes about 2.5 MB. */
export const MAX_RESCUE_BYTES = 8 * 1024 * 1024
/** One command, with everything that may be wrong with it. */
export const MAX_POISON_BYTES = 64 * 1024

const keptSchema = v.object({ kept: v.literal(true) })
const kept = { kept: true } satisfies v.InferOutput<typeof keptSchema>

/** What has become of a queue that is whole here; null = parts of it are still to come, or it is none. */
const openedSchema = v.object({
  kept: v.literal(true),
  opened: v.nullable(
    v.object({ steps: v.number(), known: v.number(), booked: v.number(), inbox: v.number(), waits: v.number() }),
  ),
})
type Opened = v.InferOutput<typeof openedSchema>

const number = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}$/),
  v.transform(Number),
  v.minValue(1),
  v.maxValue(MAX_RESCUE_PARTS),
)
const queryShape = {
  /** SHA-256 of the whole text, hex. */
  series: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  part: number,
  parts: number,
}
const rescueQuery = v.union([
  v.pipe(
    v.object(queryShape),
    v.check(({ part, parts }) => part <= parts),
  ),
  v.strictObject({}),
])

/** What opening a rescue needs. */
export const rescueDeps = ({ stores, log, doorbell, now, ops }: AppDeps): RescueDeps => ({
  store: stores.sync,
  book: stores.rescues,
  device: id => stores.devices.get(id),
  verifierOf,
  keep: (at, prepared, hole) => stores.late.keep(at, prepared, hole),
  now,
  ring: warehouse => doorbell.ring(warehouse),
  onForked: async device => {
    log.error({ device }, 'two commands carry one number: the handheld is frozen')
    await stores.devices.revoke(device, 'frozen', null)
  },
  onBroken: (key, err) => log.error({ ...key, err }, 'a rule failed on a command, which is kept in quarantine'),
  onApplied: ops.metrics.applied,
})

/**
 * POST /api/rescue: works for a handheld whose app, token or protocol does not. Anybody may bring anything: what its handheld
 * has signed is handled as if that had sent it, the rest waits for a person. Limits by caller, and by bytes for all callers
 * together, so that nobody fills the disk.
 */
export const rescueEndpoint = (): Endpoint => {
  const calls = makeBucket({ burst: 80, perMinute: 10 })
  const bytes = makeBucket({ burst: 16 * MAX_RESCUE_BYTES, perMinute: MAX_RESCUE_BYTES / 8 })
  // One at a time: thousands of signatures and bookings are behind it, and everybody else works on.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run)
    last = mine.catch(() => undefined)
    return mine
  }
  return openEndpoint(
    {
      method: 'POST',
      path: '/api/rescue',
      summary:
        'Takes the raw queue of a handheld that cannot send it otherwise, whole or in parts, each as often as it comes. What the handheld has signed is handled as its own push; a person decides about the rest.',
      query: v.object(queryShape),
      body: raw(MAX_RESCUE_BYTES),
      answers: { 200: { description: 'Kept', schema: openedSchema } },
      refusals: ['rate_limited'],
      before: (c, deps) => {
        const wait = calls.take(addressOf(c), msOf(deps.now()))
        if (wait !== null) throw refused('rate_limited', undefined, wait)
      },
    },
    async ({ c, deps, body }) => {
      const now = deps.now()
      const asked = parseAs(rescueQuery, c.req.query())
      const wait = bytes.take('all', msOf(now), Buffer.byteLength(body))
      if (wait !== null) throw refused('rate_limited', undefined, wait)
      const { series, part: n, parts } = 'series' in asked ? asked : { series: sha256Hex(body), part: 1, parts: 1 }
      const text = await deps.stores.rescues.keep({ series, n, parts, body, now })
      deps.log.warn({ series, n, parts, bytes: body.length }, 'a queue came through the rescue door')
      if (text === null) return sendJson(c, { kept: true, opened: null } satisfies Opened)
      const { steps, known, booked, inbox, waits } = await inTurn(() => openRescue(rescueDeps(deps), series, text))
      return sendJson(c, { kept: true, opened: { steps, known, booked, inbox, waits } } satisfies Opened)
    },
  )
}

/** One command, as a handheld wraps it whose push was refused five times for it. */
const poisonSchema = v.object({
  epoch: syncRequestSchema.entries.push.entries.epoch,
  commands: v.pipe(v.array(sealedSchema), v.minLength(1), v.maxLength(1)),
})

/** POST /api/quarantine: one command that the server could not take five times. The queue moves on after a 2xx only. */
export const quarantineEndpoint = (): Endpoint => {
  const calls = makeBucket({ burst: 60, perMinute: 10 })
  return deviceEndpoint(
    {
      method: 'POST',
      path: '/api/quarantine',
      summary: 'Keeps one raw command that this server cannot take otherwise, so that the queue behind it moves on.',
      body: raw(MAX_POISON_BYTES),
      answers: { 200: { description: 'Kept', schema: keptSchema } },
      refusals: ['rate_limited'],
      review: true,
    },
    async ({ c, deps, body, device, verify }) => {
      const now = deps.now()
      const wait = calls.take(device.id, msOf(now))
      if (wait !== null) throw refused('rate_limited', undefined, wait)
      const source = device.state === 'active' ? 'poison' : 'revoked'
      await deps.stores.quarantine.keep({
        warehouse: device.warehouse,
        device: device.id,
        source,
        body,
        now,
      })
      const poison = v.safeParse(v.pipe(v.string(), v.parseJson(), poisonSchema), body)
      if (poison.success) {
        const at = { warehouse: device.warehouse, device: device.id, epoch: poison.output.epoch, now }
        await deps.stores.late.keep(at, await prepare(poison.output.commands, at, verify), null)
      }
      return sendJson(c, kept)
    },
  )
}
