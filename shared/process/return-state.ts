import type { Document, Item } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { ClientId, DocumentId, ItemId, LpnId } from '../ids.ts'
import type { StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { CommandOf } from '../sync/command.ts'
import { mayDo } from '../roles.ts'
import type { Moment, Next, ProcessState } from './process.ts'

/** `supplier` is booked as blocked and leaves for the supplier by a command of its own, as what is scrapped leaves for good. */
export type Disposition = CommandOf<'return'>['disposition'] | 'supplier'

/** What came back and is in the worker's hand: nothing of it is booked before it has a place. */
export type Returned = {
  item: ItemId
  packaging: string | null
  n: number
  qty: number
  lot: string
  serial: string
  expiry: string | null
  raw: string
}

export type ReturnState = ProcessState & {
  process: 'return'
  at: 'document' | 'goods' | 'lot' | 'expiry' | 'serial' | 'reason' | 'state' | 'photo' | 'place'
  document: DocumentId | null
  order: DocumentId | null
  /** Null only on a return without document before its first item. */
  client: ClientId | null
  blind: boolean
  hand: Returned | null
  reason: string | null
  disposition: Disposition | null
  /** An empty pallet that the goods go onto: its place is still to be said. */
  pallet: { id: LpnId; label: string } | null
  /** Of the goods in hand, by their SHA-256. */
  photos: readonly string[]
}
export type ReturnNext = Next<ReturnState>

export const FRESH: ReturnState = {
  process: 'return',
  key: 'return',
  at: 'document',
  confirm: null,
  document: null,
  order: null,
  client: null,
  blind: false,
  hand: null,
  reason: null,
  disposition: null,
  pallet: null,
  photos: [],
}

/** A state that an earlier version of the app has written down lacks what came later. */
export const whole = (state: ReturnState): ReturnState => ({ ...FRESH, ...state })

/** All that comes back of an order is one return, under the same name on every device. */
export const returnOf = (order: DocumentId): DocumentId => derivedId<'document'>('document', 'return', order)

/** "R-" and the order's number; a return without an order has a number of its own. */
export const returnNumber = (document: DocumentId, order: Document | undefined): string =>
  order === undefined ? `R-${document.slice(0, 8).toUpperCase()}` : `R-${order.number}`

export const RETURN_REASONS = ['NOT_WANTED', 'WRONG_ITEM', 'DEFECT', 'NOT_DELIVERED'] as const

export const STATUS_OF: Record<Disposition, StockStatus> = {
  check: 'inspection',
  restock: 'available',
  damaged: 'damaged',
  quarantine: 'blocked',
  scrap: 'damaged',
  supplier: 'blocked',
}

/** Whether the policy asks for a photo of goods of this client that end so. */
export const wantsPhoto = (view: View, client: ClientId, disposition: Disposition): boolean => {
  const { photo } = policyFor(view.policies, client).return
  return photo === 'always' || (photo === 'damaged' && (disposition === 'damaged' || disposition === 'scrap'))
}

/**
 * What may become of the goods in hand: back into stock only where the policy lets it and never when they have expired,
 * scrapped only by whoever may scrap.
 */
export const dispositionsFor = (
  view: View,
  { hand }: ReturnState,
  item: Item,
  { today, worker }: Pick<Moment, 'today' | 'worker'>,
): readonly Disposition[] => {
  const expiry = hand?.expiry ?? view.lot(item.client, item.id, hand?.lot ?? '')?.expiry ?? null
  const isGood = expiry === null || expiry >= today
  const mayRestock = policyFor(view.policies, item.client).return.restock && isGood
  return [
    'check',
    ...(mayRestock ? (['restock'] as const) : []),
    'damaged',
    'quarantine',
    ...(mayDo(worker.roles, ['supervisor']) ? (['scrap', 'supplier'] as const) : []),
  ]
}

/**
 * Whether this lot or serial was sent on the order: 'lot' or 'serial' names the one that was not. Null = it was, or nobody
 * wrote down all that left, or what left has neither.
 */
export const notSent = (
  view: View,
  order: DocumentId | null,
  item: ItemId,
  { lot, serial }: { lot: string; serial: string },
): 'lot' | 'serial' | null => {
  const lines = order === null ? [] : view.linesOf(order).filter(line => line.item === item && (line.shipped ?? 0) > 0)
  const sent = lines.flatMap(line => line.sent ?? [])
  const written = sent.reduce((sum, one) => sum + one.qty, 0)
  if (written === 0 || written < lines.reduce((sum, line) => sum + (line.shipped ?? 0), 0)) return null
  if (lot !== '' && !sent.some(one => one.lot === lot)) return 'lot'
  return serial !== '' && !sent.some(one => one.serial === serial) ? 'serial' : null
}

/**
 * How much of an item may come back, and how much has, over everyone known here. `sent` is what the order has shipped, else
 * what the return names; Infinity where nobody knows.
 */
export const sentAndBack = (
  view: View,
  document: DocumentId | null,
  order: DocumentId | null,
  item: ItemId,
): { sent: number; back: number } => {
  const lines = document === null ? [] : view.linesOf(document).filter(line => line.item === item)
  const back = lines.reduce((sum, line) => sum + line.done, 0)
  if (order !== null && view.document(order) !== undefined) {
    const shipped = view.linesOf(order).filter(line => line.item === item)
    return { sent: shipped.reduce((sum, line) => sum + (line.shipped ?? 0), 0), back }
  }
  const named = lines.filter(line => line.source !== null)
  return { sent: named.length === 0 ? Infinity : named.reduce((sum, line) => sum + line.wanted, 0), back }
}
