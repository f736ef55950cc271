import * as v from 'valibot'
import { callActSchema } from '../../../shared/desk/calls.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients } from './parts.ts'

/** POST /api/desk/devices/call: heard of with the next round of the handheld, also after a day without a network. */
export const callEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/devices/call',
    summary: 'Rings a handheld until somebody answers there, or sends it a text of at most 200 characters.',
    body: json(4096, callActSchema),
    roles: ['supervisor', 'administrator'],
    answers: { 200: { description: 'Sent; the same id again sends nothing more', schema: v.object({}) } },
    refusals: ['role', 'not_found', 'taken', 'busy'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    ofAllClients({ who })
    const sent = await deps.stores.calls.send({ warehouse, now: deps.now() }, who.id, body)
    if (sent === 'gone') throw refused('not_found', 'There is no such handheld, or it was revoked.')
    if (sent === 'other') throw refused('taken', 'Another call has this id.')
    if (sent === 'full') throw refused('busy', 'Nobody has answered the calls that wait on this handheld.')
    if (sent === 'sent') deps.doorbell.ring(warehouse)
    return sendJson(c, {})
  },
)
