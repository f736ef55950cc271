import { expect, test } from 'vitest'
import { actionFor, makeKeyReader } from './keys.ts'

const desk = () => {
  const did: string[] = []
  let waiting: { at: number; run: () => void } | null = null
  let now = 0
  const read = makeKeyReader({
    act: key => did.push(key),
    scan: text => did.push(`scan ${text}`),
    after: (ms, run) => {
      const mine = { at: now + ms, run }
      waiting = mine
      return () => {
        if (waiting === mine) waiting = null
      }
    },
  })
  return {
    did,
    wait: (ms: number) => {
      now += ms
      if (waiting !== null && waiting.at <= now) {
        const { run } = waiting
        waiting = null
        run()
      }
    },
    key: (key: string, onControl = false) => read(key, now, onControl),
  }
}

test('[DK1] a letter of its own acts, once it is sure to be alone', () => {
  const { key, wait, did } = desk()
  key('A')
  wait(79)
  expect(did).toEqual([])
  wait(1)
  expect(did).toEqual(['A'])
  const actions = { a: () => {}, j: () => {}, J: () => {} }
  expect([actionFor(actions, 'A'), actionFor(actions, 'J'), actionFor(actions, 'X')]).toEqual([
    actions.a,
    actions.J,
    undefined,
  ])
})

test('[DK1] a scan full of letters that act does nothing but look for what was scanned', () => {
  for (const gap of [0, 4, 20, 49]) {
    const { key, wait, did } = desk()
    for (const letter of 'ARNXBARN') {
      key(letter)
      wait(gap)
    }
    expect(key('Enter')).toBe(true)
    wait(1000)
    expect(did).toEqual(['scan ARNXBARN'])
  }
})

test('[DK1] a blank in the middle of a scan presses nothing; one of its own does what it does everywhere', () => {
  const { key, wait, did } = desk()
  key('X')
  wait(5)
  expect(key(' ')).toBe(true)
  wait(500)
  expect(key(' ')).toBe(false)
  expect(did).toEqual([])
})

test('[DK1] letters without an Enter behind them, close together, do nothing', () => {
  const { key, wait, did } = desk()
  for (const letter of 'AR') {
    key(letter)
    wait(10)
  }
  wait(1000)
  expect(did).toEqual([])
})

test('[DK1] keys that are no letters act at once; Enter alone opens', () => {
  const { key, wait, did } = desk()
  key('ArrowDown')
  wait(500)
  key('Enter')
  expect(did).toEqual(['ArrowDown', 'Enter'])
  // On a button or a link it presses that.
  expect(key('Enter', true)).toBe(false)
  expect(did).toEqual(['ArrowDown', 'Enter'])
})
