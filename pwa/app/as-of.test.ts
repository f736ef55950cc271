import { expect, test } from 'vitest'
import { isOld } from './as-of.ts'

test('[HH22] what was heard is old after a quarter of an hour, and where nothing was heard since the start', () => {
  const now = '2027-01-15T10:15:00.000Z'
  expect(isOld('2027-01-15T10:00:00.001Z', now)).toBe(false)
  expect(isOld('2027-01-15T10:00:00.000Z', now)).toBe(true)
  expect(isOld(null, now)).toBe(true)
})
