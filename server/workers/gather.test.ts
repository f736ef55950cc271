import { describe, expect, it } from 'vitest'
import { gathered, readTogether } from './gather.ts'

/** Answers each number by its double, when it is let. */
const doubling = (isBad: (n: number) => boolean = () => false) => {
  const asked: (readonly number[])[] = []
  const waiting: (() => void)[] = []
  const ask = gathered(
    async (numbers: readonly number[]) => {
      asked.push(numbers)
      await new Promise<void>(resolve => waiting.push(resolve))
      if (numbers.some(isBad)) throw new Error(`bad: ${numbers.join(' ')}`)
      return numbers.map(n => 2 * n)
    },
    n => String(n % 10),
  )
  const go = async (): Promise<void> => {
    while (waiting.length === 0) await Promise.resolve()
    waiting.shift()?.()
  }
  return { ask, asked, go }
}

describe('questions that are asked together', () => {
  it('[ER33] what comes at once or while one is under way is one question, in the order it came', async () => {
    const { ask, asked, go } = doubling()
    const first = [ask(1), ask(2)]
    await go()
    expect(await Promise.all(first)).toEqual([2, 4])
    const second = ask(3)
    while (asked.length < 2) await Promise.resolve()
    const late = [ask(4), ask(5)]
    await go()
    await go()
    expect(await Promise.all([second, ...late])).toEqual([6, 8, 10])
    expect(asked).toEqual([[1, 2], [3], [4, 5]])
  })
  it('[ER33] two of one key are never in one question', async () => {
    const { ask, asked, go } = doubling()
    const all = [ask(1), ask(11), ask(2), ask(21)]
    for (let n = 0; n < 3; n += 1) await go()
    expect(await Promise.all(all)).toEqual([2, 22, 4, 42])
    expect(asked).toEqual([[1, 2], [11], [21]])
  })
  it('[ER33] one that cannot be answered fails alone', async () => {
    const { ask, asked, go } = doubling(n => n === 2)
    const all = Promise.allSettled([ask(1), ask(2), ask(3)])
    for (let n = 0; n < 4; n += 1) await go()
    expect((await all).map(one => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
      2,
      'Error: bad: 2',
      6,
    ])
    expect(asked).toEqual([[1, 2, 3], [1], [2], [3]])
  })
  it('[ER33] what is only asked together fails together, and is not asked again', async () => {
    let asked = 0
    const ask = gathered<number, number>(async () => {
      asked += 1
      throw new Error('no answer')
    })
    expect((await Promise.allSettled([ask(1), ask(2)])).map(one => one.status)).toEqual(['rejected', 'rejected'])
    expect(asked).toBe(1)
  })
  it('[ER33] readers of one table read it once', async () => {
    const read: (readonly string[])[] = []
    const names = readTogether(async ids => {
      read.push(ids)
      return new Map(ids.map(id => [id, id.toUpperCase()]))
    })
    const [one, two] = await Promise.all([names(['a', 'b']), names(['b', 'c'])])
    expect([one.get('b'), two.get('c')]).toEqual(['B', 'C'])
    expect(read).toEqual([['a', 'b', 'c']])
  })
})
