import { describe, expect, test } from 'vitest'
import { bitsFor, blockIndex, inBlocks, keyHash, partOf } from './blocks.ts'
import { sha256Hex } from './seal.ts'

describe('catalogue blocks', () => {
  const ids = Array.from({ length: 5000 }, (_, i) => `869${i}çğ`)
  const itself = (id: string): string => id

  test('[S83] every item is in the block that its hash names, on both sides', () => {
    const { k, blocks } = inBlocks(ids, itself)
    expect(blocks).toHaveLength(2 ** k)
    for (const id of ids) expect(blocks[blockIndex(id, k)]).toContain(id)
    expect(Math.max(...blocks.map(block => block.length))).toBeLessThan(160)
  })
  test('[S83] the hash is the beginning of SHA-256, its first bits the number of the part', () => {
    expect(keyHash('çay')).toBe(Number.parseInt(sha256Hex('çay').slice(0, 8), 16))
    expect(partOf(0xff00_0000, 4)).toBe(15)
    expect(partOf(0xff00_0000, 0)).toBe(0)
  })
  test('[S83] few items are one block, none is an empty one', () => {
    expect(inBlocks(ids.slice(0, 60), itself)).toMatchObject({ k: 0 })
    expect(inBlocks([], itself)).toEqual({ k: 0, blocks: [[]] })
    expect(bitsFor(100_000_000, 1)).toBe(16)
  })
})
