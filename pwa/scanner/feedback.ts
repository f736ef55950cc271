import { TONES } from './tones.ts'
import type { Tone, ToneName } from './tones.ts'

export type Feedback = {
  play(event: ToneName): void
  /** Call inside every key and tap: browsers keep sound silent before the first, and each ends what is repeated. */
  heard(): void
  setLevels(levels: Levels): void
  silence(): void
}
/** Sound 0 to 10, vibration 0 to 5. Where it is noisy, trouble is felt longer and comes again until somebody answers. */
export type Levels = { sound: number; vibration: number; noisy: boolean }

const ATTACK_S = 0.005
const RELEASE_S = 0.01
/** A trouble tone is given at least this before a success may cut it. */
const TROUBLE_FIRST_MS = 250
const REPEAT_MS = 5000
const TROUBLE: ReadonlySet<ToneName> = new Set(['wrong', 'unknown', 'over', 'ask', 'duplicate', 'refused', 'notSaved'])

/** Schedules the pulses of a tone on any audio context, from `at` (s); `gain` is the peak. Shared with the offline rendering of tests. */
export const schedule = (
  context: BaseAudioContext,
  tone: Tone,
  at: number,
  gain: number,
): AudioScheduledSourceNode[] => {
  const level = context.createGain()
  level.gain.value = 0
  level.connect(context.destination)
  let start = at
  return tone.pulses.map(pulse => {
    const oscillator = context.createOscillator()
    oscillator.type = tone.wave
    oscillator.frequency.value = pulse.hz
    oscillator.connect(level)
    const end = start + pulse.ms / 1000
    level.gain.setValueAtTime(0, start)
    level.gain.linearRampToValueAtTime(gain, start + ATTACK_S)
    level.gain.setValueAtTime(gain, Math.max(start + ATTACK_S, end - RELEASE_S))
    level.gain.linearRampToValueAtTime(0, end)
    oscillator.start(start)
    oscillator.stop(end)
    start = end + pulse.gapMs / 1000
    return oscillator
  })
}

/** Tone and vibration for every answer. One audio context for the life of the page. */
export const createFeedback = (levels: Levels): Feedback => {
  let now = levels
  let context: AudioContext | null = null
  let playing: AudioScheduledSourceNode[] = []
  let last: { event: ToneName; at: number } | null = null
  let later: ReturnType<typeof setTimeout> | undefined
  let repeating: ReturnType<typeof setInterval> | undefined

  const silence = (): void => {
    clearTimeout(later)
    clearInterval(repeating)
    for (const source of playing) {
      try {
        source.stop()
      } catch {
        // It had not started yet or has ended.
      }
    }
    playing = []
  }
  const sound = (event: ToneName): void => {
    const tone: Tone = TONES[event]
    last = { event, at: performance.now() }
    if (context !== null && now.sound > 0) {
      if (context.state !== 'running') void context.resume()
      playing = schedule(context, tone, context.currentTime + 0.005, (now.sound / 10) * 0.6)
    }
    const strength = (now.vibration / 3) * (now.noisy && TROUBLE.has(event) ? 2 : 1)
    if (strength > 0 && 'vibrate' in navigator)
      navigator.vibrate(tone.vibrate.map((ms, i) => (i % 2 === 0 ? Math.round(ms * strength) : ms)))
  }
  return {
    play: event => {
      const waits =
        last !== null && TROUBLE.has(last.event) && !TROUBLE.has(event)
          ? TROUBLE_FIRST_MS - (performance.now() - last.at)
          : 0
      if (waits > 0) {
        clearTimeout(later)
        clearInterval(repeating)
        later = setTimeout(() => sound(event), waits)
        return
      }
      silence()
      sound(event)
      if (TONES[event].repeats || (now.noisy && TROUBLE.has(event)))
        repeating = setInterval(() => sound(event), REPEAT_MS)
    },
    heard: () => {
      clearInterval(repeating)
      if (context === null) {
        context = new AudioContext({ latencyHint: 'interactive' })
        const blank = context.createBufferSource()
        blank.buffer = context.createBuffer(1, 1, 22_050)
        blank.connect(context.destination)
        blank.start()
      }
      void context.resume()
    },
    setLevels: next => {
      now = next
      clearInterval(repeating)
    },
    silence,
  }
}
