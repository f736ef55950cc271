import { pastAnswerSchema, pastRequestSchema } from '../../shared/sync/past.ts'
import type { PastAnswer } from '../../shared/sync/past.ts'
import { sendJson } from './answer.ts'
import { deviceEndpoint, json } from './endpoint.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

/** POST /api/past: what has left too long ago for handhelds comes to them again, for a return. */
export const pastEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/past',
    summary: 'Sends an order that left long ago to the handhelds again; it comes with the next rounds.',
    body: json(8192, pastRequestSchema),
    answers: { 200: { description: 'Whether there is such an order', schema: pastAnswerSchema } },
    refusals: ['role'],
  },
  async ({ c, deps, body, device }) => {
    const worker = await workerOf(deps.stores.site, device, body.worker)
    if (worker === null) throw refused('role')
    const { warehouse } = device
    const want = { warehouse, clients: worker.clients, codes: body.codes, today: deps.now().slice(0, 10) }
    const answer = await deps.stores.past.bring(want)
    if (answer === 'shown') deps.doorbell.ring(warehouse)
    return sendJson(c, { kind: answer === 'none' ? 'none' : 'ok' } satisfies PastAnswer)
  },
)
