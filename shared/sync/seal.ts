import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

export const FIRST_HASH = '0'.repeat(64)

/** Lower-case hex of SHA-256 over utf8. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

export type Seals = {
  /** Link of the hash chain of one epoch: a changed, removed or reordered command breaks every later link. */
  chainHash(previous: string, body: string): string
  /**
   * What a device signs to prove a request (in the manner of RFC 9449): method, path with query, hash of the body and the
   * server's own nonce, never device time, because clocks are wrong.
   */
  proofText(method: string, path: string, body: string, nonce: string): string
}

/** A proof over the SHA-256 of a body that is no text: of a photo its name. */
export const proofOf = (method: string, path: string, bodyHash: string, nonce: string): string =>
  [method.toUpperCase(), path, bodyHash, nonce].join('\n')

/** `sha256` as sha256Hex: the server has a faster one than this room may know. */
export const sealsBy = (sha256: (text: string) => string): Seals => ({
  chainHash: (previous, body) => sha256(previous + body),
  proofText: (method, path, body, nonce) => proofOf(method, path, sha256(body), nonce),
})

export const { chainHash, proofText } = sealsBy(sha256Hex)
