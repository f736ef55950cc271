import { toString } from 'qrcode'
import * as v from 'valibot'
import { deviceActSchema, devicesAnswerSchema, enrolCodeSchema } from '../../../shared/desk/view.ts'
import { enrolUrl, issueCode, newCode } from '../../auth/code.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients } from './parts.ts'

/** GET /api/desk/devices: the handhelds of the warehouse and what they have said of themselves. */
export const devicesEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/devices',
    summary: 'Handhelds with who works on them, what waits on them, and when they were heard of.',
    body: NOTHING,
    roles: ['supervisor', 'integrator', 'administrator'],
    answers: { 200: { description: 'Handhelds', schema: devicesAnswerSchema } },
  },
  async ({ c, deps, who, warehouse }) => {
    const rows = await deps.stores.views.devices(warehouse)
    // What is written to handhelds is not cut to clients.
    const shown = who.clients === null ? rows : rows.map(row => ({ ...row, calls: [] }))
    return sendJson(c, { rows: shown, asOf: deps.now() })
  },
)

/** POST /api/desk/devices: a lost handheld gets no token and no data any more; what it still brings is kept for review. */
export const deviceActEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/devices',
    summary: 'Revokes a handheld; what it has not sent is still taken for review.',
    body: json(4096, deviceActSchema),
    roles: ['supervisor', 'administrator'],
    answers: { 200: { description: 'Done', schema: v.object({}) } },
    refusals: ['not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    ofAllClients({ who })
    const { devices } = deps.stores
    const device = await devices.get(body.device)
    if (device === null || device.warehouse !== warehouse) throw refused('not_found', 'There is no such handheld.')
    const about = { subject: device.id, body: { number: device.number } }
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'device.revoke', ...about }
    await devices.revoke(device.id, 'revoked', entry)
    return sendJson(c, {})
  },
)

/** POST /api/desk/enrol: sets up one more handheld. */
export const enrolCodeEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/enrol',
    summary: 'Makes a set-up code that works once, for ten minutes, as text and as a QR code.',
    body: NOTHING,
    roles: ['supervisor', 'administrator'],
    answers: { 200: { description: 'The code', schema: enrolCodeSchema } },
  },
  async ({ c, deps, who, warehouse }) => {
    ofAllClients({ who })
    const want = { warehouse, now: deps.now(), reusable: false, code: newCode(deps.random) }
    // Noted first: there is never a code that nobody has asked for.
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'device.code' }
    await deps.stores.audit.note({ ...entry, subject: 'enrol', body: {} })
    const { code, expiresAt } = await issueCode(deps.stores.devices, want)
    const url = enrolUrl(deps.origin(), code)
    const qr = await toString(url, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 })
    return sendJson(c, { code, url, qr, expiresAt })
  },
)
