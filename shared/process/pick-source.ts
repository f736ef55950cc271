import type { Item, Lot } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LpnId } from '../ids.ts'
import type { Address, StockRow } from '../ledger/stock.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { ask, confirmed, stay } from './answer.ts'
import { labelOf } from './lpn.ts'
import { isMobile } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { totesOnCart } from './pick-state.ts'
import type { PickHand, PickNext, PickState } from './pick-state.ts'
import type { Moment } from './process.ts'
import { isVirtual } from './virtual.ts'

/** The stock row that goods come from, and how much of it may be taken. */
export type Source = {
  from: Address
  lot: string
  serial: string
  free: number
  /** A later lot than the reserved one, against the policy. */
  breaksFefo: boolean
}

const NEVER = '9999'

export const isPlace = (view: View, row: Pick<StockRow, 'location'>): boolean =>
  !isMobile(view, row.location) && !isVirtual(view.location(row.location))

/** What the picker has in hand as goods of one row: the reserved one, or another lot, serial or pallet of the place (flows 4.2). */
export const sourceOf = (
  state: PickState,
  hand: PickHand,
  code: string,
  item: Item,
  stop: Stop,
  view: View,
  moment: Moment,
): Source | PickNext => {
  const { claim, line } = stop
  const lot = item.tracking.lot ? hand.lot : claim.lot
  const serial = item.tracking.serial ? hand.serial : claim.serial
  const lpn = state.lpn ?? claim.lpn
  const known = view.lot(line.client, line.item, lot)
  if (isBarred(known, moment)) return stay(state, 'wrong', 'pick.notAvailable', { lot })
  const taken = state.held.find(piece => serial !== '' && piece.serial === serial)
  if (taken !== undefined) return stay(state, 'dup', 'dup', { scanned: serial })
  const exact = stop.parts.filter(({ claim: c }) => c.lot === lot && c.serial === serial && c.lpn === lpn)
  if (exact.length > 0) {
    const free = exact.reduce((sum, { claim: c }) => sum + c.qty, 0)
    return { from: { location: claim.location, lpn, status: claim.status }, lot, serial, free, breaksFefo: false }
  }
  const { fefo } = policyFor(view.policies, line.client).pick
  if (fefo === 'force' && lot !== claim.lot)
    return stay(state, 'wrong', 'wrong.lot', { scanned: lot, wanted: claim.lot })
  const rows = view
    .stockOf(line.client, line.item)
    .filter(row => row.lot === lot && row.serial === serial && row.onHand > 0)
  const here = rows.filter(row => row.location === claim.location && row.status === 'available')
  const row = here.find(one => one.lpn === lpn) ?? (state.lpn === null ? here[0] : undefined)
  if (row === undefined) return notThere(state, rows, { lot, serial }, stop, view)
  if (state.lpn === null && here.length > 1 && row.lpn !== lpn) return stay(state, 'wrong', 'which.lpn')
  const free = row.onHand - row.held - begun(row, stop, view)
  if (row.onHand - row.held <= 0) return stay(state, 'wrong', 'pick.notAvailable', { lot: lot || serial })
  if (free <= 0) return stay(state, 'wrong', 'lot.gone', { lot: lot || labelOf(view, lpn), wanted: claim.lot })
  const isLater = (known?.expiry ?? NEVER) > (view.lot(line.client, line.item, claim.lot)?.expiry ?? NEVER)
  const breaksFefo = fefo === 'warn' && isLater
  if (breaksFefo && !hand.sure && !confirmed(state, code, moment.monoMs, 'ask.fefo'))
    return ask(state, code, moment.monoMs, 'ask.fefo', { scanned: lot, wanted: claim.lot })
  return { from: { location: row.location, lpn: row.lpn, status: row.status }, lot, serial, free, breaksFefo }
}

/** Nobody takes a lot that is on hold or has expired, whatever the policy says. */
export const isBarred = (lot: Lot | undefined, moment: Moment): boolean =>
  lot?.blocked === true || (lot?.expiry ?? NEVER) < moment.today

/** Of a row: what lines have reserved that somebody is picking already; the others would swap (flows 4.2). */
const begun = (row: StockRow, stop: Stop, view: View): number =>
  view
    .linesClaiming(keyOf(row))
    .filter(line => line.done > 0 && line.state === 'open' && !stop.parts.some(part => part.line.id === line.id))
    .flatMap(line => line.claims)
    .filter(claim => claim.location === row.location && claim.lpn === row.lpn && claim.lot === row.lot)
    .reduce((sum, claim) => sum + claim.qty, 0)

const notThere = (
  state: PickState,
  rows: readonly StockRow[],
  { lot, serial }: { lot: string; serial: string },
  { claim, parts }: Stop,
  view: View,
): PickNext => {
  if (!parts.some(part => part.claim.serial === serial)) {
    const onCart = new Set(totesOnCart(state, view))
    if (rows.some(row => onCart.has(row.location))) return stay(state, 'dup', 'dup', { scanned: serial })
    return stay(state, 'wrong', 'wrong.serial', { scanned: serial, wanted: claim.serial })
  }
  const there = rows.find(row => isPlace(view, row) && row.location !== claim.location)
  const place = view.location(there?.location ?? claim.location)?.code ?? ''
  return stay(state, 'wrong', there === undefined ? 'lot.gone' : 'lot.elsewhere', { lot, place, wanted: claim.lot })
}

/** Pallets (and loose goods) of the place that the item lies on: more than one must be told apart by a scan. */
export const palletsHere = (stop: Stop, view: View): ReadonlySet<LpnId> =>
  new Set(
    view
      .stockOf(stop.line.client, stop.line.item)
      .filter(row => row.location === stop.claim.location && row.status === 'available' && row.onHand > 0)
      .map(row => row.lpn),
  )

/** An item scan says which pallet only where there is one, or where the goods are reserved loose. */
export const needsPallet = (state: PickState, stop: Stop, view: View): boolean =>
  state.lpn === null && stop.claim.lpn !== NO_LPN && palletsHere(stop, view).size > 1
