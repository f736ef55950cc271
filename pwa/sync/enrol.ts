import * as v from 'valibot'
import { enrolAnswerSchema } from '../../shared/sync/enrol.ts'
import type { EnrolAnswer, EnrolRequest } from '../../shared/sync/enrol.ts'
import { refusalSchema } from '../../shared/sync/wire.ts'
import { deviceRecord } from './device.ts'
import type { DeviceRecord, DeviceVault } from './device.ts'
import { newKeyPair, signWith } from './web-keys.ts'

export type Enrolled =
  | { ok: true; record: DeviceRecord; access: string; nonce: string; persisted: boolean }
  | { ok: false; why: 'offline' | 'spent' | 'refused' }

export type EnrolDeps = {
  fetch: typeof fetch
  base: string
  app: string
  agent: string
  vault: DeviceVault
  /** navigator.storage.persist(); false where the browser will not promise. */
  persist: () => Promise<boolean>
}

/**
 * POST /api/enrol with the token of the set-up code. A handheld that was set up before proves its old key and keeps id and
 * epochs, so that what waits in the queue still has a sender.
 */
export const enrol = async (deps: EnrolDeps, token: string): Promise<Enrolled> => {
  const known = await deviceRecord(deps.vault)
  const keys = known ?? (await newKeyPair())
  const request: EnrolRequest = {
    token,
    publicKey: keys.publicKey,
    info: { app: deps.app, agent: deps.agent.slice(0, 300) },
    ...(known === null
      ? {}
      : { again: { device: known.device, sig: await signWith(known.privateKey, `enrol\n${token}`) } }),
  }
  const answer = await post(deps, request)
  if ('why' in answer) return { ok: false, why: answer.why }
  const record: DeviceRecord = {
    device: answer.device,
    number: answer.number,
    warehouse: answer.warehouse,
    privateKey: keys.privateKey,
    publicKey: keys.publicKey,
    serverKey: answer.serverKey,
    roster: answer.roster,
  }
  await deps.vault.put(record)
  return { ok: true, record, access: answer.access, nonce: answer.nonce, persisted: await deps.persist() }
}

const post = async (
  deps: EnrolDeps,
  request: EnrolRequest,
): Promise<EnrolAnswer | { why: 'offline' | 'spent' | 'refused' }> => {
  let response: Response
  let body: unknown
  try {
    response = await deps.fetch(`${deps.base}/api/enrol`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      cache: 'no-store',
      signal: AbortSignal.timeout(20_000),
    })
    body = await response.json()
  } catch {
    return { why: 'offline' }
  }
  if (!response.ok) {
    const refusal = v.safeParse(refusalSchema, body)
    if (!refusal.success) return { why: response.status >= 500 ? 'offline' : 'refused' }
    return { why: refusal.output.code === 'token_spent' ? 'spent' : 'refused' }
  }
  const read = v.safeParse(enrolAnswerSchema, body)
  return read.success ? read.output : { why: 'offline' }
}
