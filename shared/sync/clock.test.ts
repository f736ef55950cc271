import { describe, expect, test } from 'vitest'
import { bestSample, clockSample, correctedTimes, withSample } from './clock.ts'
import type { ClockSample } from './clock.ts'

describe('corrected time', () => {
  const bounds = { notBefore: '2026-11-23T08:00:00.000Z', notAfter: '2026-11-23T09:00:00.000Z' }
  const at = (iso: string, off: number | null, takenAt?: string) => ({ at: iso, takenAt, off, unc: 5 })

  test('[S81] is device time plus the measured offset', () => {
    expect(correctedTimes(at('2026-11-23T07:30:00.000Z', 3_600_000), bounds)).toEqual({
      takenAt: '2026-11-23T08:30:00.000Z',
      at: '2026-11-23T08:30:00.000Z',
      unc: 5,
    })
  })
  test('[S81] is never after the receipt and never before the step before it', () => {
    expect(correctedTimes(at('1970-01-01T00:00:00.000Z', null), bounds).at).toBe(bounds.notBefore)
    expect(correctedTimes(at('2031-01-01T00:00:00.000Z', null), bounds).at).toBe(bounds.notAfter)
  })
  test('[S81] goods are not put down before they were taken', () => {
    const times = correctedTimes(at('2026-11-23T08:30:00.000Z', 0, '2026-11-23T08:45:00.000Z'), bounds)
    expect(times.takenAt).toBe(times.at)
  })
  test('[S82] of the last eight round trips the quickest counts', () => {
    let samples: readonly ClockSample[] = [clockSample(0, 10, 1005)]
    expect(samples[0]).toEqual({ off: 1000, unc: 5 })
    for (let i = 0; i < 7; i += 1) samples = withSample(samples, clockSample(0, 100 + i, 0))
    expect(bestSample(samples)?.unc).toBe(5)
    samples = withSample(samples, clockSample(0, 200, 0))
    expect(bestSample(samples)?.unc).toBe(50)
    expect(bestSample([])).toBeNull()
  })
})
