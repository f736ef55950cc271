import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXCEPTIONS } from '../exception.ts'
import { derivedId } from '../ids.ts'
import type { WorkerId } from '../ids.ts'
import { isoOf, msOf, UTC } from '../time.ts'
import { countRows, pendingCountRows } from './counts.ts'
import type { CountFact } from './counts.ts'
import type { Range, SumRow } from './day-rows.ts'
import { limitsOf, USUAL_MINUTES } from '../exception-limits.ts'
import { exceptionRows, openExceptionRows } from './exceptions.ts'
import type { ExceptionFact } from './exceptions.ts'
import { FEW, figuresOf } from './figures.ts'
import type { Figure } from './figures.ts'
import { histogramOf, nearestRank, quotient, secondsBetween } from './histogram.ts'
import { messageRows, openRows } from './messages.ts'
import type { MessageFact } from './messages.ts'
import { backlogRows, dueInstant, orderRows } from './orders.ts'
import type { OrderFact } from './orders.ts'
import { standardMs } from './standard.ts'
import { stepRows } from './steps.ts'
import type { StepFact } from './steps.ts'

const DAY = msOf('2026-11-23T00:00:00.000Z')
const range: Range = { from: DAY, to: DAY + 86_400_000 }
const at = (seconds: number): string => isoOf(DAY + seconds * 1000)
const client = derivedId<'client'>('client', 'kpi')
const other = derivedId<'client'>('client', 'kpi', 'other')
const anna: WorkerId = derivedId('worker', 'kpi', 'anna')
const berk: WorkerId = derivedId('worker', 'kpi', 'berk')
const where = { client, zone: 'A' }

const shown = (rows: readonly SumRow[], name: string, split = ''): Partial<Figure> => {
  const found = figuresOf(rows).find(figure => figure.name === name && figure.split === split)
  return found === undefined ? {} : { value: found.value, num: found.num, den: found.den, n: found.n }
}
const valueOf = (rows: readonly SumRow[], name: string, split = ''): number | null | undefined =>
  shown(rows, name, split).value

describe('figures', () => {
  it('[KP1] a percentile is the ⌈p/100 × n⌉-th of the sorted values: of one it is that one, of none there is none', () => {
    const of = (...values: number[]) => histogramOf(values.map(value => [value, 1] as const))
    expect(nearestRank(of(), 50)).toBeNull()
    expect([50, 90, 95].map(p => nearestRank(of(7), p))).toEqual([7, 7, 7])
    // Ten values: ranks 5, 9 and ⌈9.5⌉ = 10.
    expect([50, 90, 95].map(p => nearestRank(of(10, 9, 8, 7, 6, 5, 4, 3, 2, 1), p))).toEqual([5, 9, 10])
    // Two: rank 1, then rank 2.
    expect([50, 51].map(p => nearestRank(of(3, 4), p))).toEqual([3, 4])
    // Twenty: 95 % is rank 19 and not 20.
    expect(nearestRank(of(...Array.from({ length: 20 }, (_, i) => i + 1)), 95)).toBe(19)
  })

  it('[KP1] histograms of parts make the percentile of the whole, whatever the parts are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1 }),
        fc.nat(200),
        fc.integer({ min: 1, max: 100 }),
        (all, cut, p) => {
          const [a, b] = [all.slice(0, cut), all.slice(cut)]
          const merged = histogramOf([a, b].flatMap(part => histogramOf(part.map(value => [value, 1] as const))))
          const sorted = [...all].sort((x, y) => x - y)
          expect(nearestRank(merged, p)).toBe(sorted[Math.ceil((p * all.length) / 100) - 1])
        },
      ),
    )
  })

  it('[KP1] whole seconds keep the order of the milliseconds; a negative duration is 0', () => {
    expect([secondsBetween(0, 999), secondsBetween(0, 1000), secondsBetween(500, 0)]).toEqual([0, 1, 0])
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (ms, p) => {
        const exact = nearestRank(histogramOf(ms.map(value => [value, 1] as const)), p) ?? 0
        const seconds = histogramOf(ms.map(value => [secondsBetween(0, value), 1] as const))
        expect(nearestRank(seconds, p)).toBe(Math.floor(exact / 1000))
      }),
    )
  })

  it('[KP2] a rate is made of whole numbers and rounded once; without a denominator there is none', () => {
    expect([quotient(1, 3, 1_000_000), quotient(2, 3, 1_000_000), quotient(1, 2_000_000, 1_000_000)]).toEqual([
      333_333, 666_667, 1,
    ])
    expect([quotient(0, 0, 100), quotient(5, 0, 100), quotient(0, 5, 100)]).toEqual([null, null, 0])
    // Sums of money in minor units, times a million, are beyond 2^53.
    expect(quotient(8_999_999_999_999, 9_000_000_000_000, 1_000_000)).toBe(1_000_000)
  })

  it('[KP2] of nothing every figure is said, and none says 0 % or 100 %', () => {
    const none = figuresOf([])
    expect(none.length).toBeGreaterThan(30)
    expect(none.filter(figure => figure.unit === 'ppm' || figure.unit === 's').map(figure => figure.value)).toEqual(
      none.filter(figure => figure.unit === 'ppm' || figure.unit === 's').map(() => null),
    )
    expect(none.every(figure => figure.n === 0)).toBe(true)
    expect(new Set(none.map(figure => figure.name)).size).toBe(none.length)
  })

  it('[KP2] fewer than twenty are marked as few', () => {
    const lines = (n: number): boolean | undefined =>
      figuresOf([{ measure: 'count.lines', split: '', value: 0, n }]).find(one => one.name === 'accuracy.lines')?.few
    expect([lines(FEW - 1), lines(FEW)]).toEqual([true, false])
  })

  it('[KP3] days, clients and zones add up: rates are made of their sums, never of rates', () => {
    const fact = (over: Partial<CountFact>): CountFact => countFact({ ...over })
    const one = countRows([fact({ delta: -1 }), fact({ place: 'p2' })], range)
    const two = countRows([fact({ client: other, zone: 'B' })], range)
    expect(shown([...one, ...two], 'accuracy.lines')).toEqual({ value: 666_667, num: 2, den: 3, n: 3 })
    expect(shown(one, 'accuracy.lines')).toEqual({ value: 500_000, num: 1, den: 2, n: 2 })
  })
})

