import { bitsFor, partOf } from './blocks.ts'

/**
 * Which blocks hold the items of a code: the first 32 bits of the code's hash, sorted, each with the number of a block. Six
 * bytes a code, so that the codes of a hundred thousand items stay in memory; two codes of one hash name two blocks, and
 * the items themselves say which is meant.
 */
export type FindPart = { hashes: Uint32Array; blocks: Uint16Array }
export type FindEntry = readonly [hash: number, block: number]

/** Codes per part: a new item changes the parts of its codes and no other. */
const PER_PART = 4096
const ENTRY_BYTES = 6

/** All hashes of a part, then all block numbers; little-endian, as every device is that this runs on. */
export const packFind = (entries: readonly FindEntry[]): { k: number; parts: readonly (Uint8Array | null)[] } => {
  const k = bitsFor(entries.length, PER_PART)
  const parts: FindEntry[][] = Array.from({ length: 2 ** k }, () => [])
  for (const entry of entries) parts[partOf(entry[0], k)]?.push(entry)
  return { k, parts: parts.map(part => (part.length === 0 ? null : packPart(part))) }
}

const packPart = (entries: readonly FindEntry[]): Uint8Array => {
  const sorted = entries.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  const once = sorted.filter(([hash, block], i) => sorted[i - 1]?.[0] !== hash || sorted[i - 1]?.[1] !== block)
  const bytes = new Uint8Array(once.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [i, [hash, block]] of once.entries()) {
    view.setUint32(i * 4, hash, true)
    view.setUint16(once.length * 4 + i * 2, block, true)
  }
  return bytes
}

export const readFind = (bytes: Uint8Array): FindPart => {
  const { buffer } = bytes.slice()
  const count = Math.floor(bytes.length / ENTRY_BYTES)
  return { hashes: new Uint32Array(buffer, 0, count), blocks: new Uint16Array(buffer, count * 4, count) }
}

/** Numbers of the blocks that may hold an item with a code of this hash; nearly always none or one. */
export const findBlocks = ({ hashes, blocks }: FindPart, hash: number): number[] => {
  let low = 0
  let high = hashes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((hashes[middle] ?? 0) < hash) low = middle + 1
    else high = middle
  }
  const found: number[] = []
  for (let i = low; hashes[i] === hash; i += 1) found.push(blocks[i] ?? 0)
  return found
}
