import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { sha256Hex } from './seal.ts'

/** Entries per block that the build aims at: small enough to parse at look-up, large enough to fetch in few requests. */
const PER_BLOCK = 100
const MAX_BITS = 16

export type Block = { sha: string; text: string }

/** Number of the block that holds `key`: the first k bits of SHA-256(utf8(key)). Equal on server and handheld. */
export const blockIndex = (key: string, k: number): number => {
  const hash = sha256(utf8ToBytes(key))
  return (((hash[0] ?? 0) << 8) | (hash[1] ?? 0)) >> (16 - k)
}

/** Splits entries into 2^k blocks of about a hundred; a block without entries is null. The text is what its SHA-256 names. */
export const buildBlocks = <T>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
): { k: number; blocks: readonly (Block | null)[] } => {
  const k = Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(Math.max(1, entries.length / PER_BLOCK)))))
  const parts: T[][] = Array.from({ length: 2 ** k }, () => [])
  for (const entry of entries) parts[blockIndex(keyOf(entry), k)]?.push(entry)
  const blocks = parts.map(part => {
    if (part.length === 0) return null
    const text = JSON.stringify(part)
    return { sha: sha256Hex(text), text }
  })
  return { k, blocks }
}