const countFact = (over: Partial<CountFact> = {}): CountFact => ({
  ...where,
  place: 'p1',
  kind: 'count',
  state: 'closed',
  book: 10,
  delta: 0,
  cost: 100,
  abc: 'A',
  reason: null,
  openedAt: at(0),
  decidedAt: null,
  changedAt: at(60),
  ...over,
})

describe('inventory accuracy', () => {
  it('[KP10] aligned = figures of both books that agree ÷ figures compared', () => {
    const rows: SumRow[] = [
      { measure: 'align.keys', split: '', value: 0, n: 4812 },
      { measure: 'align.right', split: '', value: 0, n: 4783 },
      { measure: 'align.drift', split: '', value: 0, n: 61 },
    ]
    // 4783 / 4812 = 0.99397339…
    expect(shown(rows, 'accuracy.aligned')).toEqual({ value: 993_973, num: 4783, den: 4812, n: 4812 })
    expect(valueOf(rows, 'accuracy.drift')).toBe(61)
  })

  it('[KP11] counts right by lines, units, value and places, side by side', () => {
    const rows = countRows(
      [
        countFact(),
        countFact({ place: 'p2', state: 'posted', book: 25, delta: -2, cost: 4200 }),
        countFact({ place: 'p2', book: 5, cost: null }),
        // An unexpected item is a line with book 0.
        countFact({ place: 'p3', state: 'posted', book: 0, delta: 3, cost: 50 }),
      ],
      range,
    )
    expect(shown(rows, 'accuracy.lines')).toEqual({ value: 500_000, num: 2, den: 4, n: 4 })
    // |−2| + |3| = 5 of 10 + 25 + 5 + 0 = 40: 35 / 40.
    expect(shown(rows, 'accuracy.units')).toEqual({ value: 875_000, num: 35, den: 40, n: 4 })
    // 2 × 42.00 + 3 × 0.50 = 85.50 of 10 × 1.00 + 25 × 42.00 = 1060.00; the line without a cost is not among them.
    expect(shown(rows, 'accuracy.value')).toEqual({ value: 919_340, num: 97_450, den: 106_000, n: 3 })
    expect(shown(rows, 'accuracy.places')).toEqual({ value: 333_333, num: 1, den: 3, n: 3 })
  })

  it('[KP11] more units wrong than the books have is 0, not less; one line alone is 0 % or 100 %', () => {
    const wrong = countRows([countFact({ state: 'posted', book: 2, delta: 9 })], range)
    expect(shown(wrong, 'accuracy.units')).toEqual({ value: 0, num: 0, den: 2, n: 1 })
    expect(shown(wrong, 'accuracy.lines')).toEqual({ value: 0, num: 0, den: 1, n: 1 })
    expect(shown(countRows([countFact()], range), 'accuracy.lines')).toEqual({ value: 1_000_000, num: 1, den: 1, n: 1 })
    expect(valueOf(countRows([countFact({ book: 0 })], range), 'accuracy.units')).toBeNull()
  })

  it('[KP12] rejected counts and shorts are left out; what is pending counts with its present difference', () => {
    const facts = [
      countFact({ state: 'rejected', delta: -5, decidedAt: at(30) }),
      countFact({ kind: 'short', state: 'posted', delta: -5 }),
      countFact({ changedAt: at(-1) }),
      countFact({ changedAt: at(86_400) }),
      countFact({ changedAt: at(86_399) }),
    ]
    expect(shown(countRows(facts, range), 'accuracy.lines')).toMatchObject({ num: 1, den: 1 })
    const pending = countFact({ state: 'pending', delta: -5 })
    expect(countRows([pending], range)).toEqual([])
    expect(shown(pendingCountRows([pending]), 'accuracy.lines')).toMatchObject({ num: 0, den: 1 })
  })

  it('[KP13] a place that was confirmed empty is one right line at one right place', () => {
    const close = step({ type: 'close', process: 'count', count: 'c1', line: null })
    expect(shown(stepRows([close, { ...close, id: '2' }], range), 'accuracy.lines')).toMatchObject({ num: 1, den: 1 })
    expect(shown(stepRows([close], range), 'accuracy.places')).toMatchObject({ num: 1, den: 1 })
    const seen = step({ type: 'count.observed', process: 'count', count: 'c1' })
    expect(shown(stepRows([seen, close], range), 'accuracy.lines')).toMatchObject({ den: 0, value: null })
  })
})

