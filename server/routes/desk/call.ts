import * as v from 'valibot'
import { callActSchema, logAnswerSchema, logQuery } from '../../../shared/desk/calls.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients } from './parts.ts'

/** POST /api/desk/devices/call: heard of with the next round of the handheld, also after a day without a network. */
export const callEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/devices/call',
    summary:
      'Rings a handheld until somebody answers there, sends it a text of at most 200 characters, logs its worker out, or asks it for its log.',
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

/** GET /api/desk/devices/log */
export const deviceLogEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/devices/log',
    summary: 'What a handheld has told of itself when it was asked for its log; the newest five of each are kept.',
    query: logQuery,
    body: NOTHING,
    roles: ['supervisor', 'administrator'],
    answers: { 200: { description: 'The log', schema: logAnswerSchema } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    ofAllClients({ who })
    const log = await deps.stores.calls.log(warehouse, parseAs(logQuery, c.req.query()).call)
    if (log === null) throw refused('not_found')
    return sendJson(c, log)
  },
)
