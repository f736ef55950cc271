import { describe, expect, it } from 'vitest'
import { directionOf, lengthMs, TONES } from './tones.ts'

const TROUBLE = ['wrong', 'unknown', 'over', 'ask', 'duplicate', 'refused', 'notSaved'] as const

describe('what the worker hears', () => {
  it('[K1] every trouble differs from every other in number of pulses or direction', () => {
    const signs = TROUBLE.map(name => `${TONES[name].pulses.length} ${directionOf(TONES[name])}`)
    expect(new Set(signs).size).toBe(TROUBLE.length)
  })
  it('[K2] trouble is felt in one long pulse, success is not', () => {
    for (const name of TROUBLE)
      if (name !== 'duplicate')
        expect(Math.max(...TONES[name].vibrate.filter((_, i) => i % 2 === 0)), name).toBeGreaterThanOrEqual(100)
    for (const name of ['right', 'line', 'number', 'note', 'undo', 'online'] as const)
      expect(Math.max(...TONES[name].vibrate.filter((_, i) => i % 2 === 0)), name).toBeLessThan(100)
  })
  it('[K3] nothing lasts longer than 650 ms but what calls for help', () => {
    for (const [name, tone] of Object.entries(TONES))
      if (!tone.repeats) expect(lengthMs(tone), name).toBeLessThanOrEqual(650)
  })
})
