import type { Document, Worker } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { ClientId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { ask, confirmed, go, message, stay } from './answer.ts'
import type { Moment, Start } from './process.ts'
import { itemsIn, mistaken } from './readings.ts'
import { palletIn } from './lpn.ts'
import { isAnnouncing, isOpen, oldestFirst } from './receive-asn.ts'
import { stepLine } from './receive-goods.ts'
import type { Pallet } from './receive-pallet.ts'
import { FRESH, blindNumber } from './receive-state.ts'
import type { ReceiveNext, ReceiveState } from './receive-state.ts'

const dockOf = (view: View): LocationId | null =>
  [...view.locations()]
    .filter(place => place.kind === 'dock' && place.active)
    .sort((a, b) => a.sequence - b.sequence || compare(a.code, b.code))[0]?.id ?? null

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const mayWork = (worker: Worker, client: ClientId): boolean =>
  worker.clients === null || worker.clients.includes(client)

export const startReceive = (start: Start, view: View, moment: Moment): ReceiveNext => {
  if ('document' in start) return openDocument(FRESH, view.document(start.document), view, moment)
  if ('task' in start) {
    const document = view.task(start.task)?.document ?? null
    return openDocument(FRESH, document === null ? undefined : view.document(document), view, moment)
  }
  if ('blind' in start) return withoutDocument(FRESH, view, moment, true)
  return go(FRESH, 'ok', 'scan.doc')
}

const openDocument = (state: ReceiveState, document: Document | undefined, view: View, moment: Moment): ReceiveNext => {
  if (document === undefined || document.kind !== 'receipt') return stay(state, 'unknown', 'rcv.none')
  if (!mayWork(moment.worker, document.client)) return stay(state, 'wrong', 'other.client')
  if (!isOpen(document)) return stay(state, 'wrong', 'rcv.closed', { no: document.number })
  const dock = dockOf(view)
  if (dock === null) return stay(state, 'wrong', 'rcv.noDock')
  const { id, client, blind } = document
  const next: ReceiveState = { ...FRESH, key: `receive/${id}`, at: 'line', document: id, client, blind, dock }
  return go(next, 'ok', 'opened', { no: document.number })
}

/** R1: a document's number opens it; an item opens the oldest receipt that still wants it, and counts on it at once. */
export const stepDocument = (state: ReceiveState, resolved: Resolved, view: View, moment: Moment): ReceiveNext => {
  const documents = resolved.readings.flatMap(r =>
    r.kind === 'document' ? [r.document] : r.kind === 'task' ? [view.task(r.task)?.document ?? null] : [],
  )
  const [named] = documents
  if (named !== undefined) {
    if (new Set(documents).size > 1) return stay(state, 'unknown', 'many')
    return openDocument(state, named === null ? undefined : view.document(named), view, moment)
  }
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return announced(state, pallet, resolved, view, moment)
  const items = new Set(itemsIn(resolved).map(hit => hit.item))
  if (items.size === 0) return mistaken(state, resolved)
  const wanting = [...view.documents()]
    .filter(d => isOpen(d) && mayWork(moment.worker, d.client))
    .filter(d => view.linesOf(d.id).some(line => line.state === 'open' && items.has(line.item)))
    .sort(oldestFirst)
  const [oldest] = wanting
  if (oldest === undefined) return stay(state, 'wrong', 'rcv.none')
  // The same code on goods of two clients: only the delivery's own number says whose they are.
  if (wanting.some(d => d.client !== oldest.client)) return stay(state, 'unknown', 'many')
  const opened = openDocument(state, oldest, view, moment)
  if (opened.state.document === null) return opened
  const next = stepLine(opened.state, resolved, view, moment)
  const isTaken = next.verdict === 'ok' || next.verdict === 'done'
  return wanting.length > 1 && isTaken
    ? { ...next, verdict: 'warn', message: message('rcv.oldest', { no: oldest.number }) }
    : next
}

/** A pallet that a supplier has announced opens its delivery and is received as the policy says. */
const announced = (
  state: ReceiveState,
  pallet: Pallet,
  resolved: Resolved,
  view: View,
  moment: Moment,
): ReceiveNext => {
  const [oldest] = [...view.documents()]
    .filter(d => mayWork(moment.worker, d.client) && isAnnouncing(view, d, pallet.lpn))
    .sort(oldestFirst)
  if (oldest === undefined) return stay(state, 'wrong', 'rcv.none')
  const opened = openDocument(state, oldest, view, moment)
  return opened.state.document === null ? opened : stepLine(opened.state, resolved, view, moment)
}

/** A receipt that is made on the floor gets its name here; the first command that carries it makes it on both sides. */
export const withoutDocument = (state: ReceiveState, view: View, moment: Moment, isSure = false): ReceiveNext => {
  const { blindReceipt } = view.policies.warehouse.receive
  if (blindReceipt === 'no') return stay(state, 'wrong', 'no.key')
  const dock = dockOf(view)
  if (dock === null) return stay(state, 'wrong', 'rcv.noDock')
  if (blindReceipt === 'ask' && !isSure && !confirmed(state, 'XCNDC', moment.monoMs, 'ask.blind'))
    return ask(state, 'XCNDC', moment.monoMs, 'ask.blind')
  const document = derivedId<'document'>('blind', moment.device, moment.now, moment.worker.id)
  const next: ReceiveState = { ...FRESH, key: `receive/${document}`, at: 'line', document, blind: true, dock }
  return go(next, 'ok', 'opened', { no: blindNumber(document) })
}
