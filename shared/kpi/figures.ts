import type { Measure, SumRow } from './day-rows.ts'
import { nearestRank, quotient, sizeOf } from './histogram.ts'
import { standardsOf } from './standard.ts'
import { lastOf, sumsOf } from './sums.ts'
import type { Sums } from './sums.ts'

/** ppm = parts per million of 1; s = whole seconds; minor = minor units of the currency; milli = thousandths. */
export const UNITS = ['ppm', 's', 'n', 'minor', 'milli'] as const

/**
 * One figure. `value` null = there is nothing to say ("–"), never 0 % or 100 %. `n` = how much it rests on; `few`: less than
 * twenty. `split` '' = of everything.
 */
export type Figure = {
  name: string
  split: string
  unit: (typeof UNITS)[number]
  value: number | null
  num: number | null
  den: number | null
  n: number
  few: boolean
}

/** A changed definition gets a new version. */
export const DEFINITION = 'v1'
/** On fewer a figure is shown, but greyed. */
export const FEW = 20
const PPM = 1_000_000

/** All figures of a window, from the sums of its days and of what is open now. The order is that of the page. */
export const figuresOf = (rows: readonly SumRow[]): readonly Figure[] => {
  const sums = sumsOf(rows)
  return [
    ...accuracy(sums),
    ...orders(sums),
    ...sync(sums),
    ...transfers(sums),
    ...efficiency(sums),
    ...shorts(sums),
    ...adjustments(sums),
    ...approvals(sums),
    ...exceptions(sums),
  ]
}

const figure = (
  name: string,
  unit: Figure['unit'],
  value: number | null,
  n: number,
  more: Partial<Figure> = {},
): Figure => ({
  name,
  split: '',
  unit,
  value,
  num: null,
  den: null,
  n,
  few: n < FEW,
  ...more,
})
/** num ÷ den; `n` is den unless something else was counted. */
const rate = (name: string, num: number, den: number, n: number = den, split = ''): Figure =>
  figure(name, 'ppm', quotient(num, den, PPM), n, { num, den, split })
/** 1 − wrong ÷ all, not below 0. */
const right = (name: string, wrong: number, all: number, n: number): Figure =>
  rate(name, Math.max(0, all - wrong), all, n)
const count = (name: string, value: number, split = ''): Figure =>
  figure(name, 'n', value, value, { split, few: false })
const spread = (
  name: string,
  sums: Sums,
  measure: Measure,
  percents: readonly number[],
  of?: (split: string) => boolean,
) => {
  const histogram = sums.histogram(measure, of)
  const n = sizeOf(histogram)
  return percents.map(p => figure(`${name}.p${p}`, 's', nearestRank(histogram, p), n))
}
const longest = (name: string, sums: Sums, measure: Measure, of?: (split: string) => boolean): Figure => {
  const histogram = sums.histogram(measure, of)
  return figure(name, 's', lastOf(histogram), sizeOf(histogram))
}

const accuracy = (sums: Sums): Figure[] => {
  const [lines, places] = [sums.total('count.lines'), sums.total('count.places')]
  return [
    rate('accuracy.aligned', sums.total('align.right'), sums.total('align.keys')),
    count('accuracy.drift', sums.total('align.drift')),
    right('accuracy.lines', sums.total('count.wrong'), lines, lines),
    right('accuracy.units', sums.total('count.units'), sums.total('count.book'), lines),
    right(
      'accuracy.value',
      sums.total('count.value'),
      sums.total('count.bookValue'),
      lines - sums.total('count.unpriced'),
    ),
    right('accuracy.places', sums.total('count.wrongPlaces'), places, places),
  ]
}

const ORDER: readonly (readonly [string, Measure])[] = [
  ['order.transfer', 'order.transfer'],
  ['order.waiting', 'order.waiting'],
  ['order.work', 'order.work'],
  ['order.toReady', 'order.toReady'],
  ['order.toShipped', 'order.toShipped'],
  ['order.report', 'order.report'],
]
const orders = (sums: Sums): Figure[] => [
  ...ORDER.flatMap(([name, measure]) => spread(name, sums, measure, [50, 90, 95])),
  rate('order.onTime', sums.total('orders.onTime'), sums.total('orders.due')),
  ...sums.bySplit('backlog.orders').map(([split, n]) => count('order.backlog', n, split)),
]

