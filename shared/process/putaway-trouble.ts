import { NO_LPN } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { go, stay } from './answer.ts'
import { emptyHanded } from './move-state.ts'
import type { MoveNext, MoveState } from './move-state.ts'

/** What the task is about and the books have: everything on its pallet, or its loose row. */
const rowsOfTask = ({ task: id }: MoveState, view: View): readonly StockRow[] => {
  const task = id === null ? undefined : view.task(id)
  if (task?.goods == null) return []
  const { item, from } = task.goods
  if (item === null) return view.stockOn(from.lpn).filter(row => row.onHand > 0)
  const row = view.stock(keyOf({ ...task.goods, ...from, client: task.client, item }))
  return row.onHand > 0 ? [row] : []
}

/** Only what a task says can be missing: what was scanned is here. Goods in hand have been found. */
export const mayMiss = (state: MoveState, view: View): boolean =>
  state.only === null &&
  (state.at === 'goods' || (state.at === 'to' && state.load?.kind === 'pallet')) &&
  rowsOfTask(state, view).length > 0

/** NOT FOUND: what the task is about does not stand here; the task is over and somebody counts the place. */
export const notFound = (state: MoveState, view: View): MoveNext => {
  const rows = rowsOfTask(state, view)
  const shorts = rows.map(({ client, item, lot, serial, location, lpn, status }): Draft => ({
    type: 'short',
    process: 'putaway',
    client,
    item,
    lot,
    serial,
    task: state.task,
    document: null,
    line: null,
    from: { location, lpn, status },
    reason: 'NOT_FOUND',
  }))
  const place = rows.flatMap(row => view.location(row.location)?.code ?? [])[0] ?? ''
  const next: MoveState = { ...emptyHanded(state), at: 'from', from: null, only: null }
  return { ...go(next, 'warn', 'rep.short', { place }, shorts), finished: true }
}

/** A task can be left for later, or to others. */
export const mayLeave = ({ task, at }: MoveState): boolean => task !== null && at !== 'reason'

/** Begun by mistake: nothing of it has been put away, so that nothing has to be taken back. */
export const mayCancel = ({ task, at }: MoveState, view: View): boolean =>
  at !== 'from' && at !== 'reason' && (task === null || view.task(task)?.state !== 'started')

/** DAMAGED: what is in hand becomes damaged goods, off its pallet, and goes to a place for such goods instead. */
export const stepBroken = (state: MoveState): MoveNext => {
  const { load, from, task } = state
  if (load?.kind !== 'goods' || from === null || load.status === 'damaged') return stay(state, 'wrong', 'no.key')
  const { client, item, lot, serial, lpn, status, qty } = load
  const about = { task, document: null, line: null, damaged: qty, reason: 'DAMAGED' }
  const row = { client, item, lot, serial, from: { location: from, lpn, status } }
  const broken = { ...load, lpn: NO_LPN, status: 'damaged' as const, n: qty, packaging: null }
  return go({ ...state, load: broken, goal: null, passed: [] }, 'warn', 'put.broken', { n: qty }, [
    { type: 'short', process: 'putaway', ...row, ...about },
  ])
}
