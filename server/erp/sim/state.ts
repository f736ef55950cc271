import type * as v from 'valibot'
import type { simItem, simOrder } from './wire.ts'

export type SimItem = v.InferOutput<typeof simItem> & { changed: number }
export type SimOrder = v.InferOutput<typeof simOrder> & { kind: 'purchase' | 'sales'; changed: number }

export type SimDocument = {
  id: string
  /** Our key: unique, the ERP's own guarantee. */
  key: string
  type: 'receipt' | 'shipment' | 'adjustment'
  state: 'draft' | 'posted'
  client: string
  order: string | null
  lines: { item: string; lot: string; serial: string; expiry: string | null; quantity: number; line: string | null }[]
  postedAt: string | null
}

export type SimMove = { n: number; item: string; lot: string; quantity: number; key: string; at: string }

/** The whole ERP as one JSON document: small enough to be written with every change. */
export type SimState = {
  /** Rises with every change; the cursor of the lists. */
  clock: number
  items: Record<string, SimItem>
  orders: Record<string, SimOrder>
  documents: Record<string, SimDocument>
  /** By item and lot, `item|lot`. */
  stock: Record<string, { item: string; lot: string; expiry: string | null; quantity: number }>
  moves: SimMove[]
}

export const stockKey = (item: string, lot: string): string => `${item}|${lot}`
