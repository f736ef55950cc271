import type { ClientId, ItemId, LineId, LocationId, LpnId, TaskId } from '../ids.ts'
import type { StockStatus } from '../ledger/stock.ts'
import type { Next, ProcessState } from './process.ts'

/** What is on its way: loose goods, a whole pallet, everything in the place, or a tote, carton or cart with what is in it. */
export type Load =
  | {
      kind: 'goods'
      client: ClientId
      item: ItemId
      lot: string
      serial: string
      lpn: LpnId
      status: StockStatus
      n: number
      qty: number
      packaging: string | null
      raw: string
    }
  | { kind: 'pallet'; client: ClientId; lpn: LpnId; label: string }
  | { kind: 'whole' }
  | { kind: 'mobile'; mobile: LocationId }

/** Move, put-away, replenish and put-back carry goods by the same steps; they differ in what they begin with and where it may end. */
export type Carrier = 'move' | 'putaway' | 'replenish' | 'putback'

/** Where goods are to go: a place, or a pallet there; `label` where the pallet is new. */
export type Goal = { location: LocationId; lpn: LpnId; label: string | null }

/** A pallet in hand, where it was taken and for which task. */
export type InHand = {
  load: Extract<Load, { kind: 'pallet' }>
  from: LocationId | null
  takenAt: string | null
  task: TaskId | null
}

export type MoveState = ProcessState & {
  process: Carrier
  at: 'from' | 'goods' | 'lot' | 'serial' | 'which' | 'to' | 'status' | 'reason'
  from: LocationId | null
  load: Load | null
  /** Instant of the scan that took the goods up: they are not at their old place from then on. */
  takenAt: string | null
  /** The status that the goods shall get, or scrapping; the reason is still to come. */
  change: StockStatus | 'scrap' | null
  task: TaskId | null
  /** Put-back: the order line that lets go of the goods. */
  line: LineId | null
  /** PARTLY: only goods of this pallet. */
  only: LpnId | null
  /** Where the goods should go; null = the worker chooses. */
  goal: LocationId | null
  /** Pallets that were taken up before the one on the screen, the last one next. */
  more?: readonly InHand[]
  /** Places that were passed by with FULL or OTHER PLACE. */
  passed: readonly LocationId[]
  /** A place that was chosen instead and waits for its reason. */
  chosen: { goal: Goal; scan: string } | null
}
export type MoveNext = Next<MoveState>

export const fresh = (process: Carrier): MoveState => ({
  process,
  key: process,
  at: 'from',
  confirm: null,
  from: null,
  load: null,
  takenAt: null,
  change: null,
  task: null,
  line: null,
  only: null,
  goal: null,
  passed: [],
  chosen: null,
})

/** What may be left in hand is let go of; the place and the task stay. */
export const emptyHanded = (state: MoveState): MoveState => ({
  ...state,
  load: null,
  takenAt: null,
  change: null,
  goal: null,
  passed: [],
  chosen: null,
})
