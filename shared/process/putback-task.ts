import type { Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { ClientId, DocumentId, LineId, LocationId, TaskId } from '../ids.ts'
import type { Address, Goods } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'

/** Picked goods that their order does not want any more, or goods that were carried off from where they were wanted. */
export type PutBack = Goods & {
  client: ClientId
  /** Both null where no order has them: they only lie in the wrong place. */
  document: DocumentId | null
  line: LineId | null
  /** The tote or carton that they lie in. */
  from: Address
  /** Where they came from, where that is known. */
  to: LocationId | null
  qty: number
  cause: string
}

/** Goods still lie in the tote. */
export const isWaiting = (task: Task): boolean =>
  task.kind === 'putback' && task.state !== 'done' && task.state !== 'cancelled'

type Named = Pick<PutBack, 'line' | 'item' | 'from' | 'lot' | 'serial'>
const putBackId = ({ line, item, from, lot, serial }: Named): TaskId =>
  derivedId<'task'>('task', 'putback', line ?? item, from.location, from.lpn, lot, serial)

/** One task for what a line has in a tote: goods that come later are added to it, by its document it is found again. */
export const putBackTask = (view: View, goods: PutBack): Task => {
  const { client, document, line, from, to, qty, item, lot, serial, cause } = goods
  const id = putBackId(goods)
  const before = view.task(id)
  const isOpen = before !== undefined && isWaiting(before)
  const waiting = isOpen ? (before.goods?.qty ?? 0) : 0
  return {
    id,
    kind: 'putback',
    client,
    document,
    state: isOpen ? before.state : 'ready',
    lease: isOpen ? before.lease : null,
    tote: null,
    goods: { item, lot, serial, from, to: (isOpen ? before.goods?.to : null) ?? to, qty: waiting + qty, line },
    cause,
  }
}

/** Less is to be put back: a pick was taken back. */
export const putBackLess = (view: View, goods: Named & Pick<PutBack, 'qty'>): Task[] => {
  const task = view.task(putBackId(goods))
  if (!task?.goods || !isWaiting(task)) return []
  const left = (task.goods.qty ?? 0) - goods.qty
  return left > 0
    ? [{ ...task, goods: { ...task.goods, qty: left } }]
    : [{ ...task, state: 'cancelled', lease: null, goods: { ...task.goods, qty: 0 } }]
}
