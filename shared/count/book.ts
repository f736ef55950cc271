import { isNominallyBefore, legOrder } from './point.ts'
import type { Leg, Point } from './point.ts'

/** What the ledger says of one row at a point. */
export type Book = {
  book: number
  /** Legs whose order the clocks cannot tell; the book lies between `least` and `most`, by where they belong. */
  unknown: readonly Leg[]
  least: number
  most: number
  /** Units that came (+) or went (−) after the point. */
  since: number
}

const sum = (legs: readonly Leg[]): number => legs.reduce((total, leg) => total + leg.qty, 0)

/**
 * Book at the point = what is on hand now without what happened after it. `legs` must hold every leg that is not surely
 * before the point; legs that are may be left out.
 */
export const bookAt = (onHand: number, legs: readonly Leg[], point: Point): Book => {
  const after = legs.filter(leg => legOrder(leg, point) === 'after')
  const unknown = legs.filter(leg => legOrder(leg, point) === 'unknown')
  const surely = onHand - sum(after) - sum(unknown)
  return {
    book: surely + sum(unknown.filter(leg => isNominallyBefore(leg, point))),
    unknown,
    least: surely + sum(unknown.filter(leg => leg.qty < 0)),
    most: surely + sum(unknown.filter(leg => leg.qty > 0)),
    since: sum(after),
  }
}
