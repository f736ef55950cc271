import type { Task } from '../catalogue.ts'
import type { ItemId, LocationId } from '../ids.ts'
import { stockKeyText } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { isOverTask } from './count-state.ts'
import type { CountState } from './count-state.ts'
import type { ProcessState } from './process.ts'

type Spot = { location: LocationId; item: ItemId }

const HELD = new Set<Task['state']>(['leased', 'started', 'parked'])
/** Whether it is counted just now by somebody who must not know what the books have. */
export const isCountedBlind = ({ state, count }: Pick<Task, 'state' | 'count'>): boolean =>
  count?.hidden === true && HELD.has(state)

/**
 * What somebody counts blind just now, with whichever handheld: the server withholds those figures from that handheld alone,
 * so that the others must not tell them either.
 */
export const countedBlind = (view: View): ((spot: Spot) => boolean) => {
  const held = [...view.tasks()].flatMap(task => (isCountedBlind(task) && task.count ? [task.count] : []))
  const counts = [...held, ...(view.counting ?? [])]
  return ({ location, item }) =>
    counts.some(count => count.location === location && (count.item === null || count.item === item))
}

/**
 * Rows as they may be listed: without the figures of what is counted blind, here or elsewhere. Serials are one row, for as
 * many as there are of them would be the figure.
 */
export const withheld = (rows: readonly StockRow[], view: View): readonly StockRow[] => {
  const isBlind = countedBlind(view)
  const told = new Set<string>()
  return rows.flatMap((row): StockRow[] => {
    if (row.hidden !== true && !isBlind(row)) return [row]
    const bare: StockRow = { ...row, serial: '', onHand: 0, reserved: 0, held: 0, hidden: true }
    const text = stockKeyText(bare)
    if (told.has(text)) return []
    told.add(text)
    return [bare]
  })
}

/** A blind count of the place, or of something in it, is open: a count beside it must not say whether a figure is right. */
export const isForBlind = (view: View, location: LocationId): boolean =>
  [...view.tasks()].some(task => task.count?.hidden === true && task.count.location === location && !isOverTask(task))

const isHiddenCount = (state: ProcessState): state is CountState =>
  state.process === 'count' && 'hidden' in state && state.hidden === true

/** Where they count without knowing the figures. */
export const hiddenSpots = (
  states: readonly ProcessState[],
): readonly { location: LocationId; item: ItemId | null }[] =>
  states.filter(isHiddenCount).flatMap(({ location, only }) => (location === null ? [] : [{ location, item: only }]))

/**
 * The books beside counts that this handheld is at and whose figures are hidden. The server does not hear of a spot count
 * before it has stated something, and the rows that it withholds for others come a moment after the lease.
 */
export const besideCounts = (view: View, states: readonly ProcessState[]): View => {
  const counting = hiddenSpots(states)
  return counting.length === 0 ? view : { ...view, counting }
}