const order = (over: Partial<OrderFact> = {}): OrderFact => ({
  client,
  releasedAt: at(0),
  importedAt: at(60),
  firstPickAt: at(360),
  readyAt: at(960),
  shippedAt: at(1960),
  confirmedAt: at(2000),
  dueAt: at(1000),
  cancelled: false,
  ...over,
})

describe('order processing time', () => {
  it('[KP20] each stage from its instant to the next, in whole seconds', () => {
    const rows = orderRows([order()], range, range.to)
    const p50 = (stage: string) => valueOf(rows, `order.${stage}.p50`)
    expect(['transfer', 'waiting', 'work', 'toReady', 'toShipped', 'report'].map(p50)).toEqual([
      60, 300, 600, 900, 1000, 40,
    ])
    expect(shown(rows, 'order.toReady.p90')).toMatchObject({ value: 900, n: 1 })
    expect(valueOf(orderRows([], range, range.to), 'order.toReady.p50')).toBeNull()
  })

  it('[KP21] a stage belongs to the day of its end; cancelled orders and missing instants are left out', () => {
    const late = order({ readyAt: at(90_000), shippedAt: null, confirmedAt: null })
    const rows = orderRows([late, order({ cancelled: true }), order({ releasedAt: null })], range, range.to)
    expect(shown(rows, 'order.toReady.p50')).toMatchObject({ n: 1 })
    expect(shown(rows, 'order.transfer.p50')).toMatchObject({ n: 1 })
    expect(shown(rows, 'order.waiting.p50')).toMatchObject({ n: 2 })
    const next = { from: range.to, to: range.to + 86_400_000 }
    expect(shown(orderRows([late], next, next.to), 'order.toReady.p50')).toMatchObject({ n: 1, value: 89_940 })
  })

  it('[KP22] on time = ready before it was due ÷ due in the window and due by now', () => {
    const facts = [order(), order({ dueAt: at(959) }), order({ readyAt: null }), order({ dueAt: null })]
    expect(shown(orderRows(facts, range, range.to), 'order.onTime')).toEqual({ value: 333_333, num: 1, den: 3, n: 3 })
    expect(shown(orderRows(facts, range, msOf(at(959))), 'order.onTime')).toMatchObject({ num: 0, den: 1 })
    expect([dueInstant('2026-11-23', UTC), dueInstant('soon', UTC), dueInstant(null, UTC)]).toEqual([
      '2026-11-23T23:59:59.999Z',
      null,
      null,
    ])
  })

  it('[KP23] the backlog is by when its orders are due', () => {
    const rows = backlogRows(
      [at(10), at(90), at(90_000), null, null].map(dueAt => ({ dueAt })),
      at(50),
      UTC,
    )
    const n = (split: string) => valueOf(rows, 'order.backlog', split)
    expect(['late', 'today', 'later', 'none'].map(n)).toEqual([1, 1, 1, 2])
  })
})

