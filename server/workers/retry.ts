import { isoOf, msOf } from '../../shared/time.ts'

/** Delays after the n-th failed attempt; the last one repeats until the attempts are used up: 72 hours in all. */
const SCHEDULE_MS = [2_000, 10_000, 60_000, 300_000, 900_000, 1_800_000] as const
const JITTER = 0.2
export const MAX_ATTEMPTS = SCHEDULE_MS.length - 1 + (72 * 3_600_000) / 1_800_000

/** When the n-th attempt (from 1) is followed by the next, ± 20 %, but not before `atLeastMs`. `random` in [0, 1). */
export const nextTry = (now: string, attempts: number, random: number, atLeastMs = 0): string => {
  const base = SCHEDULE_MS[Math.min(Math.max(attempts, 1), SCHEDULE_MS.length) - 1] ?? SCHEDULE_MS[0]
  const jittered = base * (1 - JITTER + random * 2 * JITTER)
  return isoOf(msOf(now) + Math.round(Math.max(jittered, atLeastMs)))
}
