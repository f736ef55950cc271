import { MEASURES } from './day-rows.ts'
import type { Measure } from './day-rows.ts'
import { isNowOnly, partsOf } from './names.ts'

/** Beginnings of the measures that a figure is made of, by the beginning of its name. */
const OF: Readonly<Record<string, readonly string[]>> = {
  accuracy: ['count.'],
  order: ['order.', 'orders.'],
  sync: ['sync.'],
  errors: ['transfer.'],
  efficiency: ['lines.', 'active.', 'standard.'],
  shorts: ['pick.'],
  adjustments: ['adjust.'],
  approval: ['approval.'],
  exceptions: ['exception.'],
}

/** Null = there is no such figure; none = no day has it. */
export const measuresOf = (figure: string): readonly Measure[] | null => {
  const parts = partsOf(figure)
  if (parts === null) return null
  if (isNowOnly(parts.stem)) return []
  const starts = OF[parts.stem.split('.')[0] ?? ''] ?? []
  return MEASURES.filter(measure => starts.some(start => measure.startsWith(start)))
}
