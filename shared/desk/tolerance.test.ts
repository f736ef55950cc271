import { expect, test } from 'vitest'
import { APPROVE } from '../default-policy.ts'
import { derivedId } from '../ids.ts'
import type { CountLimits } from '../policy.ts'
import { atStake, isOwn, mayBulk, needsTwo } from './tolerance.ts'

const base = {
  state: 'review' as const,
  flags: ['overLimit' as const],
  typed: false,
  key: { serial: '' },
  tries: [{ seen: 45 }],
  book: 50,
  delta: -5,
}
const within = (over: Partial<Parameters<typeof mayBulk>[0]>, cost: number | null = 10_000) =>
  mayBulk({ ...base, ...over }, cost, APPROVE.bulk)

test('[DA1] the tolerance holds pieces and percent and value, each at its edge', () => {
  expect(within({})).toBe(true)
  expect(within({ delta: -6, book: 1000 }, 1)).toBe(false)
  expect(within({ book: 49 })).toBe(false)
  expect(within({}, 10_001)).toBe(false)
  expect(within({ delta: 5 })).toBe(true)
})

test('[DA1] a book of 0 and an unknown cost are looked at', () => {
  expect(within({ book: 0, delta: 1 }, 1)).toBe(false)
  expect(within({}, null)).toBe(false)
})

test('[DA1] what has another reason to be looked at is never waved through', () => {
  expect(within({ flags: ['overLimit', 'orderUnknown'] })).toBe(false)
  expect(within({ flags: [] })).toBe(true)
  expect(within({ state: 'provisional' })).toBe(false)
  expect(within({ key: { serial: 'S1' } })).toBe(false)
  expect(within({ typed: true })).toBe(false)
  expect(within({ tries: [{ seen: 44 }, { seen: 45 }] })).toBe(false)
  expect(within({ tries: [{ seen: 40 }, { seen: 45 }, { seen: 45 }] })).toBe(true)
})

test('[DA4] two people where any of pieces, percent and value is above the limit; an unknown value is', () => {
  const limits: CountLimits = { qty: 5, pct: 10, value: 50_000 }
  const two = (over: { delta?: number; book?: number }, cost: number | null = 10_000, by = limits) =>
    needsTwo({ ...base, ...over }, cost, by)
  expect([two({}), two({ delta: -6, book: 1000 }, 1), two({ book: 49 }), two({}, 10_001), two({}, null)]).toEqual([
    false,
    true,
    true,
    true,
    true,
  ])
  expect(two({ delta: -1000, book: 0 }, null, APPROVE.second)).toBe(false)
})

test('[DA2] gross stands beside net, own counts are known by any part of their chain', () => {
  expect(atStake([{ value: 500 }, { value: -500 }, { value: null }])).toEqual({ net: 0, gross: 1000 })
  expect(atStake([])).toEqual({ net: 0, gross: 0 })
  const me = derivedId<'worker'>('worker', 'me')
  const own = (counters: string[], first: string | null = null) => isOwn({ counters, first }, me)
  expect([own([me]), own([]), own([], me), own([], 'another')]).toEqual([true, false, true, false])
})
