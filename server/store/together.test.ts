import { describe, expect, it } from 'vitest'
import { makeTogether } from './together.ts'

/** Calls that end when they are told to. */
const heldCalls = () => {
  const calls: { all: readonly string[]; end: () => void; fail: () => void }[] = []
  const together = makeTogether<string>(
    all =>
      new Promise((resolve, reject) => {
        calls.push({ all, end: resolve, fail: () => reject(new Error(`failed: ${all.join(' ')}`)) })
      }),
  )
  const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
  return { calls, together, turn }
}

describe('what goes together', () => {
  it('[Y31] the first goes at once, what comes meanwhile goes in one call behind it', async () => {
    const { calls, together, turn } = heldCalls()
    const ends: string[] = []
    const asked = ['a', 'b', 'c'].map(one => together(one).then(() => ends.push(one)))
    expect(calls.map(call => call.all)).toEqual([['a']])
    calls[0]?.end()
    await turn()
    expect(ends).toEqual(['a'])
    expect(calls.map(call => call.all)).toEqual([['a'], ['b', 'c']])
    calls[1]?.end()
    await Promise.all(asked)
    expect(ends).toEqual(['a', 'b', 'c'])
    const last = together('d')
    calls[2]?.end()
    await last
    expect(calls.map(call => call.all)).toEqual([['a'], ['b', 'c'], ['d']])
  })

  it('[Y31] who asks again as soon as the answer is there is not forgotten', async () => {
    const together = makeTogether<string>(async () => undefined)
    let rounds = 0
    const round = async (): Promise<void> => {
      await together('a')
      rounds += 1
      if (rounds < 5) await round()
    }
    await Promise.race([round(), new Promise(resolve => setImmediate(resolve))])
    expect(rounds).toBe(5)
  })

  it('[Y31] where a call of several fails each goes by itself: only whose own call fails hears of it', async () => {
    const { calls, together, turn } = heldCalls()
    const all = ['a', 'b', 'c'].map(one => together(one).then(() => `${one} done`, String))
    calls[0]?.fail()
    await turn()
    calls[1]?.fail()
    await turn()
    expect(calls.map(call => call.all)).toEqual([['a'], ['b', 'c'], ['b']])
    calls[2]?.fail()
    await turn()
    calls[3]?.end()
    expect(await Promise.all(all)).toEqual(['Error: failed: a', 'Error: failed: b', 'c done'])
  })
})
