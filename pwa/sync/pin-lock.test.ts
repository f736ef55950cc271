import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOCK_MS, restOf, revive, tried, TRIES_MAX } from './pin-lock.ts'
import type { LiveTries } from './pin-lock.ts'

const START = { wall: 1_000_000, mono: 50 }
const wrong = (n: number, at = START): LiveTries => {
  let held = revive(null, at)
  for (let i = 0; i < n; i += 1) held = tried(held, at)
  return held
}

describe('wrong PINs', () => {
  test('[PN6] four wrong ones wait for nothing, the fifth for five minutes, and then there are five again', () => {
    expect(restOf(wrong(TRIES_MAX - 1), START)).toBe(0)
    const locked = wrong(TRIES_MAX)
    expect(restOf(locked, START)).toBe(LOCK_MS)
    expect(restOf(locked, { ...START, mono: START.mono + LOCK_MS - 1 })).toBe(1)
    const later = { ...START, mono: START.mono + LOCK_MS }
    expect(restOf(locked, later)).toBe(0)
    expect(tried(locked, later)).toMatchObject({ wrong: 1, left: 0 })
  })
  test('[PN6] a reload keeps what was tried and what is left', () => {
    const { mono: _, ...kept } = wrong(3)
    expect(revive(kept, { wall: START.wall + 90_000, mono: 0 })).toMatchObject({ wrong: 3, left: 0 })
    const locked = wrong(TRIES_MAX)
    const again = revive(locked, { wall: START.wall + 60_000, mono: 7 })
    expect(restOf(again, { wall: START.wall + 60_000, mono: 7 })).toBe(LOCK_MS - 60_000)
    expect(again.wrong).toBe(TRIES_MAX)
  })
  test('[PN6] a clock that is set, back or on, changes nothing while the page is open', () => {
    const locked = wrong(TRIES_MAX)
    for (const wall of [0, START.wall - 3_600_000, START.wall + 86_400_000])
      expect(restOf(locked, { wall, mono: START.mono + 1000 })).toBe(LOCK_MS - 1000)
  })
  test('[PN6] whatever the clock was set back to before a reload, the rest is neither shorter nor longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: START.wall }), fc.nat(LOCK_MS), (wall, mono) => {
        const again = revive(wrong(TRIES_MAX), { wall, mono: 0 })
        expect(restOf(again, { wall: wall + 5, mono })).toBe(LOCK_MS - mono)
      }),
    )
  })
})
