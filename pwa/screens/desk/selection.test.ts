import { expect, test } from 'vitest'
import { countedBefore } from '../../../shared/desk/variances.ts'
import { turned } from './selection.ts'

test('[DA11] X picks a row out and lets go of it again, the others stay', () => {
  const one = turned(new Set(['b']), 'a')
  expect([...one].sort()).toEqual(['a', 'b'])
  expect([...turned(one, 'a')]).toEqual(['b'])
})

test('[DA10] a row was counted before where its last count is of the seven days before this one', () => {
  const countedAt = '2026-11-23T08:00:00.000Z'
  const last = (at: string) => countedBefore({ countedAt, past: [{ at, delta: 0 }] })
  expect([last('2026-11-16T08:00:00.000Z'), last('2026-11-16T07:59:59.000Z')]).toEqual([true, false])
  expect(countedBefore({ countedAt, past: [] })).toBe(false)
})
