import type { ClientId, ItemId, LocationId, LpnId } from '../ids.ts'

/** Only `available` can be reserved. A change of status is a movement at the same place. */
export const STATUSES = ['available', 'inspection', 'damaged', 'blocked'] as const
export type StockStatus = (typeof STATUSES)[number]

/** Where goods are, in full: the place, the pallet label on it (NO_LPN = loose) and what may be done with them. */
export type Address = { location: LocationId; lpn: LpnId; status: StockStatus }

/** What the goods are. Empty lot and serial mean "not tracked", so that keys never hold null. */
export type Goods = { client: ClientId; item: ItemId; lot: string; serial: string }

/** The whole key of a stock row inside one warehouse. The same lot number on two items is two lots. */
export type StockKey = Goods & Address

/**
 * Whole base units. on-hand is the fold of movements and may be negative: an offline world learns late.
 * reserved is the fold of the lines' claims, held the fold of pending variances.
 */
export type Balance = { onHand: number; reserved: number; held: number }
/** `hidden`: the server withholds the figures while somebody here counts blind; those that stand there are not the row's. */
export type StockRow = StockKey & Balance & { hidden?: true }

/** One double-entry row: `qty` (> 0) leaves `from` and arrives at `to`. Times are ISO, corrected; `unc` is ± milliseconds. */
export type Movement = Goods & {
  from: Address
  to: Address
  qty: number
  takenAt: string
  at: string
  unc: number | null
}

/** One text for one key, equal on both sides. Lot and serial come last because they are the only free texts. */
export const stockKeyText = (key: StockKey): string =>
  [key.location, key.lpn, key.status, key.client, key.item, key.lot, key.serial].join('\u001f')

/** The row of goods at an address. */
export const keyAt = (goods: Goods, address: Address): StockKey => ({
  client: goods.client,
  item: goods.item,
  lot: goods.lot,
  serial: goods.serial,
  location: address.location,
  lpn: address.lpn,
  status: address.status,
})

export const keyOf = (row: StockKey): StockKey => ({
  client: row.client,
  item: row.item,
  lot: row.lot,
  serial: row.serial,
  location: row.location,
  lpn: row.lpn,
  status: row.status,
})

/** May be negative after a late fact: that is an exception for a person, never clamped. */
export const available = (row: StockRow): number =>
  row.status === 'available' ? row.onHand - row.reserved - row.held : 0

export const isEmpty = (row: Balance): boolean => row.onHand === 0 && row.reserved === 0 && row.held === 0
