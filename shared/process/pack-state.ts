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
    .sort((a, b) => compare(a.due ?? '9', b.due ?? '9') || b.priority - a.priority || compare(a.number, b.number))

/** The order that the next step is about: the open one, or in a shared tote the first that still wants something of it. */
export const orderOf = (state: PackState, view: View): Document | undefined =>
  state.document === null
    ? state.tote === null
      ? undefined
      : ordersIn(view, state.tote)[0]
    : view.document(state.document)

export const isLine = (line: LineId, rows: readonly Packing[]): boolean => rows.some(row => row.line.id === line)
export const isTote = (view: View, location: LocationId): boolean =>
  isMobile(view, location) && view.location(location)?.kind !== 'carton'
