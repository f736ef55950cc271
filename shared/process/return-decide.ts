import type { Document, Line, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import { derivedId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { Address } from '../ledger/stock.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { carried } from './carry.ts'
import { contradiction } from './contradiction.ts'
import { newPallet } from './lpn.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { putawayDone, putawayTask } from './putaway-task.ts'
import { labelTrouble } from './receive-contradictions.ts'
import { lotsFor } from './receive-decide.ts'
import { notSent, returnNumber, sentAndBack } from './return-state.ts'

type Came = Extract<Act, { type: 'return' }>

/** What comes back is booked whatever was sent; what contradicts the order becomes an exception beside it. */
export const decideReturn = (view: View, command: Command, key: CommandKey, times: CommandTimes): Effects => {
  if (command.type === 'return') return returned(view, command, key, times)
  if (command.type === 'move') return { ...NOTHING, ...carried(view, command, times) }
  return command.type === 'close' ? closed(view, command) : NOTHING
}

const returned = (view: View, c: CommandOf<'return'>, key: CommandKey, times: CommandTimes): Effects => {
  const document = view.document(c.document) ?? madeHere(view, c)
  const task = view.taskOf(c.document) ?? taskOf(c)
  const isOver = document.state === 'closed' || document.state === 'cancelled'
  const toPutAway = c.disposition === 'restock' ? putawayTask(view, keyOf({ ...c, ...c.to })) : null
  return {
    ...NOTHING,
    movements: [{ ...goodsOf(c), from: customerOf(view), to: c.to, ...times }],
    documents: isOver ? [] : [{ ...document, state: 'started' }],
    tasks: [
      ...(isOver || task.state === 'done' ? [] : [{ ...task, state: 'started' as const }]),
      ...(toPutAway === null ? [] : [toPutAway]),
    ],
    lines: [grown(view, c, document)],
    lots: lotsFor(view, c, times),
    lpns: newPallet(view, c.client, c.to.lpn, c.label),
    exceptions: exceptionsOf(view, c, key, document),
    messages: document.state === 'closed' ? [{ type: 'return', document: document.id, final: false }] : [],
  }
}

const goodsOf = ({ client, item, lot, serial, qty }: Came) => ({ client, item, lot, serial, qty })
const customerOf = (view: View): Address => looseAt(virtualLocation(view.warehouse, 'customer'))

const madeHere = (view: View, c: Came): Document => {
  const order = c.order === null ? undefined : view.document(c.order)
  return {
    id: c.document,
    kind: 'return',
    client: c.client,
    number: returnNumber(c.document, order),
    partner: order?.partner ?? '',
    state: 'started',
    due: null,
    priority: 0,
    blind: c.blind,
    origin: c.order,
  }
}
const taskOf = (c: Came): Task => ({
  id: derivedId('task', 'return', c.document),
  kind: 'return',
  client: c.client,
  document: c.document,
  state: 'started',
  lease: null,
  tote: null,
})

/** One line for each item: what was sent, and what of it has come back. */
const grown = (view: View, c: Came, document: Document): Line => {
  const own = view.linesOf(document.id).filter(line => line.item === c.item && line.client === c.client)
  const line = own.find(one => one.done < one.wanted) ?? own.at(-1)
  if (line !== undefined) {
    const done = line.done + c.qty
    return { ...line, done, state: line.wanted > 0 && done >= line.wanted ? 'done' : 'open' }
  }
  const { sent } = sentAndBack(view, document.id, c.order, c.item)
  const wanted = Number.isFinite(sent) ? sent : 0
  return {
    id: derivedId('line', 'return', c.document, c.client, c.item),
    document: document.id,
    client: c.client,
    item: c.item,
    source: null,
    no: view.linesOf(document.id).length + 1,
    wanted,
    done: c.qty,
    state: wanted > 0 && c.qty >= wanted ? 'done' : 'open',
    claims: [],
    reason: null,
  }
}

const exceptionsOf = (view: View, c: CommandOf<'return'>, key: CommandKey, document: Document): ExceptionDraft[] => {
  const order = c.order === null ? undefined : view.document(c.order)
  const { sent, back } = sentAndBack(view, c.document, c.order, c.item)
  const found: ExceptionDraft[] = []
  const add = (kind: ExceptionKind, body: Record<string, unknown>): void =>
    void found.push(contradiction(key, kind, `${c.document}/${c.item}`, { item: c.item, qty: c.qty, ...body }))
  if (document.client !== c.client || (order !== undefined && order.client !== c.client))
    add('other_client', { client: c.client })
  if (order !== undefined && !view.linesOf(order.id).some(line => (line.shipped ?? 0) > 0))
    add('not_shipped', { order: order.id })
  else if (sent === 0) add('not_in_order', { order: c.order })
  else if (back + c.qty > sent) add('over_return', { sent, back: back + c.qty })
  const other = notSent(view, c.order, c.item, c)
  if (other !== null) add('wrong_serial_returned', { order: c.order, lot: c.lot, serial: c.serial })
  labelTrouble(view, c, (kind, subject, body) => {
    if (!found.some(one => one.kind === kind)) found.push(contradiction(key, kind, subject, body))
  })
  return found
}

const closed = (view: View, c: CommandOf<'close'>): Effects => {
  const document = c.document === null ? undefined : view.document(c.document)
  if (document?.kind !== 'return' || document.state === 'closed') return NOTHING
  const task = view.taskOf(document.id)
  return {
    ...NOTHING,
    documents: document.state === 'cancelled' ? [] : [{ ...document, state: 'closed' }],
    tasks: task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'done', lease: null }],
    messages: [{ type: 'return', document: document.id, final: true }],
  }
}

/** The goods are with the customer again, and the return has so much less. */
export const undoReturn = (view: View, act: Act, { times }: UndoAt): Effects => {
  if (act.type === 'move') return { ...NOTHING, ...carried(view, { ...act, from: act.to, to: act.from }, times) }
  if (act.type !== 'return') return NOTHING
  const document = view.document(act.document)
  const line = view
    .linesOf(act.document)
    .filter(one => one.item === act.item && one.client === act.client)
    .at(-1)
  const done = (line?.done ?? 0) - act.qty
  const isGone = line !== undefined && line.source === null && done === 0
  return {
    ...NOTHING,
    movements: [{ ...goodsOf(act), from: act.to, to: customerOf(view), ...times }],
    lines:
      line === undefined
        ? []
        : [{ ...line, done, state: isGone ? 'cancelled' : line.state === 'done' ? 'open' : line.state }],
    tasks: act.disposition === 'restock' ? putawayDone(view, keyOf({ ...act, ...act.to }), act.qty) : [],
    messages: document?.state === 'closed' ? [{ type: 'return', document: document.id, final: false }] : [],
  }
}

/** A return is made by its first command; the place must be here, and what closes must have been opened. */
export const unknownReturn = (view: View, command: Command | Act): 'target' | 'other' | null => {
  if (command.type === 'return') {
    const document = view.document(command.document)
    const isReturn = document === undefined || document.kind === 'return'
    return isReturn && view.location(command.to.location) !== undefined ? null : 'other'
  }
  if (command.type === 'move') return view.location(command.to.location) === undefined ? 'target' : null
  if (command.type !== 'close') return null
  return command.document !== null && view.document(command.document)?.kind === 'return' ? null : 'other'
}
