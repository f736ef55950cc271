import { expect, test } from 'vitest'
import { clockTime } from '../words/clock-time.ts'
import { shortTime } from './short-time.ts'

test('[TZ7] the handheld shows the clock of the warehouse; what was on another day there has its day', () => {
  const [late, next] = ['2026-11-25T20:30:00.000Z', '2026-11-25T21:30:00.000Z']
  expect(shortTime(late, late, 'Europe/Istanbul')).toBe('23:30')
  expect(shortTime(late, next, 'Europe/Istanbul')).toBe('25.11. 23:30')
  expect(shortTime(late, next, 'UTC')).toBe('20:30')
  expect(clockTime('tr', 'Europe/Istanbul').format(new Date(late))).toBe('23:30')
  expect(clockTime('en', 'Europe/Istanbul').format(new Date(late))).toBe('23:30')
  expect(clockTime('tr', 'Mars/Olympus').format(new Date(late))).toBe('20:30')
})
