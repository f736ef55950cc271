import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFeedback } from './feedback.ts'
import { TONES } from './tones.ts'

const felt: number[][] = []
beforeEach(() => {
  vi.useFakeTimers()
  felt.length = 0
  // Only its first sound, which nobody hears, is asked for here.
  const quiet = { connect: () => undefined, start: () => undefined }
  const context = { createBufferSource: () => quiet, createBuffer: () => null, resume: async () => undefined }
  vi.stubGlobal(
    'AudioContext',
    vi.fn(function AudioContext() {
      return context
    }),
  )
  vi.stubGlobal('navigator', { vibrate: (pulses: number[]) => felt.push(pulses) })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const begin = (noisy: boolean) => createFeedback({ sound: 0, vibration: 3, noisy })
const last = (): number[] | undefined => felt.at(-1)

test('[K5] where it is noisy trouble comes again every five seconds until the next answer, and is felt twice as long', () => {
  const feedback = begin(true)
  feedback.play('wrong')
  expect(felt).toEqual([[400, 80, 400]])
  vi.advanceTimersByTime(4999)
  expect(felt).toHaveLength(1)
  vi.advanceTimersByTime(5001)
  expect(felt).toEqual([
    [400, 80, 400],
    [400, 80, 400],
    [400, 80, 400],
  ])
  feedback.play('right')
  vi.advanceTimersByTime(60_000)
  expect(felt).toHaveLength(4)
  expect(last()).toEqual([...TONES.right.vibrate])
})

test('[K5] a key or touch ends it; elsewhere trouble comes once', () => {
  const noisy = begin(true)
  noisy.play('over')
  noisy.heard()
  vi.advanceTimersByTime(60_000)
  expect(felt).toHaveLength(1)
  const quiet = begin(false)
  quiet.play('over')
  vi.advanceTimersByTime(60_000)
  expect(felt).toHaveLength(2)
  expect(last()).toEqual([...TONES.over.vibrate])
})

test('[K5] what calls for help without end is ended by the success that follows at once', () => {
  const feedback = begin(false)
  feedback.play('notSaved')
  vi.advanceTimersByTime(100)
  feedback.play('right')
  vi.advanceTimersByTime(60_000)
  expect(felt).toEqual([[500, 200, 500], [40]])
})

test('[K5] switched off, what was repeated is not any more', () => {
  const feedback = begin(true)
  feedback.play('unknown')
  feedback.setLevels({ sound: 0, vibration: 3, noisy: false })
  vi.advanceTimersByTime(60_000)
  expect(felt).toHaveLength(1)
})
