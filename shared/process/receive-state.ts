import type { DocumentId, ClientId, ItemId, LocationId } from '../ids.ts'
import type { Next, ProcessState } from './process.ts'

/** What is in the worker's hand: an item with what is known of it so far. */
export type Hand = {
  item: ItemId
  packaging: string | null
  /** Scanned packs, and base units of them all. */
  n: number
  qty: number
  lot: string
  serial: string
  expiry: string | null
  raw: string
}

export type ReceiveState = ProcessState & {
  process: 'receive'
  at: 'document' | 'line' | 'lot' | 'expiry' | 'serial'
  document: DocumentId | null
  /** Null only on a receipt without document before its first item. */
  client: ClientId | null
  blind: boolean
  dock: LocationId | null
  hand: Hand | null
  /** What was booked last, and how much of it in this step: a typed number sets that total. */
  last: { hand: Hand; step: number } | null
  /** Taken of what is received next, by their SHA-256. Absent in states from before there were photos. */
  photos?: readonly string[]
  /** The code that was kept last, as long as nothing else was done, with its photos. */
  parked?: { scan: string; photos: readonly string[] } | null
}
export type ReceiveNext = Next<ReceiveState>

export const FRESH: ReceiveState = {
  process: 'receive',
  key: 'receive',
  at: 'document',
  confirm: null,
  document: null,
  client: null,
  blind: false,
  dock: null,
  hand: null,
  last: null,
}

/** A receipt that was made on the floor has a number that people can tell each other, from its name. */
export const blindNumber = (document: DocumentId): string => `B-${document.slice(0, 8).toUpperCase()}`
