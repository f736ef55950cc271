import type { DeviceId, WorkerId } from '../ids.ts'
import { msOf } from '../time.ts'

/**
 * Where a statement stands: exactly on its own handheld (epoch and number), by corrected time ± `unc` ms for everybody else.
 * `commit` is the feed's commit that brought it, which orders the epochs of one handheld.
 */
export type Point = { device: DeviceId; epoch: string; seq: number; commit: number; at: string; unc: number | null }

/** One side of a movement on one stock row. `qty` is signed: what the row gained. */
export type Leg = {
  device: DeviceId
  epoch: string
  seq: number
  commit: number
  at: string
  unc: number | null
  qty: number
  /** Made at the desk or by the ERP: its time is the server's own. */
  desk: boolean
  /** A posted adjustment counts at the point of its count, not when it was posted. */
  of: Point | null
  worker: WorkerId | null
  arrivedAt: string
}

/** A handheld that has never compared its clock may be off by this much. No uncertainty counts for more. */
export const UNKNOWN_UNC_MS = 86_400_000

export const uncOf = (unc: number | null): number => Math.min(unc ?? UNKNOWN_UNC_MS, UNKNOWN_UNC_MS)

export type Order = 'before' | 'after' | 'unknown'

type Moment = Omit<Point, 'commit'> & { commit: number }

export const isSamePoint = (a: Pick<Point, 'device' | 'epoch' | 'seq'>, b: Pick<Point, 'device' | 'epoch' | 'seq'>) =>
  a.device === b.device && a.epoch === b.epoch && a.seq === b.seq

/** Whether something happened before a point. Clocks decide only between devices, and only outside their uncertainty. */
export const orderOf = (what: Moment, point: Point): Order => {
  if (what.device === point.device) {
    if (what.epoch !== point.epoch) return what.commit <= point.commit ? 'before' : 'after'
    return what.seq <= point.seq ? 'before' : 'after'
  }
  const [theirs, own] = [uncOf(what.unc), uncOf(point.unc)]
  const apart = msOf(what.at) - msOf(point.at)
  if (apart < -(theirs + own)) return 'before'
  return apart > theirs + own ? 'after' : 'unknown'
}

export const legOrder = (leg: Leg, point: Point): Order =>
  leg.of !== null
    ? orderOf(leg.of, point)
    : // The desk's device is nobody's handheld: its numbers are commits and say nothing about the floor.
      orderOf(leg.desk ? { ...leg, unc: 0 } : leg, point)

/** Where the clocks cannot tell, the likelier order is that of the nominal times; a tie was before. */
export const isNominallyBefore = (leg: Leg, point: Point): boolean => {
  const order = legOrder(leg, point)
  return order === 'before' || (order === 'unknown' && msOf((leg.of ?? leg).at) <= msOf(point.at))
}
