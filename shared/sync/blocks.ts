import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Items per block: small enough to read at a scan, large enough to be few. */
const PER_BLOCK = 100
const MAX_BITS = 16

/** The first 32 bits of SHA-256(utf8(key)). Equal on server and handheld. */
export const keyHash = (key: string): number => {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(utf8ToBytes(key))
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}

/** The first k bits of a hash: the number of the part that holds it. */
export const partOf = (hash: number, k: number): number => (k === 0 ? 0 : hash >>> (32 - k))

/** Number of the block that holds `key`. */
export const blockIndex = (key: string, k: number): number => partOf(keyHash(key), k)

/** So many bits that a part holds about `each` of `count` entries. */
export const bitsFor = (count: number, each: number): number =>
  Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(Math.max(1, count / each)))))

/** Splits entries into 2^k blocks of about a hundred. */
export const inBlocks = <T>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
): { k: number; blocks: readonly (readonly T[])[] } => {
  const k = bitsFor(entries.length, PER_BLOCK)
  const blocks: T[][] = Array.from({ length: 2 ** k }, () => [])
  for (const entry of entries) blocks[blockIndex(keyOf(entry), k)]?.push(entry)
  return { k, blocks }
}
