import * as v from 'valibot'
import type { WorkerId } from '../../shared/ids.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { ownSettingsAnswerSchema, ownSettingsRequestSchema } from '../../shared/sync/own-settings.ts'
import type { OwnSettingsAnswer } from '../../shared/sync/own-settings.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import { deviceEndpoint, json, NOTHING } from './endpoint.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

const querySchema = v.object({ worker: uuid<WorkerId>() })
const NONE: OwnSettingsAnswer = { at: null, settings: null }

/** GET /api/own-settings: asked at each log-in. */
export const ownSettingsEndpoint = deviceEndpoint(
  {
    method: 'GET',
    path: '/api/own-settings',
    summary: 'How the person who is logged in likes their handheld.',
    query: querySchema,
    body: NOTHING,
    answers: { 200: { description: 'What was chosen last, or nothing', schema: ownSettingsAnswerSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, device }) => {
    const { worker } = parseAs(querySchema, c.req.query())
    if ((await workerOf(deps.stores.site, device, worker)) === null) throw refused('role')
    return sendJson(c, (await deps.stores.ownSettings.get(worker)) ?? NONE)
  },
)

/** A handheld whose clock runs ahead must not win for ever. */
const notAfterNow = (at: string, now: string): string =>
  Date.parse(at) > Date.parse(now) ? now : new Date(at).toISOString()

/** POST /api/own-settings: the latest choice counts; an older one that arrives late changes nothing. */
export const changeOwnSettingsEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/own-settings',
    summary: 'Keeps how a person likes their handheld. The latest choice counts; the answer is what counts now.',
    body: json(4096, ownSettingsRequestSchema),
    answers: { 200: { description: 'What counts now', schema: ownSettingsAnswerSchema } },
    refusals: ['role'],
  },
  async ({ c, deps, device, body }) => {
    const { worker, at, settings } = body
    if ((await workerOf(deps.stores.site, device, worker)) === null) throw refused('role')
    await deps.stores.ownSettings.put(worker, { at: notAfterNow(at, deps.now()), settings })
    return sendJson(c, (await deps.stores.ownSettings.get(worker)) ?? NONE)
  },
)
