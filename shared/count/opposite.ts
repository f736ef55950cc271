import type { RefusalCode } from '../exception.ts'
import type { Movement, StockKey } from '../ledger/stock.ts'
import type { LocationId } from '../ids.ts'
import { isoOf, msOf } from '../time.ts'
import { decideVariance } from './decide.ts'
import type { CountDecision } from './decide.ts'
import { LIFE } from './life.ts'
import { uncOf } from './point.ts'
import type { Variance } from './variance.ts'

/** Counts that lie further apart are not taken for two ends of one move. */
const APART_MS = 86_400_000

type ZoneOf = (place: LocationId) => string | null

/**
 * What is missing here and too much there may have been moved without a scan: the same goods in the same status, opposite
 * differences that wait for a person, counted within a day in one zone or by one person.
 */
export const isOpposite = (a: Variance, b: Variance, zoneOf: ZoneOf): boolean => {
  const [here, there] = [zoneOf(a.key.location), zoneOf(b.key.location)]
  return (
    isMovable(a, b) &&
    Math.abs(msOf(a.point.at) - msOf(b.point.at)) <= APART_MS &&
    ((here !== null && here === there) || a.counters.some(who => b.counters.includes(who)))
  )
}

/** Whether one move can make both smaller, and a person may still decide so. */
const isMovable = (a: Variance, b: Variance): boolean =>
  a.id !== b.id && sameGoods(a.key, b.key) && isOpposed(a, b) && [a, b].every(v => LIFE[v.state].approve !== null)

const isOpposed = (a: Variance, b: Variance): boolean => Math.sign(a.delta) * Math.sign(b.delta) === -1

const SAME = ['client', 'item', 'lot', 'serial', 'status'] as const

const sameGoods = (a: StockKey, b: StockKey): boolean => SAME.every(part => a[part] === b[part])

/**
 * Both are approved as one move, each on the version that was seen. It changes no total, so no second person is asked;
 * whoever has counted either of them may not, as always.
 */
export const decideMove = (
  [a, b]: readonly [Variance, Variance],
  [decision, other]: readonly [Omit<CountDecision, 'kind'>, { expectedVersion: number }],
  who: Parameters<typeof decideVariance>[2],
  now: string,
): { ok: true; variances: readonly [Variance, Variance] } | { ok: false; code: RefusalCode } => {
  const one = decideVariance(a, { ...decision, kind: 'approve' }, who, now)
  const two = decideVariance(b, { ...decision, ...other, kind: 'approve' }, who, now)
  if (!one.ok) return one
  if (!two.ok) return two
  if (!isMovable(a, b)) return { ok: false, code: 'not_opposite' }
  const paired = (v: Variance, partner: Variance): Variance => ({
    ...v,
    pair: partner.id,
    decided: v.decided && { ...v.decided, kind: 'move' },
  })
  return { ok: true, variances: [paired(one.variance, b), paired(two.variance, a)] }
}

/** Whether both still stand as they were decided: whatever changed one of them has taken the move back. */
export const isPair = (a: Variance, b: Variance | null): b is Variance =>
  a.state === 'approved' && b?.state === 'approved' && b.pair === a.id && a.pair === b.id && isOpposed(a, b)

/**
 * The move that nobody scanned, as far as both differences go: from before both counts, so that their books are put right and
 * what is left of a difference is what the counts really say.
 */
export const moveOf = (a: Variance, b: Variance): Movement => {
  const [from, to] = a.delta < 0 ? [a, b] : [b, a]
  const { client, item, lot, serial } = from.key
  const at = isoOf(Math.min(...[a, b].map(({ point }) => msOf(point.at) - uncOf(point.unc))) - 1)
  const address = ({ key: { location, lpn, status } }: Variance) => ({ location, lpn, status })
  const qty = Math.min(Math.abs(a.delta), Math.abs(b.delta))
  return { client, item, lot, serial, from: address(from), to: address(to), qty, takenAt: at, at, unc: 0 }
}
