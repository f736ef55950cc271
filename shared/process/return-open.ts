import type { Document } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import type { Moment, Start } from './process.ts'
import { mistaken } from './readings.ts'
import { FRESH, returnNumber, returnOf } from './return-state.ts'
import type { ReturnNext, ReturnState } from './return-state.ts'

export const startReturn = (start: Start, view: View, moment: Moment): ReturnNext => {
  if ('document' in start) return openReturn(FRESH, view.document(start.document), view, moment)
  if ('task' in start) {
    const document = view.task(start.task)?.document ?? null
    return openReturn(FRESH, document === null ? undefined : view.document(document), view, moment)
  }
  return 'blind' in start ? withoutOrder(FRESH, view, moment, true) : go(FRESH, 'ok', 'ret.scan')
}

/** T1: a return that was announced, the order that was sent, or one of its boxes. */
export const stepDocument = (state: ReturnState, resolved: Resolved, view: View, moment: Moment): ReturnNext => {
  for (const reading of resolved.readings) {
    if (reading.kind === 'document') return openReturn(state, view.document(reading.document), view, moment)
    if (reading.kind === 'carton') {
      const order = view.location(reading.location)?.carton?.document ?? null
      if (order !== null) return openReturn(state, view.document(order), view, moment)
    }
  }
  return mistaken(state, resolved)
}

const openReturn = (state: ReturnState, document: Document | undefined, view: View, moment: Moment): ReturnNext => {
  const { clients } = moment.worker
  if (document === undefined || document.kind === 'receipt') return stay(state, 'unknown', 'ret.none')
  if (clients !== null && !clients.includes(document.client)) return stay(state, 'wrong', 'other.client')
  const isOrder = document.kind === 'order'
  if (isOrder && !view.linesOf(document.id).some(line => (line.shipped ?? 0) > 0))
    return stay(state, 'wrong', 'ret.notShipped', { no: document.number })
  const id = isOrder ? returnOf(document.id) : document.id
  const order = isOrder ? document.id : (document.origin ?? null)
  const next: ReturnState = { ...FRESH, key: `return/${id}`, at: 'goods', document: id, order, client: document.client }
  return go(next, 'ok', 'opened', { no: isOrder ? returnNumber(id, document) : document.number })
}

/** Goods that nobody announced and no order is known of. */
export const withoutOrder = (state: ReturnState, view: View, moment: Moment, isSure = false): ReturnNext => {
  const { blind } = view.policies.warehouse.return
  if (blind === 'no') return stay(state, 'wrong', 'no.key')
  if (blind === 'ask' && !isSure && !confirmed(state, 'XCNDC', moment.monoMs, 'ask.blindReturn'))
    return ask(state, 'XCNDC', moment.monoMs, 'ask.blindReturn')
  const document = derivedId<'document'>('blind-return', moment.device, moment.now, moment.worker.id)
  const next: ReturnState = { ...FRESH, key: `return/${document}`, at: 'goods', document, blind: true }
  return go(next, 'ok', 'opened', { no: returnNumber(document, undefined) })
}
