import type { Task } from '../catalogue.ts'
import type { ItemId, LocationId } from '../ids.ts'
import { stockKeyText } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { isOverTask } from './count-state.ts'

type Spot = { location: LocationId; item: ItemId }

/** States in which somebody has a task. */
const HELD = new Set<Task['state']>(['leased', 'started', 'parked'])

/**
 * What somebody counts blind just now, with whichever handheld: the server withholds those figures from that handheld alone,
 * so that the others must not tell them either.
 */
export const countedBlind = (view: View): ((spot: Spot) => boolean) => {
  const counts = [...view.tasks()].flatMap(({ state, count }) => (count?.hidden && HELD.has(state) ? [count] : []))
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
