import { HEADERS, SCHEME } from '../../shared/sync/enrol.ts'
import type { EnrolAnswer } from '../../shared/sync/enrol.ts'
import { proofText } from '../../shared/sync/seal.ts'
import type { Sealed, SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import type { Sealer } from './sealer.ts'

/** Sets a handheld up over HTTP with a printed code; `key` gives its public key. */
export const enrolOver = async (url: string, code: string, publicKey: Sealer['publicKey']): Promise<EnrolAnswer> => {
  const response = await fetch(`${url}/api/enrol`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: code, publicKey, info: { app: 'test', agent: 'test' } }),
  })
  if (!response.ok) throw new Error(`enrol: ${response.status} ${await response.text()}`)
  return (await response.json()) as EnrolAnswer
}

export type Credentials = { access: string; nonce: string }

/** One request with its proof, as the app sends it. */
export const proven = (
  sign: (text: string) => string,
  { access, nonce }: Credentials,
  method: string,
  path: string,
  body: string,
): RequestInit => ({
  method,
  headers: {
    authorization: `${SCHEME} ${access}`,
    [HEADERS.nonce]: nonce,
    [HEADERS.proof]: sign(proofText(method, path, body, nonce)),
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
  },
  ...(body === '' ? {} : { body }),
})

/** A new access token for the device key: the first answer only brings the nonce to prove with. */
export const refresh = async (url: string, device: string, sign: (text: string) => string): Promise<Credentials> => {
  const ask = (nonce: string): Promise<Response> =>
    fetch(`${url}/api/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ device, nonce, sig: sign(`token\n${device}\n${nonce}`) }),
    })
  const first = (await (await ask('none')).json()) as { nonce: string }
  const second = await ask(first.nonce)
  if (!second.ok) throw new Error(`token: ${second.status} ${await second.text()}`)
  return (await second.json()) as Credentials
}

export const requestOf = (
  sealer: Sealer,
  warehouse: SyncRequest['warehouse'],
  commands: readonly Sealed[],
  cursor: string | null = null,
  acked = 0,
): SyncRequest => ({
  proto: 1,
  app: 'test',
  device: sealer.device,
  warehouse,
  session: null,
  cursor,
  push: { epoch: sealer.epoch, commands: [...commands] },
  head: { seq: sealer.seq(), pending: commands.length, oldest: null, quota: null, persisted: true, lost: false, acked },
})

/** Pushes one batch; throws when there is no readable answer. */
export const pushOver = async (
  url: string,
  sealer: Sealer,
  credentials: Credentials,
  request: SyncRequest,
): Promise<SyncResponse> => {
  const body = JSON.stringify(request)
  const response = await fetch(`${url}/api/sync`, proven(sealer.sign, credentials, 'POST', '/api/sync', body))
  if (!response.ok) throw new Error(`sync: ${response.status} ${await response.text()}`)
  return (await response.json()) as SyncResponse
}
