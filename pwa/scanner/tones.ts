/** One pulse of a tone; `gapMs` of silence follows it. */
export type Pulse = { hz: number; ms: number; gapMs: number }
export type Tone = {
  wave: OscillatorType
  pulses: readonly Pulse[]
  /** Milliseconds, on and off in turn. */ vibrate: readonly number[]
  /** Until the next scan or touch. */ repeats: boolean
}

const p = (hz: number, ms: number, gapMs = 0): Pulse => ({ hz, ms, gapMs })
const tone = (wave: OscillatorType, pulses: readonly Pulse[], vibrate: readonly number[], repeats = false): Tone => ({
  wave,
  pulses,
  vibrate,
  repeats,
})

/** Told apart by number of pulses and direction first, then pitch, then wave, so that it survives noise and ear muffs (handheld 7). */
export const TONES = {
  right: tone('square', [p(1320, 70)], [40]),
  line: tone('square', [p(1320, 60, 30), p(1760, 90)], [40, 40, 40]),
  task: tone('square', [p(1047, 80, 20), p(1319, 80, 20), p(1568, 140)], [60, 50, 60, 50, 120]),
  number: tone('square', [p(988, 40)], [20]),
  note: tone('triangle', [p(988, 160)], [90]),
  ask: tone('square', [p(784, 60, 40), p(784, 60, 40), p(1175, 180)], [120, 60, 60]),
  wrong: tone('sawtooth', [p(784, 150, 60), p(587, 260)], [200, 80, 200]),
  unknown: tone('sawtooth', [p(698, 90, 70), p(698, 90, 70), p(698, 90)], [120, 70, 120, 70, 120]),
  over: tone('square', [p(988, 60, 40), p(988, 60, 40), p(784, 180)], [60, 40, 60, 40, 220]),
  duplicate: tone('triangle', [p(880, 60, 60), p(880, 60)], [60, 60, 60]),
  undo: tone('triangle', [p(1320, 60, 30), p(988, 60)], [40, 40, 40]),
  offline: tone('sine', [p(880, 120, 40), p(659, 160)], [30]),
  online: tone('sine', [p(659, 120, 40), p(880, 160)], [30]),
  refused: tone('sawtooth', [p(784, 120, 50), p(659, 120, 50), p(784, 120, 50), p(659, 120)], [300, 100, 300]),
  notSaved: tone(
    'sawtooth',
    [p(698, 90, 70), p(698, 90, 70), p(698, 90, 160), p(698, 90, 70), p(698, 90, 70), p(698, 90)],
    [500, 200, 500],
    true,
  ),
  ring: tone('square', [p(1568, 180, 80), p(1976, 180, 80), p(1568, 180, 80), p(1976, 180)], [400, 200], true),
} as const satisfies Record<string, Tone>
export type ToneName = keyof typeof TONES

export const lengthMs = (of: Tone): number =>
  of.pulses.reduce((sum, pulse, i) => sum + pulse.ms + (i < of.pulses.length - 1 ? pulse.gapMs : 0), 0)

/** 'up', 'down', 'flat' or 'alternating', from the pitches in order. */
export const directionOf = (of: Tone): string => {
  const steps = of.pulses.slice(1).map((pulse, i) => Math.sign(pulse.hz - (of.pulses[i]?.hz ?? 0)))
  const moves = steps.filter(step => step !== 0)
  if (moves.length === 0) return 'flat'
  return moves.every(step => step > 0) ? 'up' : moves.every(step => step < 0) ? 'down' : 'alternating'
}