let steps = 0
const step = (over: Partial<StepFact> = {}): StepFact => {
  steps += 1
  return {
    ...where,
    id: `${steps}`,
    type: 'pick',
    process: 'pick',
    worker: anna,
    at: at(100),
    receivedAt: at(102),
    skewed: false,
    line: `line ${steps}`,
    count: null,
    undone: false,
    trouble: false,
    ...over,
  }
}

const message = (over: Partial<MessageFact> = {}): MessageFact => ({
  client,
  connector: 'erp',
  type: 'receipt',
  createdAt: at(100),
  postedAt: at(139),
  skippedAt: null,
  byPerson: false,
  stopped: false,
  errorClass: null,
  attempts: 1,
  failedAttempts: 0,
  captured: [at(91)],
  ...over,
})

describe('data synchronization time', () => {
  it('[KP30] up = receipt − capture, of commands with and without a network apart', () => {
    const rows = stepRows(
      [
        step({ receivedAt: at(104) }),
        step({ receivedAt: at(160) }),
        step({ receivedAt: at(161) }),
        step({ receivedAt: at(4100), skewed: true }),
      ],
      range,
    )
    expect(['p50', 'p95', 'max'].map(p => valueOf(rows, `sync.up.connected.${p}`))).toEqual([4, 60, 60])
    expect(['p50', 'p95', 'max'].map(p => valueOf(rows, `sync.up.offline.${p}`))).toEqual([61, 4000, 4000])
    expect(shown(rows, 'sync.up.p50')).toMatchObject({ value: 60, n: 4 })
    expect(valueOf(rows, 'sync.skewed')).toBe(1)
  })

  it('[KP31] out and end to end are of what the ERP shows as posted; what is open enters with its present age', () => {
    const posted = messageRows([message({ captured: [at(91), at(52)] })], range, range.to)
    expect(valueOf(posted, 'sync.out.p50')).toBe(39)
    expect([valueOf(posted, 'sync.endToEnd.p50'), valueOf(posted, 'sync.endToEnd.p95')]).toEqual([48, 87])
    const stuck = openRows([{ client, createdMs: DAY, capturedMs: [DAY] }], msOf(at(3600)))
    expect(valueOf([...posted, ...stuck], 'sync.endToEnd.max')).toBe(3600)
    expect(valueOf(stuck, 'errors.oldestUnsent')).toBe(3600)
    expect(messageRows([message({ postedAt: null })], range, msOf(at(200)))).toEqual([])
  })
})

