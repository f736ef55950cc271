import { lossActSchema, lossAnswerSchema, lossDoneSchema, lossQuery } from '../../../shared/desk/loss.ts'
import type { LossAnswer } from '../../../shared/desk/loss.ts'
import type { Role } from '../../../shared/roles.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients, view } from './parts.ts'

const DECIDERS: readonly Role[] = ['supervisor', 'administrator']

export const LOSS_ENDPOINTS = [
  view(
    {
      path: '/api/desk/devices/loss',
      summary:
        'What is known of a handheld, what it holds and which places are in doubt if it is lost; once it was said to be lost, how far they are counted.',
      query: lossQuery,
      answer: lossAnswerSchema,
      roles: DECIDERS,
    },
    async (at, { device }, { stores }): Promise<LossAnswer> => {
      ofAllClients(at)
      const found = await stores.losses.read(at.warehouse, device)
      if (found === null) throw refused('not_found', 'There is no such handheld.')
      return found
    },
  ),
  deskEndpoint(
    {
      method: 'POST',
      path: '/api/desk/devices/loss',
      summary:
        'Says that a handheld is lost: revokes it, frees its work, and asks for counts of the places in doubt. What it still brings is kept for review.',
      body: json(4096, lossActSchema),
      roles: DECIDERS,
      answers: { 200: { description: 'Done, or refused with a code', schema: lossDoneSchema } },
      refusals: ['role'],
    },
    async ({ c, deps, body, who, warehouse }) => {
      ofAllClients({ who })
      const { outcome, code } = await deps.stores.losses.decide({ warehouse, now: deps.now() }, who.id, body)
      if (outcome === 'done') deps.doorbell.ring(warehouse)
      return sendJson(c, { outcome, ...(code === undefined ? {} : { code }) })
    },
  ),
]