const isConnected = (split: string): boolean => split === 'connected'
const isOffline = (split: string): boolean => split === 'offline'
const sync = (sums: Sums): Figure[] => [
  ...spread('sync.up', sums, 'sync.up', [50, 95]),
  longest('sync.up.max', sums, 'sync.up'),
  ...spread('sync.up.connected', sums, 'sync.up', [50, 95], isConnected),
  longest('sync.up.connected.max', sums, 'sync.up', isConnected),
  ...spread('sync.up.offline', sums, 'sync.up', [50, 95], isOffline),
  longest('sync.up.offline.max', sums, 'sync.up', isOffline),
  ...spread('sync.out', sums, 'sync.out', [50, 95]),
  longest('sync.out.max', sums, 'sync.out'),
  ...spread('sync.endToEnd', sums, 'sync.endToEnd', [50, 95]),
  longest('sync.endToEnd.max', sums, 'sync.endToEnd'),
  count('sync.skewed', sums.total('sync.skewed')),
]

const transfers = (sums: Sums): Figure[] => {
  const settled = sums.bySplit('transfer.settled')
  const failed = new Map(sums.bySplit('transfer.failed'))
  const parts = (name: string, part: number): Figure[] => {
    const kinds = new Map<string, { failed: number; all: number }>()
    for (const [split, n] of settled) {
      const of = split.split('|')[part] ?? ''
      const sum = kinds.get(of) ?? { failed: 0, all: 0 }
      kinds.set(of, { failed: sum.failed + (failed.get(split) ?? 0), all: sum.all + n })
    }
    return [...kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([of, sum]) => rate(name, sum.failed, sum.all, sum.all, of))
  }
  const all = sums.total('transfer.settled')
  const byClass = new Map<string, number>()
  for (const [split, n] of failed)
    byClass.set(split.split('|')[2] ?? '', (byClass.get(split.split('|')[2] ?? '') ?? 0) + n)
  return [
    rate('errors.failed', sums.total('transfer.failed'), all),
    ...parts('errors.failed.connector', 0),
    ...parts('errors.failed.type', 1),
    ...[...byClass].sort(([a], [b]) => (a < b ? -1 : 1)).map(([of, n]) => rate('errors.failed.class', n, all, all, of)),
    rate('errors.attempts', sums.total('transfer.failedAttempts'), sums.total('transfer.attempts')),
    count('errors.healed', sums.total('transfer.healed')),
    longest('errors.oldestUnsent', sums, 'transfer.unsent'),
  ]
}

const HOUR_MS = 3_600_000
const efficiency = (sums: Sums): Figure[] => {
  const standards = standardsOf(sums)
  const lines = sums.bySplit('lines.done')
  const active = new Map(sums.bySplit('active.ms'))
  const measured = lines.filter(([process]) => standards.has(process))
  const earnedMs = measured.reduce((sum, [process, n]) => sum + n * (standards.get(process) ?? 0), 0)
  const activeMs = measured.reduce((sum, [process]) => sum + (active.get(process) ?? 0), 0)
  const all = sums.total('lines.done')
  return [
    rate(
      'efficiency.earned',
      earnedMs,
      activeMs,
      measured.reduce((sum, [, n]) => sum + n, 0),
    ),
    ...lines.map(([process, n]) => {
      const ms = active.get(process) ?? 0
      return figure('efficiency.linesPerHour', 'milli', quotient(n * HOUR_MS, ms, 1000), n, {
        num: n,
        den: ms,
        split: process,
      })
    }),
    rate('efficiency.firstTimeRight', sums.total('lines.right'), all),
  ]
}

const shorts = (sums: Sums): Figure[] => [rate('shorts', sums.total('pick.shorted'), sums.total('pick.lines'))]

const adjustments = (sums: Sums): Figure[] => {
  const n = sums.total('adjust.posted')
  const priced = n - sums.total('adjust.unpriced')
  const money = (name: string, measure: Measure): Figure[] => [
    figure(name, 'minor', priced === 0 ? null : sums.total(measure), priced),
    ...sums.bySplit(measure).map(([split, value]) => figure(name, 'minor', value, priced, { split })),
  ]
  return [
    ...money('adjustments.net', 'adjust.net'),
    ...money('adjustments.gross', 'adjust.gross'),
    rate('adjustments.within', sums.total('adjust.within'), n),
  ]
}

const approvals = (sums: Sums): Figure[] => spread('approval.age', sums, 'approval.age', [50, 90])

const exceptions = (sums: Sums): Figure[] => {
  const kinds = (name: string, measure: Measure): Figure[] => [
    count(name, sums.total(measure)),
    ...sums.bySplit(measure).map(([split, n]) => count(name, n, split)),
  ]
  return [
    ...kinds('exceptions.opened', 'exception.opened'),
    ...kinds('exceptions.closed', 'exception.closed'),
    ...kinds('exceptions.open', 'exception.open'),
    ...spread('exceptions.age', sums, 'exception.age', [90]),
    rate(
      'exceptions.late',
      sums.total('exception.late'),
      sums.total('exception.closed') + sums.total('exception.open'),
    ),
  ]
}
