import * as v from 'valibot'
import { msOf } from '../../shared/time.ts'
import { makeBucket } from '../auth/bucket.ts'
import { sendJson } from './answer.ts'
import { addressOf } from './caller.ts'
import { deviceEndpoint, openEndpoint, raw } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { refused } from './refused.ts'

/** A whole queue of 5,000 commands takes about 2.5 MB. */
export const MAX_RESCUE_BYTES = 8 * 1024 * 1024
/** One command, with everything that may be wrong with it. */
export const MAX_POISON_BYTES = 64 * 1024

const keptSchema = v.object({ kept: v.literal(true) })
const kept = { kept: true } satisfies v.InferOutput<typeof keptSchema>

/**
 * POST /api/rescue: works for a handheld whose app, token or protocol does not. Nothing is booked from it; a person looks.
 * Limits by caller, and by bytes for all callers together, so that nobody fills the disk.
 */
export const rescueEndpoint = (): Endpoint => {
  const calls = makeBucket({ burst: 10, perMinute: 1 })
  const bytes = makeBucket({ burst: 16 * MAX_RESCUE_BYTES, perMinute: MAX_RESCUE_BYTES / 8 })
  return openEndpoint(
    {
      method: 'POST',
      path: '/api/rescue',
      summary: 'Keeps the raw queue of a handheld that cannot send it otherwise. A person decides about it.',
      body: raw(MAX_RESCUE_BYTES),
      answers: { 200: { description: 'Kept', schema: keptSchema } },
      refusals: ['rate_limited'],
      before: (c, deps) => {
        const wait = calls.take(addressOf(c), msOf(deps.now()))
        if (wait !== null) throw refused('rate_limited', undefined, wait)
      },
    },
    async ({ c, deps, body }) => {
      const now = deps.now()
      const wait = bytes.take('all', msOf(now), Buffer.byteLength(body))
      if (wait !== null) throw refused('rate_limited', undefined, wait)
      await deps.stores.quarantine.keep({ warehouse: null, device: null, source: 'rescue', body, now })
      deps.log.warn({ bytes: body.length }, 'a queue came through the rescue door')
      return sendJson(c, kept)
    },
  )
}

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
    async ({ c, deps, body, device }) => {
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
      return sendJson(c, kept)
    },
  )
}
