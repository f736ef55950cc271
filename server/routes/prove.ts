import type { Context } from 'hono'
import { HEADERS, SCHEME } from '../../shared/sync/enrol.ts'
import { verifierOf } from '../auth/key.ts'
import type { Verify } from '../auth/key.ts'
import { proofOf } from '../../shared/sync/seal.ts'
import { sha256Hex } from '../auth/seal.ts'
import type { Device } from '../ports.ts'
import type { AppDeps } from './deps.ts'
import { refused } from './refused.ts'

/** A device that has shown its token and proven this very request with its key. */
export type Proven = { device: Device; verify: Verify; expiresAtMs: number }

/**
 * The checks that need no body come first, so that strangers cannot make the server read 256 KB. Every answer carries the
 * nonce for the next proof.
 */
export const readToken = (c: Context, deps: AppDeps): { device: Device['id']; expiresAtMs: number; nonce: string } => {
  const now = deps.now()
  c.header(HEADERS.nonce, deps.nonces.issue(now))
  const [scheme, access, rest] = (c.req.header('authorization') ?? '').split(' ')
  const token = scheme === SCHEME && access && rest === undefined ? deps.tokens.read(access, now) : null
  if (token === null) throw refused('unauthorised')
  const nonce = c.req.header(HEADERS.nonce) ?? ''
  if (!deps.nonces.isGood(nonce, now)) throw refused('use_nonce')
  return { ...token, nonce }
}

/** Verifies the proof over method, path, body and nonce. A revoked device is proven like any other; the route decides. */
export const prove = async (
  c: Context,
  deps: AppDeps,
  token: ReturnType<typeof readToken>,
  body: string | Uint8Array,
): Promise<Proven> => {
  const device = await deps.stores.devices.get(token.device)
  if (device === null) throw refused('unauthorised')
  const verify = verifierOf(device.publicKey)
  const url = new URL(c.req.url)
  const text = proofOf(c.req.method, url.pathname + url.search, sha256Hex(body), token.nonce)
  if (!(await verify(text, c.req.header(HEADERS.proof) ?? ''))) throw refused('unauthorised')
  return { device, verify, expiresAtMs: token.expiresAtMs }
}
