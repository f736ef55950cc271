import * as v from 'valibot'
import type { ConnectorId } from '../../../shared/ids.ts'
import { uuid } from '../../../shared/sync/fields.ts'
import { msOf } from '../../../shared/time.ts'
import { makeBucket } from '../../auth/bucket.ts'
import { hearHint } from '../../workers/hook.ts'
import { sendJson } from '../answer.ts'
import { addressOf } from '../caller.ts'
import { openEndpoint, raw } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'

export const MAX_HOOK_BYTES = 64 * 1024
const heardSchema = v.object({ heard: v.literal(true) })
const heard = { heard: true } satisfies v.InferOutput<typeof heardSchema>
const connectionId = uuid<ConnectorId>()

/**
 * POST /api/erp/hooks/:connection: the door of an ERP that has something to tell. Whatever is wrong is answered alike, so that
 * nobody learns which connections there are.
 */
export const erpHookEndpoint = (): Endpoint => {
  const calls = makeBucket({ burst: 120, perMinute: 120 })
  return openEndpoint(
    {
      method: 'POST',
      path: '/api/erp/hooks/:connection',
      summary:
        'A webhook of an ERP, signed as Standard Webhooks says. A hint only: a valid one makes us pull soon, its content is not used.',
      body: raw(MAX_HOOK_BYTES),
      answers: { 200: { description: 'Heard', schema: heardSchema } },
      refusals: ['unauthorised', 'rate_limited'],
      before: (c, deps) => {
        const wait = calls.take(addressOf(c), msOf(deps.now()))
        if (wait !== null) throw refused('rate_limited', undefined, wait)
      },
    },
    async ({ c, deps, text }) => {
      const id = v.safeParse(connectionId, c.req.param('connection'))
      const request = { headers: Object.fromEntries(c.req.raw.headers), raw: Buffer.from(text), now: deps.now() }
      if (deps.erp === null || !id.success || !(await hearHint(deps.erp, id.output, request)))
        throw refused('unauthorised', 'No connection with this signature.')
      return sendJson(c, heard)
    },
  )
}
