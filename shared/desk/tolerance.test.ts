import { expect, test } from 'vitest'
import { derivedId } from '../ids.ts'
import { atStake, BULK, isOwn, isWithin } from './tolerance.ts'
import type { ShownVariance } from './variances.ts'

const look = (seen: number) => ({ worker: null, seen, attempt: 1, mode: 'blind', at: '2026-11-23T08:00:00.000Z' })
const base: ShownVariance = {
  id: 'v',
  round: 1,
  version: 1,
  state: 'review',
  client: 'c',
  item: 'i',
  lot: '',
  serial: '',
  location: 'l',
  lpn: '',
  status: 'available',
  kind: 'count',
  mode: 'blind',
  attempt: 1,
  typed: false,
  reason: null,
  photos: [],
  worker: null,
  countedAt: '2026-11-23T08:00:00.000Z',
  counted: 45,
  book: 50,
  delta: -5,
  least: -5,
  most: -5,
  value: -50_000,
  tries: [look(45)],
  counters: ['me'],
  late: [],
  flags: ['overLimit'],
  decided: null,
  effectiveAt: null,
  openedAt: '2026-11-23T08:00:00.000Z',
  changedAt: '2026-11-23T08:00:00.000Z',
}
const within = (over: Partial<ShownVariance>) => isWithin({ ...base, ...over }, BULK)

test('[DA1] the tolerance holds pieces and percent and value, each at its edge', () => {
  expect(within({})).toBe(true)
  expect(within({ delta: -6, book: 1000, value: -1 })).toBe(false)
  expect(within({ book: 49 })).toBe(false)
  expect(within({ value: -50_001 })).toBe(false)
  expect(within({ delta: 5, value: 50_000 })).toBe(true)
})

test('[DA1] a book of 0 and an unknown cost are looked at', () => {
  expect(within({ book: 0, delta: 1, value: 1 })).toBe(false)
  expect(within({ value: null })).toBe(false)
})

test('[DA1] what has another reason to be looked at is never waved through', () => {
  expect(within({ flags: ['overLimit', 'orderUnknown'] })).toBe(false)
  expect(within({ flags: [] })).toBe(true)
  expect(within({ state: 'provisional' })).toBe(false)
  expect(within({ serial: 'S1' })).toBe(false)
  expect(within({ typed: true })).toBe(false)
  expect(within({ tries: [look(44), look(45)] })).toBe(false)
  expect(within({ tries: [look(40), look(45), look(45)] })).toBe(true)
})

test('[DA2] gross stands beside net, own counts are known by any part of their chain', () => {
  expect(atStake([{ value: 500 }, { value: -500 }, { value: null }])).toEqual({ net: 0, gross: 1000 })
  expect(atStake([])).toEqual({ net: 0, gross: 0 })
  const me = derivedId<'worker'>('worker', 'me')
  expect([isOwn({ counters: [me] }, me), isOwn({ counters: [] }, me)]).toEqual([true, false])
})
