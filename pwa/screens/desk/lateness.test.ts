import { expect, test } from 'vitest'
import { LATE_AFTER_S } from '../../../shared/kpi/exceptions.ts'
import { lateness } from './exception-owner.tsx'

test('[XO2] an exception is late over the time that its kind has, and very late over twice that', () => {
  const openedAt = '2026-11-23T08:00:00.000Z'
  const after = (times: number): number => Date.parse(openedAt) + times * LATE_AFTER_S.short_pick * 1000
  const row = { kind: 'short_pick' as const, state: 'open', openedAt }
  expect([0.99, 1, 1.99, 2].map(times => lateness(row, after(times)))).toEqual([0, 1, 1, 2])
  expect(lateness({ ...row, state: 'settled' }, after(9))).toBe(0)
})
