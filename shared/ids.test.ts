import { expect, it } from 'vitest'
import { derivedId } from './ids.ts'

it('[B21] the same parts give the same name, however many others were derived in between', () => {
  const nameOf = (n: number): string => derivedId('task', 'putaway', n)
  const first = Array.from({ length: 5000 }, (_, n) => nameOf(n))
  expect(new Set(first).size).toBe(5000)
  expect(Array.from({ length: 5000 }, (_, n) => nameOf(n))).toEqual(first)
  // RFC 9562, section 5.5, over Stockhand's namespace: handhelds in the field have derived this one.
  expect(derivedId('task', 'putaway', 'x')).toBe('ee21c891-c48c-56e5-8c28-df699a22f59e')
})
