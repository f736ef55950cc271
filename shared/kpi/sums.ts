import type { Measure, SumRow } from './day-rows.ts'
import { histogramOf } from './histogram.ts'
import type { Histogram } from './histogram.ts'

/** Rows of a window, added up. */
export type Sums = {
  /** A counter, over all its splits or of those that `of` takes. */
  total(measure: Measure, of?: (split: string) => boolean): number
  histogram(measure: Measure, of?: (split: string) => boolean): Histogram
  /** Counters by their split, in the order of their names. */
  bySplit(measure: Measure): readonly (readonly [split: string, n: number])[]
}

export const sumsOf = (rows: readonly SumRow[]): Sums => {
  const byMeasure = new Map<Measure, SumRow[]>()
  for (const row of rows) {
    const known = byMeasure.get(row.measure)
    if (known === undefined) byMeasure.set(row.measure, [row])
    else known.push(row)
  }
  const of = (measure: Measure, takes: (split: string) => boolean): readonly SumRow[] =>
    (byMeasure.get(measure) ?? []).filter(row => takes(row.split))
  const all = (): boolean => true
  return {
    total: (measure, takes = all) => of(measure, takes).reduce((sum, row) => sum + row.n, 0),
    histogram: (measure, takes = all) => histogramOf(of(measure, takes).map(row => [row.value, row.n] as const)),
    bySplit: measure => {
      const sums = new Map<string, number>()
      for (const { split, n } of of(measure, all)) sums.set(split, (sums.get(split) ?? 0) + n)
      return [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
    },
  }
}

export const lastOf = (histogram: Histogram): number | null => histogram.at(-1)?.[0] ?? null
