import { ownedSchema, ownSchema } from '../../../shared/desk/exceptions.ts'
import type { Owned } from '../../../shared/desk/exceptions.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'

/** POST /api/desk/exceptions/owner */
export const ownEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/exceptions/owner',
    summary: 'Says who sees to exceptions: oneself, somebody else who may, or nobody. One answer each.',
    body: json(16 * 1024, ownSchema),
    roles: ['integrator'],
    answers: { 200: { description: 'One answer for each', schema: ownedSchema } },
    refusals: ['role', 'not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const roster = (await deps.stores.site.roster(warehouse))?.roster
    const owner = roster?.workers.find(one => one.id === body.owner && one.active) ?? null
    if (body.owner !== null && owner === null) throw refused('not_found', 'There is no such person here.')
    const results = await deps.stores.desk.own({ warehouse, now: deps.now() }, who, owner, body)
    if (results.some(one => one.outcome === 'done')) deps.doorbell.ring(warehouse)
    return sendJson(c, { results } satisfies Owned)
  },
)
