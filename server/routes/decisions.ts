import { decisionsAnswerSchema, decisionsRequestSchema } from '../../shared/sync/decision.ts'
import { decideCounts } from '../sync/decide-counts.ts'
import { sendJson } from './answer.ts'
import { json, personEndpoint } from './endpoint.ts'

/**
 * POST /api/decisions: each is done or refused by itself, on the version that the person has seen; the same id again gets
 * the same answer. Who decided what, and when, is kept with the answer.
 */
export const decisionsEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/decisions',
    summary:
      'Decides: approve, reject, recount or take back a variance, ask for a count. One answer each, repeated for the same id.',
    body: json(512 * 1024, decisionsRequestSchema),
    roles: ['supervisor'],
    answers: { 200: { description: 'One answer for each decision', schema: decisionsAnswerSchema } },
    refusals: ['role'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = { warehouse, now: deps.now() }
    const results = await decideCounts(deps.stores.sync, at, who, body.decisions)
    if (results.some(one => one.outcome === 'done')) deps.doorbell.ring(warehouse)
    return sendJson(c, { results })
  },
)
