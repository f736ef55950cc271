import { MEASURES } from './day-rows.ts'
import type { Measure } from './day-rows.ts'

/** Beginnings of the measures that a figure is made of, by the beginning of its name. */
const OF: Readonly<Record<string, readonly string[]>> = {
  accuracy: ['count.'],
  order: ['order.', 'orders.'],
  sync: ['sync.'],
  errors: ['transfer.'],
  efficiency: ['lines.', 'active.'],
  shorts: ['pick.'],
  adjustments: ['adjust.'],
  approval: ['approval.'],
  exceptions: ['exception.'],
}

/** Null = there is no such figure. */
export const measuresOf = (figure: string): readonly Measure[] | null => {
  const starts = OF[figure.split('.')[0] ?? '']
  return starts === undefined ? null : MEASURES.filter(measure => starts.some(start => measure.startsWith(start)))
}
