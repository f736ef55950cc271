import type * as v from 'valibot'
import type {
  documentDraft,
  ORDER_KINDS,
  simDelivery,
  simDocument,
  simItem,
  simLabel,
  simOrder,
  simPartner,
  simPlace,
  statusDraft,
} from './wire.ts'

/**
 * `changed` rises with every change of a record or of its children; `at` is the time that the header shows, and `childAt` that
 * of its newest child: which of them a list goes by is a quirk of the profile.
 */
type Changing = { changed: number; at: string; childAt: string }
export type SimItem = v.InferOutput<typeof simItem> & Changing
export type SimOrder = v.InferOutput<typeof simOrder> & { kind: (typeof ORDER_KINDS)[number] } & Changing
export type SimPlace = v.InferOutput<typeof simPlace>
export type SimPartner = v.InferOutput<typeof simPartner>
export type SimStatus = v.InferOutput<typeof statusDraft>
export type SimDelivery = v.InferOutput<typeof simDelivery> & Changing
export type SimLabel = v.InferOutput<typeof simLabel> & Changing
export type SimDraft = v.InferOutput<typeof documentDraft>
export type SimDocument = v.InferOutput<typeof simDocument> & { backorder: boolean }
export type SimStock = {
  item: string
  place: string
  /** Or the number of one unit, where units have numbers of their own. */
  lot: string
  expiry: string | null
  quantity: number
  row: number
}
export type SimMove = {
  n: number
  item: string
  lot: string
  quantity: number
  from: string | null
  to: string | null
  /** Of the document, '' where a person did it. */
  key: string
  document: string | null
  at: string
}

/** The whole ERP as one JSON document: small enough to be written with every change. */
export type SimState = {
  /** Rises with every change; the cursor of the lists. */
  clock: number
  items: Record<string, SimItem>
  partners: Record<string, SimPartner>
  places: Record<string, SimPlace>
  orders: Record<string, SimOrder>
  documents: Record<string, SimDocument>
  /** By item, place, lot and row: most profiles have one row. */
  stock: Record<string, SimStock>
  moves: SimMove[]
  /** How far orders were, by our key; missing in older files, as are the two below. */
  statuses?: Record<string, SimStatus>
  deliveries?: Record<string, SimDelivery>
  labels?: Record<string, SimLabel>
  /** Stock is kept by the numbers of units that have some; older files have sums of them. */
  byNumber?: true
  /** The books are closed until then: nothing is posted before that time. */
  closedUntil?: string
}

export const MAIN = 'MAIN'
export const stockKey = (item: string, place: string, lot: string, row = 0): string => `${item}|${place}|${lot}|${row}`
export const emptyState = (): SimState => ({
  clock: 0,
  items: {},
  partners: {},
  places: {
    [MAIN]: { id: MAIN, code: MAIN, name: 'Main store', kind: 'storage' },
    DAMAGED: { id: 'DAMAGED', code: 'DAMAGED', name: 'Damaged goods', kind: 'storage' },
    LOSS: { id: 'LOSS', code: 'LOSS', name: 'Lost and found', kind: 'loss' },
  },
  orders: {},
  documents: {},
  stock: {},
  moves: [],
  byNumber: true,
})
