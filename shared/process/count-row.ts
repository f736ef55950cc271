import { NO_LPN } from '../ids.ts'
import type { ItemId } from '../ids.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { StockKey, StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Draft } from '../sync/command.ts'
import { expectedRows, keyAt, seenOf } from './count-state.ts'
import type { CountState, OpenRow, SeenRow } from './count-state.ts'
import type { Moment } from './process.ts'

type Observed = Extract<Draft, { type: 'count.observed' }>

/** "I saw N here": one statement of one row, at the instant of its last scan or number. */
const observed = (
  state: CountState,
  key: StockKey,
  row: Pick<OpenRow, 'qty' | 'attempt' | 'typed' | 'expiry' | 'label' | 'scan' | 'takenAt' | 'photos'>,
): readonly Observed[] => {
  const { client, item, lot, serial, location, lpn, status } = key
  if (state.count === null) return []
  return [
    {
      type: 'count.observed',
      client,
      item,
      lot,
      serial,
      count: state.count,
      task: state.task,
      place: { location, lpn, status },
      attempt: row.attempt,
      mode: state.mode,
      qty: row.qty,
      typed: row.typed,
      expiry: row.expiry,
      takenAt: row.takenAt,
      ...(row.label === null ? {} : { label: row.label }),
      ...(row.scan === null ? {} : { scan: row.scan }),
      ...(row.photos.length > 0 ? { photos: [...row.photos] } : {}),
    },
  ]
}

export type Left = { state: CountState; commands: readonly Draft[] }

/**
 * The counter leaves the row: it becomes a statement. Where the figures can be seen the handheld says at once whether
 * another look is due; where they are hidden it does not know.
 */
export const leaveRow = (state: CountState, view: View): Left => {
  const { row } = state
  if (row === null) return { state, commands: [] }
  const empty: CountState = { ...state, row: null, hand: null }
  if (!row.touched) return { state: empty, commands: [] }
  if (row.total) return leaveTotal(empty, row, view)
  return { state: withSeen(empty, row.key, row, isDue(state, row, view)), commands: observed(state, row.key, row) }
}

const isDue = (state: CountState, { key, qty, attempt }: OpenRow, view: View): boolean =>
  !state.hidden && qty !== view.stock(key).onHand && attempt <= policyFor(view.policies, key.client).count.again

const withSeen = (
  state: CountState,
  key: StockKey,
  { qty, attempt }: Pick<OpenRow, 'qty' | 'attempt'>,
  due: boolean,
): CountState => {
  const { location: _, ...rest } = keyOf(key)
  const seen: SeenRow = { ...rest, qty, attempt, due }
  const before = seenOf(state, key)
  return { ...state, seen: [...state.seen.filter(one => one !== before), seen] }
}

/** Total first: where the sum is right every lot and pallet is as booked; where it is not they are counted one by one. */
const leaveTotal = (state: CountState, row: OpenRow, view: View): Left => {
  const rows = expectedRows(state, view).filter(one => one.item === row.key.item)
  const sum = rows.reduce((total, one) => total + one.onHand, 0)
  if (sum !== row.qty || rows.length === 0)
    return { state: { ...state, detail: [...state.detail, row.key.item] }, commands: [] }
  return statedAll(state, rows, one => ({ ...row, qty: one.onHand }))
}

/** Nothing of it is here: a statement as good as any. */
export const statedNone = (state: CountState, rows: readonly StockRow[], now: string): Left =>
  statedAll(state, rows, one => ({
    qty: 0,
    attempt: (seenOf(state, keyOf(one))?.attempt ?? 0) + 1,
    typed: false,
    expiry: null,
    label: null,
    scan: null,
    takenAt: now,
    photos: [],
  }))

const statedAll = (
  state: CountState,
  rows: readonly StockRow[],
  of: (row: StockRow) => Parameters<typeof observed>[2],
): Left =>
  rows.reduce<Left>(
    (left, one) => ({
      state: withSeen(left.state, keyOf(one), of(one), false),
      commands: [...left.commands, ...observed(state, keyOf(one), of(one))],
    }),
    { state, commands: [] },
  )

/** How many items were stated here. */
export const itemsSeen = ({ seen }: CountState): number => new Set<ItemId>(seen.map(row => row.item)).size

/** A row that is counted for the first time, once more from nothing, or on from where the counter left it. */
export const openRow = (state: CountState, key: StockKey, total: boolean, view: View, moment: Moment): OpenRow => {
  const seen: SeenRow | undefined = total ? undefined : seenOf(state, key)
  // Before another look was asked for, whoever comes back has only found more of it.
  const isAgain = seen !== undefined && state.at === 'again' && isAskedFor(state, seen, view)
  return {
    key,
    label: key.lpn !== NO_LPN && state.lpn?.id === key.lpn ? state.lpn.label : null,
    qty: seen === undefined || isAgain ? 0 : seen.qty,
    touched: false,
    typed: false,
    expiry: null,
    scan: null,
    takenAt: moment.now,
    attempt: seen === undefined ? 1 : isAgain ? seen.attempt + 1 : seen.attempt,
    total,
    photos: [],
  }
}

const isAskedFor = (state: CountState, seen: SeenRow, view: View): boolean => {
  const { location } = state
  if (seen.due) return true
  const task = state.task === null || location === null ? undefined : view.task(state.task)
  return (task?.count?.again ?? []).some(
    one =>
      one.attempt > seen.attempt &&
      location !== null &&
      stockKeyText(keyAt(location, one)) === stockKeyText(keyAt(location, seen)),
  )
}
