import type { CountMode } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { Id, TaskId, WarehouseId, WorkerId } from '../ids.ts'
import type { Observation } from '../ledger/effects.ts'
import { stockKeyText } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import type { CommandKey } from '../sync/command.ts'
import type { VarianceState } from './life.ts'
import type { Point } from './point.ts'

export type VarianceId = Id<'variance'>

/** A row has one variance at a time, so it is named after the row; `round` tells the ones apart that came one after another. */
export const varianceId = (warehouse: WarehouseId, key: StockKey): VarianceId =>
  derivedId<'variance'>('variance', warehouse, stockKeyText(key))

/** An observation as it is kept: by whom, and where in the stream it stands. */
export type Seen = Observation & { point: Point; worker: WorkerId | null; takenBack: boolean }

/** One look at the row; all of a chain are shown to whoever decides. */
export type Try = {
  count: string
  worker: WorkerId | null
  seen: number
  attempt: number
  mode: CountMode
  at: string
  typed: boolean
}

/** A movement from before the count that came after it: "n by worker, time, arrived time". */
export type LateLeg = { qty: number; worker: WorkerId | null; at: string; arrivedAt: string }

/** Why a person must look, whatever the size. */
export const FLAGS = {
  orderUnknown: 'Whether a movement was before or after the count cannot be told.',
  fresh: 'Goods that the books do not have at this place.',
  exception: 'Another exception is open on this row.',
  alwaysReview: 'The client wants every difference to be looked at.',
  silent: 'A handheld that worked here has not been heard of for too long.',
  late: 'A movement from before a settled count has arrived after it.',
  twoCounts: 'Two people counted, and it cannot be told whose count was later.',
  sameCounter: 'The recount was made by somebody who had counted before.',
  overLimit: 'The difference is more than the counter may post.',
  broken: 'The approval was overtaken by a late movement.',
} as const
export type Flag = keyof typeof FLAGS

export type Variance = {
  id: VarianceId
  round: number
  /** Raised by everything that changes the numbers or the state by a person; decisions name the one they saw. */
  version: number
  state: VarianceState
  key: StockKey
  kind: Observation['kind']
  count: string
  task: TaskId | null
  mode: CountMode
  attempt: number
  typed: boolean
  reason: string | null
  photos: readonly string[]
  point: Point
  worker: WorkerId | null
  seen: number
  book: number
  /** seen − book; what posting adds to the row. */
  delta: number
  /** The difference by where legs of unknown order belong. */
  least: number
  most: number
  tries: readonly Try[]
  /** Everybody who counted in the chain: none of them approves it. */
  counters: readonly WorkerId[]
  late: readonly LateLeg[]
  flags: readonly Flag[]
  /** The last decision about it. */
  decided: {
    kind: 'approve' | 'move' | 'undo' | 'reject' | 'recount'
    worker: WorkerId
    at: string
    reason: string
  } | null
  /** The first of two approvals. It counts on the version that it has made, so that whatever changes the numbers ends it. */
  first?: { worker: WorkerId; at: string; version: number } | null
  /** Approved together with this one, as one move instead of two adjustments. */
  pair?: VarianceId | null
  /** An approval posts from here on. */
  effectiveAt: string | null
  postedAs: (CommandKey & { n: number }) | null
  openedAt: string
  changedAt: string
}

export const LATE_KEPT = 50
export const TRIES_KEPT = 20
