import { expect, test } from 'vitest'
import { byKind, lateOf } from './exception-owner.tsx'

const openedAt = '2026-11-23T08:00:00.000Z'
const after = (minutes: number): number => Date.parse(openedAt) + minutes * 60_000
const REST = {
  state: 'open',
  version: 1,
  body: {},
  openedAt,
  closedAt: null,
  workers: [],
  choices: [],
  owner: null,
  settled: null,
}
const limit = { minutes: 20, owner: 'supervisor' as const }

test('[XO2] [XO10] an exception is late over the time that its kind has, and very late over twice that', () => {
  const row = { state: 'open', openedAt, limit }
  expect([19.9, 20, 39.9, 40].map(minutes => lateOf(row, after(minutes)))).toEqual([0, 1, 1, 2])
  expect(lateOf({ ...row, limit: { ...limit, minutes: 41 } }, after(40))).toBe(0)
  expect(lateOf({ ...row, state: 'settled' }, after(900))).toBe(0)
})

test('[XO10] kinds with the latest rows come first, then the one whose oldest row is older', () => {
  const row = (id: string, kind: 'short_pick' | 'over_receipt' | 'lot_date', minutes: number) => ({
    ...REST,
    id,
    kind,
    subject: id,
    limit: { ...limit, minutes },
  })
  const rows = [
    row('a', 'over_receipt', 240),
    row('b', 'lot_date', 30),
    row('c', 'short_pick', 15),
    row('d', 'lot_date', 30),
  ]
  const shown = (minutes: number): string[] => byKind(rows, after(minutes)).flatMap(([, of]) => of.map(one => one.id))
  expect(shown(5)).toEqual(['a', 'b', 'd', 'c'])
  expect(shown(20)).toEqual(['c', 'a', 'b', 'd'])
  expect(shown(45)).toEqual(['c', 'b', 'd', 'a'])
})
