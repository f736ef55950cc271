import type { Document, Location } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { DocumentId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { readLabel } from '../scan/own-label.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { boxed, cartonsOf, FRESH, orderOf, ordersIn, waiting } from './pack-state.ts'
import type { PackNext, PackState } from './pack-state.ts'
import type { Moment, Start } from './process.ts'
import { itemsIn, isMark, mistaken } from './readings.ts'

export const startPack = (start: Start, view: View): PackNext => {
  const document =
    'document' in start ? start.document : 'task' in start ? (view.task(start.task)?.document ?? null) : null
  return document === null ? go(FRESH, 'ok', 'pack.start') : openOrder(FRESH, view.document(document), view)
}

/** A1: a tote, an order, one of its boxes, or an item that only one order in the totes wants. */
export const stepStart = (state: PackState, resolved: Resolved, view: View): PackNext => {
  for (const r of resolved.readings) {
    if (r.kind === 'tote' || r.kind === 'cart') return openTote(state, r.location, view)
    if (r.kind === 'document') return openOrder(state, view.document(r.document), view)
    if (r.kind === 'task') {
      const document = view.task(r.task)?.document ?? null
      return openOrder(state, document === null ? undefined : view.document(document), view)
    }
    if (r.kind === 'carton') {
      const carton = view.location(r.location)?.carton
      const opened = openOrder(state, carton ? view.document(carton.document) : undefined, view)
      return opened.state.document === null ? opened : { ...opened, state: { ...opened.state, carton: r.location } }
    }
  }
  const items = new Set(itemsIn(resolved).map(hit => hit.item))
  if (items.size === 0) return mistaken(state, resolved)
  const wanting = [...view.documents()].filter(
    document => document.kind === 'order' && waiting(view, document.id).some(({ line }) => items.has(line.item)),
  )
  if (wanting.length > 1) return stay(state, 'unknown', 'pack.which')
  return openOrder(state, wanting[0], view)
}

const openTote = (state: PackState, tote: LocationId, view: View): PackNext => {
  const orders = ordersIn(view, tote)
  const [first] = orders
  if (first === undefined) return stay(state, 'wrong', 'pack.notPicked')
  if (orders.length === 1) return openOrder(state, first, view)
  const next: PackState = { ...FRESH, key: `pack/${tote}`, tote, at: 'carton' }
  return go(inBox(next, view), 'ok', 'pack.sort', { n: orders.length })
}

const openOrder = (state: PackState, document: Document | undefined, view: View): PackNext => {
  if (document === undefined || document.kind !== 'order') return stay(state, 'unknown', 'unknown')
  if (document.state === 'cancelled') return stay(state, 'wrong', 'pack.cancelled')
  if (document.state === 'closed') return stay(state, 'wrong', 'pack.left', { no: document.number })
  if (waiting(view, document.id).length === 0 && boxed(view, document.id).length === 0)
    return stay(state, 'wrong', 'pack.notPicked')
  // The desk has stopped it; what somebody has begun to pack is theirs to end.
  if (document.hold && cartonsOf(view, document.id).length === 0)
    return stay(state, 'wrong', 'order.onHold', { no: document.number, why: document.hold.reason })
  const next: PackState = { ...FRESH, key: `pack/${document.id}`, document: document.id, at: 'carton' }
  return go(inBox(next, view), 'ok', 'opened', { no: document.number })
}

/** Back in the box that was open last; without one the next scan is a box. */
export const inBox = (state: PackState, view: View): PackState => {
  const document = orderOf(state, view)
  const open =
    document === undefined ? undefined : cartonsOf(view, document.id).find(box => box.carton?.closed === false)
  return open === undefined ? { ...state, at: 'carton', carton: null } : { ...state, at: 'verify', carton: open.id }
}

export const cartonId = (view: View, label: string): LocationId =>
  derivedId<'location'>('location', view.warehouse, 'carton', label)

/** A3: a box label, fresh or of this order; or a type, which makes a box without a label of its own. */
export const stepCarton = (state: PackState, resolved: Resolved, view: View, moment: Moment): PackNext => {
  const document = orderOf(state, view)
  if (document === undefined) return go(FRESH, 'ok', 'pack.start')
  const { text, raw } = resolved.scan
  const known = resolved.readings.find(r => r.kind === 'carton')
  if (known?.kind === 'carton') return reopen(state, view.location(known.location), document.id)
  const typed = typeNamed(view, document, text)
  if (typed !== null) return openBox(state, document, ownLabel(view, document), typed, raw, view)
  if (readLabel(text)?.prefix === 'XS') return openBox(state, document, text, null, raw, view)
  if (resolved.readings.length > 0 || !isMark(text)) return mistaken(state, resolved, 'carton')
  if (!confirmed(state, text, moment.monoMs, 'ask.newBox'))
    return ask(state, text, moment.monoMs, 'ask.newBox', { carton: text })
  return openBox(state, document, text, null, raw, view)
}

const reopen = (state: PackState, box: Location | undefined, document: DocumentId): PackNext => {
  if (box === undefined || box.carton?.document !== document || box.carton.shipped)
    return stay(state, 'wrong', 'pack.cartonOther', { carton: box?.code ?? '' })
  return go({ ...state, at: 'verify', carton: box.id }, 'ok', 'pack.inBox', { carton: box.code })
}

const typesFor = (view: View, document: Document) => policyFor(view.policies, document.client).pack.cartons

const typeNamed = (view: View, document: Document, text: string): string | null =>
  typesFor(view, document).find(type => type.name === text)?.name ?? null

/** `SO-1042-2`: what people call the second box of an order. */
const ownLabel = (view: View, document: Document): string => {
  const taken = new Set([...view.locations()].filter(p => p.carton?.document === document.id).map(p => p.code))
  let n = taken.size + 1
  while (taken.has(`${document.number}-${n}`)) n += 1
  return `${document.number}-${n}`
}

/** The n-th type, or a box without a type. */
export const stepType = (state: PackState, n: number | null, view: View): PackNext => {
  const document = orderOf(state, view)
  if (document === undefined) return stay(state, 'wrong', 'no.key')
  const type = n === null ? null : (typesFor(view, document)[n - 1]?.name ?? null)
  if (n !== null && type === null) return stay(state, 'wrong', 'no.key')
  return openBox(state, document, ownLabel(view, document), type, null, view)
}

const openBox = (
  state: PackState,
  document: Document,
  label: string,
  cartonType: string | null,
  scan: string | null,
  view: View,
): PackNext => {
  const type = typesFor(view, document).find(one => one.name === cartonType)
  const { carrier } = document
  if (type !== undefined && carrier && type.carriers.length > 0 && !type.carriers.includes(carrier))
    return stay(state, 'wrong', 'pack.carrier', { type: type.name, carrier })
  const draft = openDraft(view, document, label, cartonType, scan)
  const box = view.location(draft.carton)
  if (box !== undefined && box.carton?.document !== document.id)
    return stay(state, 'wrong', 'pack.cartonOther', { carton: label })
  return go({ ...state, at: 'verify', carton: draft.carton }, 'ok', 'pack.inBox', { carton: label }, [draft])
}

export const openDraft = (
  view: View,
  document: Document,
  label = ownLabel(view, document),
  cartonType: string | null = null,
  scan: string | null = null,
): Extract<Draft, { type: 'carton.open' }> => ({
  type: 'carton.open',
  client: document.client,
  document: document.id,
  carton: cartonId(view, label),
  label,
  cartonType,
  parent: [...view.locations()].find(place => place.kind === 'pack' && place.active)?.id ?? null,
  ...(scan === null ? {} : { scan }),
})