describe('integration error rate', () => {
  const rateOf = (facts: MessageFact[], now = range.to) => {
    const rows = messageRows(facts, range, now)
    return { ...shown(rows, 'errors.failed'), healed: valueOf(rows, 'errors.healed') }
  }

  it('[KP40] failed = it did not succeed by itself: stopped, decided by a person, or over its time', () => {
    expect(rateOf([message()])).toEqual({ value: 0, num: 0, den: 1, n: 1, healed: 0 })
    expect(rateOf([])).toMatchObject({ value: null, den: 0 })
    const failed = [
      message({ byPerson: true }),
      message({ stopped: true, errorClass: 'config' }),
      message({ postedAt: null, skippedAt: at(300), byPerson: true }),
      message({ postedAt: at(1001) }),
      message({ postedAt: null }),
    ]
    expect(rateOf([message(), message({ postedAt: at(1000) }), ...failed])).toMatchObject({ num: 5, den: 7, healed: 3 })
  })

  it('[KP41] a transfer counts once, when it is settled or its time has run out; before that it is open', () => {
    const open = message({ postedAt: null })
    expect(rateOf([open], msOf(at(999)))).toMatchObject({ den: 0, value: null })
    expect(rateOf([open], msOf(at(1000)))).toMatchObject({ num: 1, den: 1 })
    // Over its time on one day, healed on the next: failed on the first, healed on the second, settled once.
    const healed = message({ createdAt: at(85_000), postedAt: at(90_000) })
    const next = { from: range.to, to: range.to + 86_400_000 }
    const [first, second] = [range, next].map(of => messageRows([healed], of, next.to))
    expect([shown(first!, 'errors.failed'), valueOf(first!, 'errors.healed')]).toMatchObject([{ num: 1, den: 1 }, 0])
    expect([shown(second!, 'errors.failed'), valueOf(second!, 'errors.healed')]).toMatchObject([{ value: null }, 1])
  })

  it('[KP42] by connection, kind and class; tries are counted apart', () => {
    const rows = messageRows(
      [
        message({ attempts: 3, failedAttempts: 2, errorClass: 'transient' }),
        message({ type: 'shipment', stopped: true, errorClass: 'config', attempts: 2, failedAttempts: 1 }),
        message({ connector: 'other', postedAt: null, attempts: 0 }),
      ],
      range,
      range.to,
    )
    expect(shown(rows, 'errors.attempts')).toEqual({ value: 600_000, num: 3, den: 5, n: 5 })
    expect(shown(rows, 'errors.failed.connector', 'erp')).toMatchObject({ num: 1, den: 2 })
    expect(shown(rows, 'errors.failed.connector', 'other')).toMatchObject({ num: 1, den: 1 })
    expect(shown(rows, 'errors.failed.type', 'receipt')).toMatchObject({ num: 1, den: 2 })
    expect(shown(rows, 'errors.failed.class', 'config')).toMatchObject({ num: 1, den: 3 })
    expect(shown(rows, 'errors.failed.class', 'late')).toMatchObject({ num: 1, den: 3 })
  })
})
describe('operational efficiency', () => {
  it('[KP50] active = the gaps between commands of one worker in one process, a gap over five minutes counting nothing', () => {
    const rows = stepRows(
      [
        step({ at: at(0) }),
        step({ at: at(60) }),
        step({ at: at(60), worker: berk }),
        step({ at: at(90), process: 'move', type: 'move' }),
        step({ at: at(360) }),
        step({ at: at(661) }),
        step({ at: at(700) }),
      ],
      range,
    )
    // 60 + 300 (exactly five minutes) + 39; 301 is a pause. Anna's move and Berk's pick have no command before them.
    expect(shown(rows, 'efficiency.linesPerHour', 'pick')).toMatchObject({ num: 6, den: 399_000 })
    // 6 lines × 3,600 s ÷ 399 s = 54.135 an hour.
    expect(valueOf(rows, 'efficiency.linesPerHour', 'pick')).toBe(54_135)
    expect(shown(rows, 'efficiency.linesPerHour', 'move')).toMatchObject({ value: null, num: 1, den: 0 })
  })

  it('[KP50] a gap belongs to the day on which it ends', () => {
    const rows = stepRows([step({ at: at(-100) }), step({ at: at(100) })], range)
    expect(shown(rows, 'efficiency.linesPerHour', 'pick')).toMatchObject({ num: 1, den: 200_000 })
  })

  it('[KP51] a line is counted once a day, one that was wholly taken back not at all', () => {
    const line = { line: 'one' }
    const rows = stepRows([step(line), step(line), step({ line: 'two', undone: true }), step({ line: null })], range)
    expect(shown(rows, 'efficiency.firstTimeRight')).toEqual({ value: 1_000_000, num: 1, den: 1, n: 1 })
    const again = stepRows([step({ line: 'two', undone: true }), step({ line: 'two' })], range)
    expect(shown(again, 'efficiency.firstTimeRight')).toMatchObject({ num: 0, den: 1 })
    expect(shown(stepRows([step({ trouble: true }), step()], range), 'efficiency.firstTimeRight')).toMatchObject({
      num: 1,
      den: 2,
    })
  })

  it('[KP52] earned = lines × standard ÷ active time, of processes that have a standard', () => {
    const rows: SumRow[] = [
      { measure: 'lines.done', split: 'pick', value: 0, n: 120 },
      { measure: 'active.ms', split: 'pick', value: 0, n: 7_200_000 },
      { measure: 'lines.done', split: 'receive', value: 0, n: 40 },
      { measure: 'active.ms', split: 'receive', value: 0, n: 3_600_000 },
    ]
    expect(valueOf(rows, 'efficiency.earned')).toBeNull()
    const standard = { measure: 'standard.ms', split: 'pick', value: 0, n: 62_400 } as const
    // 120 lines at 62.4 s in two hours: 7,488,000 ÷ 7,200,000 = 104 %.
    expect(shown([...rows, standard], 'efficiency.earned')).toEqual({
      value: 1_040_000,
      num: 7_488_000,
      den: 7_200_000,
      n: 120,
    })
  })

  it('[KP53] the standard is the median of the first 28 days of work, and stays', () => {
    const day = (n: number, perLineMs: number) => ({
      day: `2026-01-${String(n).padStart(2, '0')}`,
      lines: 10,
      activeMs: perLineMs * 10 + 9,
    })
    const days = Array.from({ length: 28 }, (_, i) => day(i + 1, 1000 * (i + 1)))
    expect(standardMs(days.slice(0, 27))).toBeNull()
    // Rank 14 of 28.
    expect(standardMs(days)).toBe(14_000)
    expect(standardMs([day(31, 1), day(30, 1), day(29, 1), ...days])).toBe(14_000)
    expect(standardMs([{ day: '2025-12-31', lines: 0, activeMs: 0 }, ...days])).toBe(14_000)
  })

  it('[KP54] shorts = lines shorted ÷ lines picked or shorted', () => {
    const rows = stepRows(
      [
        step({ line: 'a' }),
        step({ line: 'a', type: 'short' }),
        step({ line: 'b', type: 'short' }),
        step({ line: 'c', type: 'short', undone: true }),
        step({ line: 'c' }),
        step({ line: 'd', process: 'pack', type: 'short' }),
      ],
      range,
    )
    expect(shown(rows, 'shorts')).toEqual({ value: 666_667, num: 2, den: 3, n: 3 })
    expect(valueOf(stepRows([], range), 'shorts')).toBeNull()
  })
})

