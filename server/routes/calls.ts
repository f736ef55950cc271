import { callsAnswerSchema, callsRequestSchema } from '../../shared/sync/calls.ts'
import type { CallsAnswer } from '../../shared/sync/calls.ts'
import { sendJson } from './answer.ts'
import { deviceEndpoint, json } from './endpoint.ts'

/** POST /api/calls: asked when the answer of a round says that somebody at the desk calls. */
export const callsEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/calls',
    summary: 'What the desk wants of whoever has this handheld; tells what has come and what was answered.',
    body: json(8192, callsRequestSchema),
    answers: { 200: { description: 'Calls that nobody has answered, the oldest first', schema: callsAnswerSchema } },
  },
  async ({ c, deps, body, device }) => {
    const { got, read } = body
    const roster = await deps.stores.site.roster(device.warehouse)
    const workers = new Map(roster?.roster.workers.map(one => [one.id, one.name]))
    // Somebody whom the warehouse does not know has answered all the same; only not by a name.
    const worker = body.worker !== null && workers.has(body.worker) ? body.worker : null
    const waiting = await deps.stores.calls.take(device.id, { got, read, worker, now: deps.now() })
    const calls = waiting.map(({ worker: by, ...call }) => ({ ...call, by: workers.get(by) ?? '' }))
    return sendJson(c, { calls } satisfies CallsAnswer)
  },
)
