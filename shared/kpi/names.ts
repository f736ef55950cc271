/** What a figure is called without its percentile or longest value: one definition for all of them. */
export const STEMS = [
  'accuracy.aligned',
  'accuracy.drift',
  'accuracy.lines',
  'accuracy.units',
  'accuracy.value',
  'accuracy.places',
  'order.transfer',
  'order.waiting',
  'order.work',
  'order.toReady',
  'order.toShipped',
  'order.report',
  'order.onTime',
  'order.backlog',
  'sync.up',
  'sync.up.connected',
  'sync.up.offline',
  'sync.out',
  'sync.endToEnd',
  'sync.skewed',
  'errors.failed',
  'errors.failed.connector',
  'errors.failed.type',
  'errors.failed.class',
  'errors.attempts',
  'errors.healed',
  'errors.oldestUnsent',
  'efficiency.earned',
  'efficiency.linesPerHour',
  'efficiency.firstTimeRight',
  'shorts',
  'adjustments.net',
  'adjustments.gross',
  'adjustments.within',
  'approval.age',
  'exceptions.opened',
  'exceptions.closed',
  'exceptions.open',
  'exceptions.age',
  'exceptions.late',
] as const
export type Stem = (typeof STEMS)[number]
export const SPREADS = ['p50', 'p90', 'p95', 'max'] as const
export type Spread = (typeof SPREADS)[number]

/** Null = no figure of ours. */
export const partsOf = (name: string): { stem: Stem; spread: Spread | null } | null => {
  const spread = SPREADS.find(end => name.endsWith(`.${end}`)) ?? null
  const stem = STEMS.find(one => name === (spread === null ? one : `${one}.${spread}`))
  return stem === undefined ? null : { stem, spread }
}

/** Known as they are now only: no day has them. */
const NOW_ONLY: readonly Stem[] = [
  'accuracy.aligned',
  'accuracy.drift',
  'order.backlog',
  'errors.oldestUnsent',
  'exceptions.open',
]
export const isNowOnly = (stem: Stem): boolean => NOW_ONLY.includes(stem)
