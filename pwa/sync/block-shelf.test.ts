import { describe, expect, test } from 'vitest'
import { makeBlockShelf } from './block-shelf.ts'

const block = (n: number, length = 10): Uint8Array => new Uint8Array(length).fill(n)

/** A store that remembers what it was asked for. */
const store = (names: readonly string[]) => {
  const blocks = new Map(names.map((name, n) => [name, block(n)]))
  const asked: string[][] = []
  return {
    asked,
    blocks: async (shas: readonly string[]) => {
      asked.push([...shas])
      return shas.map(sha => blocks.get(sha) ?? null)
    },
  }
}
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `sha${n}`)

describe('blocks in memory', () => {
  test('[S89] what was read ahead is not asked of the store at a scan', async () => {
    const cache = store(names(70))
    const shelf = makeBlockShelf(cache)
    await shelf.keep(names(70))
    expect(cache.asked.map(some => some.length)).toEqual([32, 32, 6])
    expect(await shelf.read(['sha3', 'sha69'])).toEqual([block(3), block(69)])
    expect(cache.asked).toHaveLength(3)
  })
  test('[S89] beyond the room the store is asked, and what is nowhere is null', async () => {
    const cache = store(names(3))
    const shelf = makeBlockShelf(cache, 20)
    await shelf.keep(names(3))
    const before = cache.asked.length
    expect(await shelf.read(['sha2', 'sha0', 'gone'])).toEqual([block(2), block(0), null])
    expect(cache.asked.slice(before)).toEqual([['sha2', 'gone']])
  })
  test('[S89] another catalogue keeps what it names, forgets the rest and has its room', async () => {
    const cache = store(names(4))
    const shelf = makeBlockShelf(cache, 20)
    await shelf.keep(['sha0', 'sha1'])
    await shelf.keep(['sha1', 'sha3'])
    expect(cache.asked.at(-1)).toEqual(['sha3'])
    const before = cache.asked.length
    await shelf.read(['sha1', 'sha3', 'sha0'])
    expect(cache.asked.slice(before)).toEqual([['sha0']])
  })
  test('[S89] a catalogue that comes while the one before is read ahead ends that reading', async () => {
    const cache = store(names(100))
    let release = (): void => undefined
    const slow = {
      blocks: async (shas: readonly string[]) => {
        const found = cache.blocks(shas)
        if (cache.asked.length === 1) await new Promise<void>(resolve => (release = resolve))
        return found
      },
    }
    const shelf = makeBlockShelf(slow)
    const first = shelf.keep(names(100))
    await shelf.keep(['sha99'])
    release()
    await first
    expect(cache.asked.map(some => some.length)).toEqual([32, 1])
  })
})
