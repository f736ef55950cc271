import type { CountMode, Task } from '../catalogue.ts'
import type { ClientId, Id, ItemId, LocationId, LpnId, TaskId } from '../ids.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { Goods, StockKey, StockRow, StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Next, ProcessState } from './process.ts'

/** Goods that were scanned while something is still to be asked: lot, date, serial or status. */
export type CountHand = {
  client: ClientId
  item: ItemId
  lot: string
  serial: string
  expiry: string | null
  status: StockStatus | null
  qty: number
  /** A number was typed where goods are due: it sets the total. */
  set: boolean
  raw: string
}

/** The row that is being counted. It becomes a statement when the counter leaves it; until then a crash keeps it here. */
export type OpenRow = {
  key: StockKey
  label: string | null
  qty: number
  /** Something was scanned or typed: a pallet that was only looked at says nothing. */
  touched: boolean
  typed: boolean
  expiry: string | null
  scan: string | null
  /** Instant of the last scan or number: the point of the statement. */
  takenAt: string
  attempt: number
  /** The item as a whole, whatever its lots and pallets. */
  total: boolean
  photos: readonly string[]
}

/** A statement that was made here. `due`: another look is due. */
export type SeenRow = Goods & { lpn: LpnId; status: StockStatus; qty: number; attempt: number; due: boolean }

export type Unmatched = { scan: string; photos: readonly string[] }

export type CountState = ProcessState & {
  process: 'count'
  at: 'place' | 'goods' | 'lot' | 'expiry' | 'serial' | 'status' | 'again' | 'missing' | 'unmatched'
  task: TaskId | null
  count: Id<'count'> | null
  mode: CountMode
  /** Figures are withheld from the counter. */
  hidden: boolean
  location: LocationId | null
  only: ItemId | null
  /** The pallet that is open; NO_LPN = goods beside pallets, said by scanning the place again. Null = nothing was said. */
  lpn: { id: LpnId; label: string | null } | null
  hand: CountHand | null
  row: OpenRow | null
  seen: readonly SeenRow[]
  /** Codes that nobody knows, to be settled or sent before the place is closed. */
  unmatched: readonly Unmatched[]
  /** Rows of which the counter has said nothing on purpose, by key text. */
  passed: readonly string[]
  /** The place is being closed, and where the counter goes from here. */
  leaving: LocationId | 'done' | null
  /** Items whose total differed: they are counted by lot and pallet. */
  detail: readonly ItemId[]
}
export type CountNext = Next<CountState>

export const FRESH: CountState = {
  process: 'count',
  key: 'count',
  at: 'place',
  confirm: null,
  task: null,
  count: null,
  mode: 'spot',
  hidden: false,
  location: null,
  only: null,
  lpn: null,
  hand: null,
  row: null,
  seen: [],
  unmatched: [],
  passed: [],
  leaving: null,
  detail: [],
}

export const keyAt = (location: LocationId, row: Omit<StockKey, 'location'>): StockKey => keyOf({ ...row, location })

/** Rows that the books have at the place of the count, as far as the count goes. */
export const expectedRows = (state: CountState, view: View): readonly StockRow[] =>
  state.location === null
    ? []
    : view
        .stockAt(state.location)
        .filter(row => row.onHand !== 0 || row.hidden === true)
        .filter(row => state.only === null || row.item === state.only)

export const seenOf = (state: CountState, key: StockKey): SeenRow | undefined =>
  state.seen.find(row => state.location !== null && stockKeyText(keyAt(state.location, row)) === stockKeyText(key))

/**
 * The row that is to be looked at once more: one that the handheld has judged itself, or (figures hidden) one that the
 * server has sent with the task. Neither says how much was wrong, or which way.
 */
export const dueAgain = (state: CountState, view: View): SeenRow | undefined => {
  const own = state.seen.find(row => row.due)
  if (own !== undefined || state.task === null || state.location === null) return own
  for (const row of view.task(state.task)?.count?.again ?? []) {
    const seen = seenOf(state, keyAt(state.location, row))
    if (seen !== undefined && seen.attempt < row.attempt && !isPassed(state, keyAt(state.location, row))) return seen
  }
  return undefined
}

export const isPassed = (state: CountState, key: StockKey): boolean => state.passed.includes(stockKeyText(key))

/** Items of which a row is expected and nothing was said, in the order of the place. */
export const missingItem = (state: CountState, view: View): { item: ItemId; rows: readonly StockRow[] } | null => {
  const isAsked = state.mode === 'guided' || state.mode === 'total' || (state.hidden && isWhole(state, view))
  if (!isAsked) return null
  const rows = expectedRows(state, view).filter(
    row => seenOf(state, keyOf(row)) === undefined && !isPassed(state, keyOf(row)),
  )
  const [first] = rows
  return first === undefined ? null : { item: first.item, rows: rows.filter(row => row.item === first.item) }
}

/** A whole place is counted to its end where the policy says so: what is not named is asked for. */
const isWhole = (state: CountState, view: View): boolean => {
  const task = state.task === null ? undefined : view.task(state.task)
  return task !== undefined && state.only === null && policyFor(view.policies, task.client).count.fullLocation
}

const OVER = new Set<Task['state']>(['done', 'cancelled'])
export const isOverTask = (task: Task): boolean => OVER.has(task.state)

/**
 * The world may move on under the counter: another look that the server asks for comes next when nothing is in hand, and
 * is gone again when it was taken.
 */
export const settledCount = (state: CountState, view: View): CountState => {
  if (state.at === 'goods' && state.row === null && dueAgain(state, view) !== undefined)
    return { ...state, at: 'again' }
  if (state.at === 'again' && state.row === null && dueAgain(state, view) === undefined)
    return { ...state, at: 'goods' }
  return state
}
