import * as v from 'valibot'
import type { ConnectorId } from '../../../shared/ids.ts'
import { uuid } from '../../../shared/sync/fields.ts'
import { msOf } from '../../../shared/time.ts'
import { makeBucket } from '../../auth/bucket.ts'
import { PROBLEMS } from '../../workers/import-port.ts'
import { takePush } from '../../workers/push.ts'
import { sendJson } from '../answer.ts'
import { addressOf } from '../caller.ts'
import { openEndpoint, raw } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'

/** One carrier label may be a megabyte by itself. */
export const MAX_PUSH_BYTES = 2 * 1024 * 1024
const endSchema = v.object({
  taken: v.number(),
  repeated: v.boolean(),
  flaws: v.array(
    v.object({
      id: v.string(),
      field: v.string(),
      problem: v.picklist(PROBLEMS),
      effect: v.picklist(['kept', 'part', 'waits']),
    }),
  ),
})
const connectionId = uuid<ConnectorId>()

/** POST /api/erp/records/:connection: records that an ERP or OMS brings by itself, signed like a hint. */
export const erpRecordsEndpoint = (): Endpoint => {
  const calls = makeBucket({ burst: 300, perMinute: 300 })
  return openEndpoint(
    {
      method: 'POST',
      path: '/api/erp/records/:connection',
      summary:
        'Items, orders and other records of an ERP that pushes, signed as Standard Webhooks says. Each record is taken or named with what is wrong with it.',
      body: raw(MAX_PUSH_BYTES),
      answers: { 200: { description: 'What was taken, and what is wrong with the rest', schema: endSchema } },
      refusals: ['unauthorised', 'rate_limited', 'bad_request'],
      before: (c, deps) => {
        const wait = calls.take(addressOf(c), msOf(deps.now()))
        if (wait !== null) throw refused('rate_limited', undefined, wait)
        // Nobody makes us read two megabytes without at least claiming to have signed them.
        if (c.req.header('webhook-signature') === undefined) throw refused('unauthorised', UNKNOWN)
      },
    },
    async ({ c, deps, text }) => {
      const id = v.safeParse(connectionId, c.req.param('connection'))
      const request = { headers: Object.fromEntries(c.req.raw.headers), raw: Buffer.from(text), now: deps.now() }
      const end = deps.erp === null || !id.success ? null : await takePush(deps.erp, id.output, request)
      if (end === null) throw refused('unauthorised', UNKNOWN)
      if (end === 'unreadable') throw refused('bad_request', 'The body is not a kind and its records.')
      const { taken, repeated } = end
      const flaws = end.flaws.map(({ remote, ...flaw }) => ({ id: remote, ...flaw }))
      return sendJson(c, { taken, repeated, flaws } satisfies v.InferOutput<typeof endSchema>)
    },
  )
}
const UNKNOWN = 'No connection with this signature.'
