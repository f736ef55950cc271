import { expect, test } from 'vitest'
import { makeBell, REST_MS } from './bell.ts'

test('[DA7] lists are read anew once for all that happens within a rest, and only while somebody looks', () => {
  let hear: (data: string) => void = () => {}
  const open = (heard: typeof hear) => ((hear = heard), { close: () => {} })
  const waiting: { run: () => void; ms: number }[] = []
  let isSeen = true
  let heard = 0
  const bell = makeBell({
    open,
    isSeen: () => isSeen,
    later: (run, ms) => void waiting.push({ run, ms }),
  })
  const stop = bell.listen(() => void (heard += 1))
  const event = (n: number): void => hear(`{"n":${n}}`)
  const rest = () => waiting.splice(0).forEach(({ run, ms }) => (expect(ms).toBe(REST_MS), run()))
  event(1)
  rest()
  expect(heard).toBe(0)
  for (const n of [2, 3, 4]) event(n)
  rest()
  expect(heard).toBe(1)
  event(4)
  rest()
  expect(heard).toBe(1)
  isSeen = false
  event(5)
  rest()
  expect(heard).toBe(1)
  isSeen = true
  event(6)
  stop()
  rest()
  expect(heard).toBe(1)
})