describe('the other figures', () => {
  it('[KP60] adjustments net and gross, by reason and class, with the share that posted by itself', () => {
    const posted = (over: Partial<CountFact>) => countFact({ state: 'posted', ...over })
    const rows = countRows(
      [
        posted({ delta: 5, cost: 100, reason: 'FOUND' }),
        posted({ delta: -5, cost: 100, reason: 'MISSING', abc: 'C', decidedAt: at(50) }),
        posted({ delta: -1, cost: null, kind: 'short', reason: 'EMPTY', abc: null }),
        posted({ delta: 0 }),
      ],
      range,
    )
    expect(shown(rows, 'adjustments.net')).toMatchObject({ value: 0, n: 2 })
    expect(shown(rows, 'adjustments.gross')).toMatchObject({ value: 1000, n: 2 })
    expect(valueOf(rows, 'adjustments.net', 'MISSING|C')).toBe(-500)
    expect(shown(rows, 'adjustments.within')).toEqual({ value: 666_667, num: 2, den: 3, n: 3 })
    expect(valueOf(countRows([posted({ delta: 1, cost: null })], range), 'adjustments.net')).toBeNull()
  })

  it('[KP61] the age of an approval is from when the count came up to its decision, rejected ones too', () => {
    const rows = countRows(
      [
        countFact({ state: 'posted', delta: 1, decidedAt: at(30) }),
        countFact({ state: 'rejected', delta: 1, decidedAt: at(50) }),
        countFact(),
      ],
      range,
    )
    expect([shown(rows, 'approval.age.p50'), shown(rows, 'approval.age.p90')]).toMatchObject([
      { value: 30, n: 2 },
      { value: 50, n: 2 },
    ])
  })

  it('[KP62] exceptions opened, closed and open by cause, their age, and the share that was late', () => {
    const fact = (
      opened: number,
      closed: number | null,
      kind: ExceptionFact['kind'] = 'short_pick',
    ): ExceptionFact => ({
      ...where,
      kind,
      openedAt: at(opened),
      closedAt: closed === null ? null : at(closed),
    })
    const facts = [fact(0, 900), fact(0, 901), fact(-10, 10, 'over_receipt'), fact(50, 90_000)]
    const usual = limitsOf(null)
    const open = openExceptionRows([fact(0, null, 'unknown_code')], msOf(at(1801)), usual)
    const rows = [...exceptionRows(facts, range, usual), ...open]
    expect(valueOf(rows, 'exceptions.opened')).toBe(3)
    expect(valueOf(rows, 'exceptions.closed', 'short_pick')).toBe(2)
    expect(valueOf(rows, 'exceptions.open', 'unknown_code')).toBe(1)
    // 20, 900, 901 and, still open, 1801: late are 901 and 1801.
    expect(shown(rows, 'exceptions.age.p90')).toMatchObject({ value: 1801, n: 4 })
    expect(shown(rows, 'exceptions.late')).toEqual({ value: 500_000, num: 2, den: 4, n: 4 })
    expect(Object.keys(USUAL_MINUTES).sort()).toEqual(Object.keys(EXCEPTIONS).sort())
  })
})
