import type { Claim, Document, Line, Location } from '../catalogue.ts'
import type { DocumentId, ItemId, LineId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { isMobile } from './pick-lines.ts'
import type { Next, ProcessState } from './process.ts'

/** A scan of goods that waits for its lot or serial. */
export type PackHand = {
  item: ItemId
  n: number
  qty: number
  packaging: string | null
  lot: string
  serial: string
  raw: string
}

export type PackState = ProcessState & {
  process: 'pack'
  at: 'start' | 'carton' | 'verify' | 'lot' | 'serial' | 'missing' | 'weight' | 'tracking'
  /** What a scan of goods means: into the box, out of it, put aside as broken, or a unit that nobody ordered. */
  mode: 'pack' | 'unpack' | 'damaged' | 'extra'
  document: DocumentId | null
  /** A tote with several orders in it: every unit goes to the order that is due first. */
  tote: LocationId | null
  carton: LocationId | null
  hand: PackHand | null
  weightG: number | null
}
export type PackNext = Next<PackState>

export const FRESH: PackState = {
  process: 'pack',
  key: 'pack',
  at: 'start',
  confirm: null,
  mode: 'pack',
  document: null,
  tote: null,
  carton: null,
  hand: null,
  weightG: null,
}

/** Goods of a line that wait in a tote, or that are in a box already. */
export type Packing = { line: Line; claim: Claim }

const claimsAt = (view: View, document: DocumentId, kinds: readonly Location['kind'][]): Packing[] =>
  view
    .linesOf(document)
    .flatMap(line => line.claims.map(claim => ({ line, claim })))
    .filter(({ claim }) => kinds.includes(view.location(claim.location)?.kind ?? 'pickable'))

export const waiting = (view: View, document: DocumentId): Packing[] => claimsAt(view, document, ['tote', 'cart'])
export const boxed = (view: View, document: DocumentId): Packing[] => claimsAt(view, document, ['carton'])

/** Boxes of an order that have not left, in the order in which they were opened. */
export const cartonsOf = (view: View, document: DocumentId): Location[] =>
  [...view.locations()]
    .filter(place => place.active && place.carton?.document === document && !place.carton.shipped)
    .sort((a, b) => a.sequence - b.sequence || (a.code < b.code ? -1 : 1))

export const sumOf = (rows: readonly Packing[]): number => rows.reduce((sum, { claim }) => sum + claim.qty, 0)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Orders with goods in a tote, the one that is due first before the others. */
export const ordersIn = (view: View, tote: LocationId): Document[] =>
  [...view.documents()]
    .filter(document => document.kind === 'order' && document.state !== 'closed')
    .filter(document => view.linesOf(document.id).some(line => line.claims.some(claim => claim.location === tote)))
    .sort(byDue)

const byDue = (a: Document, b: Document): number =>
  compare(a.due ?? '9', b.due ?? '9') || b.priority - a.priority || compare(a.number, b.number)

/** Orders that were picked into a tote that is empty of them now, and that wait in their boxes to be called ready. */
export const packedFrom = (view: View, tote: LocationId): Document[] =>
  [...view.documents()]
    .filter(({ kind, state, ready }) => kind === 'order' && (state === 'open' || state === 'started') && ready !== true)
    .filter(({ id }) => view.taskOf(id, 'pick')?.tote === tote)
    .filter(({ id }) => waiting(view, id).length === 0 && boxed(view, id).length > 0)
    .sort(byDue)

/**
 * The order that the next step is about: the open one; of a shared tote the first that still wants something of it, and when
 * it is empty the first that is not ready.
 */
export const orderOf = (state: PackState, view: View): Document | undefined => {
  if (state.document !== null) return view.document(state.document)
  if (state.tote === null) return undefined
  return ordersIn(view, state.tote)[0] ?? packedFrom(view, state.tote)[0]
}

/** Whose box is open: in a shared tote the next unit may be another order's. */
export const orderOfBox = (state: PackState, view: View): Document | undefined => {
  const box = state.tote === null || state.carton === null ? undefined : view.location(state.carton)
  return box?.carton ? view.document(box.carton.document) : orderOf(state, view)
}

export const isLine = (line: LineId, rows: readonly Packing[]): boolean => rows.some(row => row.line.id === line)
export const isTote = (view: View, location: LocationId): boolean =>
  isMobile(view, location) && view.location(location)?.kind !== 'carton'
