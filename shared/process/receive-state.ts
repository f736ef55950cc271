import type { DocumentId, ClientId, ItemId, LocationId, LpnId } from '../ids.ts'
import type { StockStatus } from '../ledger/stock.ts'
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

/** Goods that are not taken in as good: broken, refused to the supplier, or for a supervisor to decide. */
export type Aside = 'damaged' | 'reject' | 'ask'

/** A row that was received without a pallet label. */
export type Loose = { client: ClientId; item: ItemId; lot: string; serial: string; status: StockStatus; qty: number }

/** A code that nobody knows and that was told as it was read. */
export type Parked = { scan: string; photos: readonly string[] }

export type ReceiveState = ProcessState & {
  process: 'receive'
  at: 'document' | 'line' | 'lot' | 'expiry' | 'serial' | 'aside' | 'amount' | 'reason'
  document: DocumentId | null
  /** Null only on a receipt without document before its first item. */
  client: ClientId | null
  blind: boolean
  dock: LocationId | null
  hand: Hand | null
  /** What was booked last, and how much of it in this step: a typed number sets that total. */
  last: { hand: Hand; step: number } | null
  /** The pallet that goods go onto; null = they stand loose at the dock. */
  pallet: { id: LpnId; label: string } | null
  /** Received loose at this dock since the last label: it goes onto the next pallet that is opened. */
  loose: readonly Loose[]
  /** Pieces that were received loose and are too many kinds to be gathered: the next label says so. */
  beyond: number
  aside: Aside | null
  /** Taken of what is booked next, by their SHA-256. */
  photos: readonly string[]
  /** The code that was kept last, as long as nothing else was done, with its photos. */
  parked: Parked | null
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
  pallet: null,
  loose: [],
  beyond: 0,
  aside: null,
  photos: [],
  parked: null,
}

/** A state that an earlier version of the app has written down lacks what came later. */
export const whole = (state: ReceiveState): ReceiveState => ({ ...FRESH, ...state })

/** A receipt that was made on the floor has a number that people can tell each other, from its name. */
export const blindNumber = (document: DocumentId): string => `B-${document.slice(0, 8).toUpperCase()}`
