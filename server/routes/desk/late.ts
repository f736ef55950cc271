import { lateActSchema, lateAnswerSchema, lateQuery } from '../../../shared/desk/late.ts'
import type { LateAnswer } from '../../../shared/desk/late.ts'
import { decisionsAnswerSchema } from '../../../shared/sync/decision.ts'
import type { Role } from '../../../shared/roles.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients, view } from './parts.ts'

const DECIDERS: readonly Role[] = ['supervisor', 'administrator']

export const LATE_ENDPOINTS = [
  view(
    {
      path: '/api/desk/devices/late',
      summary:
        'Steps that a handheld has brought after it was lost or revoked, each with what booking it would do now, and what was decided.',
      query: lateQuery,
      answer: lateAnswerSchema,
      roles: DECIDERS,
    },
    async (at, { device }, { stores }): Promise<LateAnswer> => {
      ofAllClients(at)
      const found = await stores.late.read(at.warehouse, device)
      if (found === null) throw refused('not_found', 'There is no such handheld.')
      return found
    },
  ),
  deskEndpoint(
    {
      method: 'POST',
      path: '/api/desk/devices/late',
      summary:
        'Books such steps now, with the time at which they were done, or discards them with words; each is taken or refused by itself, in their order.',
      body: json(128 * 1024, lateActSchema),
      roles: DECIDERS,
      answers: { 200: { description: 'One result for each', schema: decisionsAnswerSchema } },
      refusals: ['role', 'not_found'],
    },
    async ({ c, deps, body, who, warehouse }) => {
      ofAllClients({ who })
      const broke = (key: object, err: unknown): void =>
        deps.log.error({ ...key, err }, 'a rule failed on a step that was kept')
      const results = await deps.stores.late.decide({ warehouse, now: deps.now() }, who, body, broke)
      if (results === null) throw refused('not_found', 'There is no such handheld.')
      if (results.some(({ outcome }) => outcome === 'done')) deps.doorbell.ring(warehouse)
      return sendJson(c, { results: [...results] })
    },
  ),
]
