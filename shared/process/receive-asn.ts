import type { Document, Item, Line } from '../catalogue.ts'
import type { DocumentId, LpnId } from '../ids.ts'
import { NO_LPN } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { dateAsked, goodFrom } from './shelf-life.ts'

export type AsnTrust = 'off' | 'check' | 'trust'

/** How much the client believes what a supplier has announced on a pallet. */
export const asnTrustOf = (view: View, client: string): AsnTrust => {
  const { asnTrust } = policyFor(view.policies, client).receive
  if (typeof asnTrust === 'string') return asnTrust
  return asnTrust ? 'trust' : 'off'
}

/** Lines of a delivery that were announced on this pallet; empty = nobody has announced it. */
export const announcedOn = (view: View, document: DocumentId | null, lpn: LpnId): readonly Line[] =>
  document === null || lpn === NO_LPN
    ? []
    : view.linesOf(document).filter(line => line.lpn === lpn && line.state !== 'cancelled')

export const restOf = (line: Line): number => Math.max(0, line.wanted - line.done - (line.rejected ?? 0))

/** An open delivery of which this pallet is a part. */
export const isAnnouncing = (view: View, document: Document, lpn: LpnId): boolean =>
  isOpen(document) && announcedOn(view, document.id, lpn).length > 0

export const isOpen = (document: Document): boolean =>
  document.kind === 'receipt' && (document.state === 'open' || document.state === 'started')

/** Deliveries in the order in which goods go to them: by the day they are due, then by number. */
export const oldestFirst = (a: Document, b: Document): number =>
  compare(a.due ?? '9999', b.due ?? '9999') || compare(a.number, b.number)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Whether the rest of a line can be believed as it was announced: everything that the item asks for has been said, and nothing
 * of it would be refused if it were scanned. Serials are never announced.
 */
export const isBelievable = (view: View, item: Item, line: Line, today: string): boolean => {
  const { lot, serial } = item.tracking
  const expiry = dateAsked(view, item) !== null
  const known = line.lot ? view.lot(item.client, item.id, line.lot) : undefined
  const date = line.expiry ?? known?.expiry ?? null
  if (serial || (lot && !line.lot) || (expiry && date === null)) return false
  if (known?.expiry && line.expiry && known.expiry !== line.expiry) return false
  return !expiry || date === null || date >= goodFrom(view, item, today)
}
