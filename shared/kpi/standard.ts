import { histogramOf, nearestRank } from './histogram.ts'
import type { Sums } from './sums.ts'

/** Days that a site is watched before its own pace becomes the standard, for good: one that rolls along is always about 100 %. */
export const BASELINE_DAYS = 28

/** Lines and active time of one process on one whole day. */
export type WorkDay = { day: string; lines: number; activeMs: number }

/**
 * Milliseconds for one line: the median of the first 28 whole days of the process, each day's active time ÷ its lines, rounded
 * down. Null before there are so many. A day without lines says nothing.
 */
export const standardMs = (days: readonly WorkDay[]): number | null => {
  const first = days
    .filter(day => day.lines > 0 && day.activeMs > 0)
    .sort((a, b) => (a.day < b.day ? -1 : 1))
    .slice(0, BASELINE_DAYS)
  if (first.length < BASELINE_DAYS) return null
  return nearestRank(histogramOf(first.map(({ lines, activeMs }) => [Math.floor(activeMs / lines), 1] as const)), 50)
}

/** Standards come among the rows of a window, one for each process. */
export const standardsOf = (sums: Sums): ReadonlyMap<string, number> => new Map(sums.bySplit('standard.ms'))
