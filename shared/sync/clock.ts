import type { CommandTimes } from '../process/process.ts'
import { isoOf, msOf } from '../time.ts'

/** One comparison of the two clocks: `off` = server − device in ms, known to ± `unc` (half the round trip). */
export type ClockSample = { off: number; unc: number }

/** Compares the server's instant with the middle of the round trip, all in ms. */
export const clockSample = (sentAt: number, receivedAt: number, serverNow: number): ClockSample => ({
  off: Math.round(serverNow - (sentAt + receivedAt) / 2),
  unc: Math.ceil(Math.max(0, receivedAt - sentAt) / 2),
})

const KEPT = 8

/** Keeps the last eight samples; the one with the smallest round trip counts. */
export const withSample = (samples: readonly ClockSample[], sample: ClockSample): readonly ClockSample[] =>
  [...samples, sample].slice(-KEPT)
export const bestSample = (samples: readonly ClockSample[]): ClockSample | null =>
  samples.reduce<ClockSample | null>((best, sample) => (best === null || sample.unc < best.unc ? sample : best), null)

/** Beyond this the device is reported; its facts are corrected and taken all the same. */
export const CLOCK_WRONG_MS = 120_000

/**
 * Device time + measured offset, not after `notAfter` (the receipt) and not before `notBefore` (the command before it in
 * the epoch). Clocks never order the log: this serves people, reports and late movements against a count.
 */
export const correctedTimes = (
  command: { at: string; takenAt?: string | undefined; off: number | null; unc: number | null },
  bounds: { notBefore: string | null; notAfter: string },
): CommandTimes => {
  const latest = msOf(bounds.notAfter)
  const earliest = bounds.notBefore === null ? -Infinity : Math.min(msOf(bounds.notBefore), latest)
  const correct = (iso: string): number => Math.max(earliest, Math.min(latest, msOf(iso) + (command.off ?? 0)))
  const at = correct(command.at)
  const taken = command.takenAt === undefined ? at : Math.min(at, correct(command.takenAt))
  return { takenAt: isoOf(taken), at: isoOf(at), unc: command.unc }
}
