import type { ClientId } from '../ids.ts'

/**
 * What a day is folded into. Counters have value 0 and their sum in `n`; the others are histograms of whole seconds. Rows of
 * days, clients and zones add up, so that any window is a sum.
 */
export const MEASURES = [
  'align.keys',
  'align.right',
  'align.drift',
  'count.lines',
  'count.wrong',
  'count.units',
  'count.book',
  'count.value',
  'count.bookValue',
  'count.unpriced',
  'count.places',
  'count.wrongPlaces',
  'order.transfer',
  'order.waiting',
  'order.work',
  'order.toReady',
  'order.toShipped',
  'order.report',
  'orders.due',
  'orders.onTime',
  'backlog.orders',
  'sync.up',
  'sync.skewed',
  'sync.out',
  'sync.endToEnd',
  'transfer.settled',
  'transfer.failed',
  'transfer.healed',
  'transfer.attempts',
  'transfer.failedAttempts',
  'transfer.unsent',
  'lines.done',
  'lines.right',
  'active.ms',
  'standard.ms',
  'pick.lines',
  'pick.shorted',
  'adjust.posted',
  'adjust.within',
  'adjust.net',
  'adjust.gross',
  'adjust.unpriced',
  'approval.age',
  'exception.opened',
  'exception.closed',
  'exception.late',
  'exception.age',
  'exception.open',
] as const
export type Measure = (typeof MEASURES)[number]

/** Parts that are replaced by themselves when their facts change. */
export const PARTS = ['steps', 'orders', 'messages', 'counts', 'exceptions'] as const
export type Part = (typeof PARTS)[number]

/** Whose goods and where; client null and zone '' = the fact does not say. */
export type Where = { client: ClientId | null; zone: string }
export type SumRow = { measure: Measure; split: string; value: number; n: number }
export type DayRow = SumRow & Where

/** [from, to) in ms. */
export type Range = { from: number; to: number }
export const within = (at: number, { from, to }: Range): boolean => at >= from && at < to

export type Tally = {
  /** A value of a histogram. */
  value(measure: Measure, where: Where, value: number, split?: string): void
  /** A counter goes up by n; nothing is kept of 0. */
  count(measure: Measure, where: Where, n?: number, split?: string): void
  rows(): readonly DayRow[]
}

export const makeTally = (): Tally => {
  const kept = new Map<string, DayRow>()
  const add = (measure: Measure, { client, zone }: Where, split: string, value: number, n: number): void => {
    if (n === 0) return
    const key = [measure, client, zone, split, value].join('\u001f')
    const before = kept.get(key)
    if (before === undefined) kept.set(key, { measure, client, zone, split, value, n })
    else before.n += n
  }
  return {
    value: (measure, where, value, split = '') => add(measure, where, split, value, 1),
    count: (measure, where, n = 1, split = '') => add(measure, where, split, 0, n),
    rows: () => [...kept.values()],
  }
}
