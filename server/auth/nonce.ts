import { createHmac } from 'node:crypto'
import { msOf } from '../../shared/time.ts'
import { equal } from './token.ts'

/** A nonce is good for at least one window and at most two: longer than the pause between two rounds of a handheld. */
export const WINDOW_MS = 150_000

/**
 * Nonces of proofs (in the manner of RFC 9449, section 8). Stateless: the number of the window and its HMAC, so that a
 * restart or a second process refuses nothing. They bound how long a captured request could be sent again; the keys of
 * the commands make it harmless within that time.
 */
export type Nonces = { issue(now: string): string; isGood(nonce: string, now: string): boolean }

export const makeNonces = (key: Buffer): Nonces => {
  const of = (window: number): string =>
    `${window.toString(36)}.${createHmac('sha256', key).update(String(window)).digest().toString('base64url').slice(0, 22)}`
  const windowOf = (now: string): number => Math.floor(msOf(now) / WINDOW_MS)
  return {
    issue: now => of(windowOf(now)),
    isGood: (nonce, now) => [0, 1].some(age => equal(Buffer.from(nonce), Buffer.from(of(windowOf(now) - age)))),
  }
}
