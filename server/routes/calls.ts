import * as v from 'valibot'
import {
  CALL_KINDS,
  callsAnswerSchema,
  callsRequestSchema,
  FIRST_KINDS,
  logRequestSchema,
  MAX_LOG_TEXT,
} from '../../shared/sync/calls.ts'
import type { CallsAnswer } from '../../shared/sync/calls.ts'
import { sendJson } from './answer.ts'
import { deviceEndpoint, json } from './endpoint.ts'
import { refused } from './refused.ts'

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
    const knows = body.knows === undefined ? FIRST_KINDS : CALL_KINDS.filter(kind => body.knows?.includes(kind))
    const roster = await deps.stores.site.roster(device.warehouse)
    const workers = new Map(roster?.roster.workers.map(one => [one.id, one.name]))
    // Somebody whom the warehouse does not know has answered all the same; only not by a name.
    const worker = body.worker !== null && workers.has(body.worker) ? body.worker : null
    const waiting = await deps.stores.calls.take(device.id, { got, read, worker, now: deps.now(), knows })
    const calls = waiting.map(({ worker: by, ...call }) => ({ ...call, by: workers.get(by) ?? '' }))
    return sendJson(c, { calls } satisfies CallsAnswer)
  },
)

/** In JSON a character may take six bytes. */
const MAX_LOG_BYTES = MAX_LOG_TEXT * 3

/** POST /api/logs: only what somebody at the desk has asked this handheld for. */
export const logsEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/logs',
    summary: 'How this handheld is, as the desk has asked for it: no names, no badges, nothing that was scanned.',
    body: json(MAX_LOG_BYTES, logRequestSchema),
    answers: { 200: { description: 'Kept; the same again keeps nothing more', schema: v.object({}) } },
    refusals: ['not_found'],
  },
  async ({ c, deps, body, device }) => {
    if (!(await deps.stores.calls.keepLog(device.id, { ...body, now: deps.now() })))
      throw refused('not_found', 'Nobody has asked for it.')
    return sendJson(c, {})
  },
)
