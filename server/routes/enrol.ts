import type { Context } from 'hono'
import type { WarehouseId } from '../../shared/ids.ts'
import { timeId } from '../../shared/ids.ts'
import {
  enrolAnswerSchema,
  enrolRequestSchema,
  HEADERS,
  tokenAnswerSchema,
  tokenRequestSchema,
} from '../../shared/sync/enrol.ts'
import type { EnrolAnswer, EnrolRequest } from '../../shared/sync/enrol.ts'
import { msOf } from '../../shared/time.ts'
import { makeBucket } from '../auth/bucket.ts'
import type { Bucket } from '../auth/bucket.ts'
import { codeHash } from '../auth/code.ts'
import { isKey, sameKey, verifierOf } from '../auth/key.ts'
import type { Device } from '../ports.ts'
import { sendJson } from './answer.ts'
import type { AppDeps } from './deps.ts'
import { addressOf } from './caller.ts'
import { json, openEndpoint } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { refused } from './refused.ts'

const MAX_BYTES = 4096

const limited = (bucket: Bucket) => (c: Context, deps: AppDeps) => {
  const wait = bucket.take(addressOf(c), msOf(deps.now()))
  if (wait !== null) throw refused('rate_limited', undefined, wait)
}

/** POST /api/enrol: a handheld shows a set-up code and gets its name, the server's key and the signed roster. */
export const enrolEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/enrol',
      summary: 'Registers a handheld by a set-up code; with `again` it proves its old key and keeps its id.',
      body: json(MAX_BYTES, enrolRequestSchema),
      answers: { 200: { description: 'The handheld is registered', schema: enrolAnswerSchema } },
      refusals: ['token_spent', 'unauthorised', 'revoked', 'foreign_device', 'rate_limited'],
      before: limited(makeBucket({ burst: 20, perMinute: 20 })),
    },
    async ({ c, deps, body }) => {
      if (!isKey(body.publicKey)) throw refused('bad_request', 'The key is no point of P-256.')
      const known = await provenBefore(deps, body)
      const warehouse = await deps.stores.devices.spendCode(codeHash(body.token), deps.now())
      if (warehouse === null) throw refused('token_spent')
      if (known && known.warehouse !== warehouse) throw refused('foreign_device')
      const device = known ?? (await register(deps, body, warehouse))
      deps.log.info({ device: device.id, number: device.number, again: known !== null }, 'handheld set up')
      return sendJson(c, await answerFor(deps, device))
    },
  )

/**
 * The device that `again` names, its key proven, or null when it is new here. The proof is checked before the code is
 * spent, so that a forger cannot use the code up.
 */
const provenBefore = async (deps: AppDeps, body: EnrolRequest): Promise<Device | null> => {
  if (!body.again) return null
  const device = await deps.stores.devices.get(body.again.device)
  if (!(await verifierOf(device?.publicKey ?? body.publicKey)(`enrol\n${body.token}`, body.again.sig)))
    throw refused('unauthorised')
  if (device === null) return null
  if (!sameKey(device.publicKey, body.publicKey)) throw refused('unauthorised', 'The key is another one than before.')
  if (device.state !== 'active') throw refused('revoked')
  return device
}

/** A restored server may not know the id that a handheld has proven; its queue is signed with it, so it keeps it. */
const register = (deps: AppDeps, body: EnrolRequest, warehouse: WarehouseId): Promise<Device> => {
  const now = deps.now()
  return deps.stores.devices.add({
    id: body.again?.device ?? timeId<'device'>(msOf(now), deps.random(10)),
    publicKey: body.publicKey,
    warehouse,
    agent: `${body.info.app} ${body.info.agent}`,
    now,
  })
}

const answerFor = async (deps: AppDeps, device: Device): Promise<EnrolAnswer> => {
  const { site } = deps.stores
  const warehouse = (await site.warehouses()).find(row => row.id === device.warehouse)
  const roster = await site.roster(device.warehouse)
  if (!warehouse || !roster) throw new Error('a warehouse without a roster cannot take handhelds')
  const now = deps.now()
  return {
    device: device.id,
    number: device.number,
    warehouse,
    serverKey: deps.serverKey.publicKey,
    roster: roster.signed,
    ...deps.tokens.issue(device.id, now),
    nonce: deps.nonces.issue(now),
  }
}

/** POST /api/token: a new access token, proven by the device key. Bound to the key, so there is nothing to steal. */
export const tokenEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/token',
      summary: 'A new access token for a handheld that proves its key.',
      body: json(MAX_BYTES, tokenRequestSchema),
      answers: { 200: { description: 'A new access token', schema: tokenAnswerSchema } },
      refusals: ['use_nonce', 'unauthorised', 'revoked', 'rate_limited'],
      before: limited(makeBucket({ burst: 120, perMinute: 120 })),
    },
    async ({ c, deps, body }) => {
      const now = deps.now()
      const nonce = deps.nonces.issue(now)
      c.header(HEADERS.nonce, nonce)
      if (!deps.nonces.isGood(body.nonce, now)) throw refused('use_nonce')
      const device = await deps.stores.devices.get(body.device)
      const proof = `token\n${body.device}\n${body.nonce}`
      if (device === null || !(await verifierOf(device.publicKey)(proof, body.sig))) throw refused('unauthorised')
      if (device.state !== 'active') throw refused('revoked')
      return sendJson(c, { ...deps.tokens.issue(device.id, now), nonce })
    },
  )
