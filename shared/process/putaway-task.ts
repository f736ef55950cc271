import type { Task } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { TaskId } from '../ids.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'

/** Goods at the dock have one put-away task for each pallet or loose row, under the same name on every device. */
export const putawayTaskId = (row: StockKey): TaskId =>
  derivedId<'task'>('task', 'putaway', row.lpn === NO_LPN ? stockKeyText(row).replaceAll('\u001f', '/') : row.lpn)

/** Kinds of place where nothing is stored: what comes to stand there is to be put away. */
export const WAITS: ReadonlySet<string> = new Set(['dock', 'staging', 'returns'])

/** The task of goods that have just come to stand where nothing is stored; null where they may stay. */
export const putawayTask = (view: View, row: StockKey): Task | null => {
  const kind = view.location(row.location)?.kind
  return kind !== undefined && WAITS.has(kind) ? taskFor(view, row) : null
}

/** The same for goods that may not stay where they are, wherever that is; null = it is open already. */
export const taskFor = (view: View, row: StockKey): Task | null => {
  const id = putawayTaskId(row)
  const known = view.task(id)
  if (known !== undefined && known.state !== 'done' && known.state !== 'cancelled') return null
  const { client, item, lot, serial, location, lpn, status } = keyOf(row)
  return {
    id,
    kind: 'putaway',
    client,
    document: null,
    state: 'ready',
    lease: null,
    tote: null,
    goods: {
      item: lpn === NO_LPN ? item : null,
      lot: lpn === NO_LPN ? lot : '',
      serial: lpn === NO_LPN ? serial : '',
      from: { location, lpn, status },
      to: null,
      qty: null,
      line: null,
    },
  }
}

/** The tasks that end because these goods leave: theirs, when nothing stays behind. */
export const putawayDone = (view: View, row: StockKey, qty: number): readonly Task[] => {
  const task = view.task(putawayTaskId(row))
  if (task === undefined || task.state === 'done' || task.state === 'cancelled') return []
  const left =
    row.lpn === NO_LPN
      ? view.stock(row).onHand
      : view.stockOn(row.lpn).reduce((sum, one) => sum + Math.max(0, one.onHand), 0)
  return left > qty ? [] : [{ ...task, state: 'done', lease: null }]
}
