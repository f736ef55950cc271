import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partOf } from './blocks.ts'
import { findBlocks, packFind, readFind } from './find-index.ts'
import type { FindEntry } from './find-index.ts'

const look = (entries: readonly FindEntry[], hash: number): number[] => {
  const { k, parts } = packFind(entries)
  const part = parts[partOf(hash, k)]
  return part == null ? [] : findBlocks(readFind(part), hash)
}

describe('the index of codes', () => {
  const hash = fc.integer({ min: 0, max: 0xffff_ffff })
  test('[S88] finds the blocks of every hash and of no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hash, fc.integer({ min: 0, max: 0xffff })), { maxLength: 200 }),
        hash,
        (entries, other) => {
          for (const asked of [other, ...entries.map(([one]) => one)]) {
            const wanted = new Set(entries.filter(([one]) => one === asked).map(([, block]) => block))
            expect(look(entries, asked)).toEqual([...wanted].sort((a, b) => a - b))
          }
        },
      ),
    )
  })
  test('[S88] two codes of one hash name both blocks, one code of one block once', () => {
    const entries: FindEntry[] = [
      [7, 3],
      [7, 1],
      [7, 3],
    ]
    expect(look(entries, 7)).toEqual([1, 3])
  })
  test('[S88] one more code changes one part', () => {
    const entries = Array.from({ length: 20_000 }, (_, i): FindEntry => [(i * 214_013) >>> 0, i % 100])
    const [before, after] = [entries, [...entries, [1, 1] as const]].map(all => packFind(all).parts)
    expect(before?.filter((part, i) => part?.join() !== after?.[i]?.join())).toHaveLength(1)
  })
})
