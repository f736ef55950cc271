import * as v from 'valibot'
import type { ConnectorId } from '../../../shared/ids.ts'
import { uuid } from '../../../shared/sync/fields.ts'
import { msOf } from '../../../shared/time.ts'
import { makeBucket } from '../../auth/bucket.ts'
import { hearHint } from '../../workers/hook.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import { addressOf } from '../caller.ts'
import { openEndpoint, raw } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'

export const MAX_HOOK_BYTES = 64 * 1024
const heardSchema = v.object({ heard: v.literal(true) })
const heard = { heard: true } satisfies v.InferOutput<typeof heardSchema>
const connectionId = uuid<ConnectorId>()
/** For ERPs that can sign nothing. The log keeps paths only. */
const hookQuery = v.object({ secret: v.optional(v.pipe(v.string(), v.maxLength(200))) })

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
        'A webhook of an ERP, signed as Standard Webhooks or the ERP itself says. A hint only: a valid one makes us pull soon, its content is not used.',
      query: hookQuery,
      body: raw(MAX_HOOK_BYTES),
      answers: { 200: { description: 'Heard', schema: heardSchema } },
      refusals: ['unauthorised', 'rate_limited', 'bad_request'],
      before: (c, deps) => {
        const wait = calls.take(addressOf(c), msOf(deps.now()))
        if (wait !== null) throw refused('rate_limited', undefined, wait)
      },
    },
    async ({ c, deps, text }) => {
      const id = v.safeParse(connectionId, c.req.param('connection'))
      const { secret } = parseAs(hookQuery, c.req.query())
      const headers = Object.fromEntries(c.req.raw.headers)
      const request = { headers, raw: Buffer.from(text), secret: secret ?? null, now: deps.now() }
      if (deps.erp === null || !id.success || !(await hearHint(deps.erp, id.output, request)))
        throw refused('unauthorised', 'No connection with this signature.')
      return sendJson(c, heard)
    },
  )
}
