import type { TaskId, WorkerId } from '../ids.ts'
import type { StockKey } from '../ledger/stock.ts'
import type { Policy } from '../policy.ts'
import type { Role } from '../roles.ts'
import type { Leg } from './point.ts'
import type { Seen, Variance, VarianceId } from './variance.ts'

/** One stock row with all that its variance hangs on, as it stands now. */
export type RowBook = {
  id: VarianceId
  key: StockKey
  onHand: number
  reserved: number
  /** What the variance holds of it now. */
  held: number
  /** Legs that are not surely before any of the statements. */
  legs: readonly Leg[]
  seen: readonly Seen[]
  open: Variance | null
  /** The newest that has come to an end, other than by being superseded or taken back. */
  settled: Variance | null
  /** Highest round and version that the row has had. */
  last: { round: number; version: number }
  /** An exception is open on the row, other than those of counts. */
  troubled: boolean
}

export type Facts = {
  now: string
  /** The commit that is being written: its legs are the new ones. */
  commit: number
  policy: Policy
  rolesOf: (worker: WorkerId | null) => readonly Role[]
  /** Whether the counter has left: nothing more is coming of this count. */
  isOver: (count: string, task: TaskId | null) => boolean
  /** Recounts before this one, and who must not have made it. */
  chainOf: (task: TaskId | null) => { index: number; notBy: readonly WorkerId[] }
}
