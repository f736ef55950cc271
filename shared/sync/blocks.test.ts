import { describe, expect, test } from 'vitest'
import { blockIndex, buildBlocks } from './blocks.ts'
import { sha256Hex } from './seal.ts'

describe('catalogue blocks', () => {
  const codes = Array.from({ length: 5000 }, (_, i): [string, number] => [`869${i}çğ`, i])

  test('[S83] every code is in the block that its hash names, on both sides', () => {
    const { k, blocks } = buildBlocks(codes, ([code]) => code)
    expect(blocks).toHaveLength(2 ** k)
    for (const [code, i] of codes) {
      const block = blocks[blockIndex(code, k)]
      expect(JSON.parse(block?.text ?? '[]')).toContainEqual([code, i])
    }
  })
  test('[S83] a block holds about a hundred entries and is named by its own bytes', () => {
    const { blocks } = buildBlocks(codes, ([code]) => code)
    const sizes = blocks.map(block => (block === null ? 0 : (JSON.parse(block.text) as unknown[]).length))
    expect(Math.max(...sizes)).toBeLessThan(160)
    const full = blocks.filter(block => block !== null)
    expect(full.map(block => block.sha)).toEqual(full.map(block => sha256Hex(block.text)))
  })
  test('[S84] one changed code changes one block', () => {
    const names = (entries: readonly [string, number][]) =>
      buildBlocks(entries, entry => entry[0]).blocks.map(block => block?.sha)
    const before = names(codes)
    const after = names(codes.map(([code, i]): [string, number] => [code, i === 77 ? -1 : i]))
    expect(after.filter((sha, i) => sha !== before[i])).toHaveLength(1)
  })
  test('[S83] few entries are one block, none is none', () => {
    expect(buildBlocks(codes.slice(0, 60), ([code]) => code)).toMatchObject({ k: 0 })
    expect(buildBlocks([], (code: string) => code)).toEqual({ k: 0, blocks: [null] })
    expect(blockIndex('anything', 0)).toBe(0)
  })
})
