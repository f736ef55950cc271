import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { labelOf } from './lpn.ts'
import type { palletIn } from './lpn.ts'
import { orderOf } from './move-take.ts'
import { askedOf } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { isBarred, isPlace } from './pick-source.ts'
import { heldQty } from './pick-state.ts'
import type { PickHand, PickNext, PickState } from './pick-state.ts'
import { withGoods } from './pick-take.ts'
import type { Moment } from './process.ts'

type Pallet = NonNullable<ReturnType<typeof palletIn>>

/**
 * K3: a pallet of the place proves where the goods come from; one that the line asks for as a whole is taken as a whole.
 * Another pallet than the reserved one is taken by the rules for another lot (flows 4.2).
 */
export const stepPallet = (
  state: PickState,
  pallet: Pallet,
  resolved: Resolved,
  item: Item,
  stop: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const { claim, line } = stop
  if (pallet.known !== null && pallet.known !== line.client) return stay(state, 'wrong', 'other.client')
  const wanted = labelOf(view, claim.lpn) || item.name
  const rows = view.stockOn(pallet.lpn).filter(row => row.onHand > 0)
  const mine = rows.filter(row => row.item === line.item && row.client === line.client && row.status === 'available')
  if (rows.length === 0) return stay(state, 'wrong', 'lot.gone', { lot: pallet.label, wanted })
  const [first] = mine
  if (first === undefined) return stay(state, 'wrong', 'wrong.lpn', { scanned: pallet.label, wanted })
  const trouble = troubleOf(state, mine, stop, view, moment)
  if (trouble !== null) return trouble
  const here = mine.filter(row => row.location === claim.location)
  if (here.length === 0) return fetched(state, pallet, resolved, first, item, stop, view, moment)
  return proven(state, pallet, resolved, here, item, stop, view, moment)
}

/** Barred lots and the FEFO policy come before everything else. */
const troubleOf = (
  state: PickState,
  rows: readonly StockRow[],
  { claim, line }: Stop,
  view: View,
  moment: Moment,
): PickNext | null => {
  const good = rows.filter(row => !isBarred(view.lot(line.client, line.item, row.lot), moment))
  const [first] = rows
  if (first !== undefined && good.length === 0)
    return stay(state, 'wrong', 'pick.notAvailable', { lot: first.lot || labelOf(view, first.lpn) })
  if (policyFor(view.policies, line.client).pick.fefo === 'force' && !good.some(row => row.lot === claim.lot))
    return stay(state, 'wrong', 'wrong.lot', { scanned: first?.lot ?? '', wanted: claim.lot })
  return null
}

/** Booked elsewhere, yet its label is unique and it stands here: moved first, then used. */
const fetched = (
  state: PickState,
  pallet: Pallet,
  resolved: Resolved,
  row: StockRow,
  item: Item,
  stop: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const text = resolved.scan.text
  const place = view.location(row.location)?.code ?? ''
  if (!isPlace(view, row)) return stay(state, 'wrong', 'put.picked', { no: orderOf([row], view) })
  if (!confirmed(state, text, moment.monoMs, 'ask.lpnHere'))
    return ask(state, text, moment.monoMs, 'ask.lpnHere', { lpn: pallet.label, place })
  const moved: Draft = {
    type: 'lpn.move',
    process: 'pick',
    client: row.client,
    lpn: pallet.lpn,
    label: pallet.label,
    task: state.task,
    fromPlace: row.location,
    toPlace: stop.claim.location,
    scan: resolved.scan.raw,
  }
  const proof: PickState = { ...state, at: 'goods', lpn: pallet.lpn, stop: stop.id, hand: null }
  return go(proof, 'ok', 'lpn.ok', { lpn: pallet.label, item: item.name }, [moved])
}

/** The pallet is here. Its only lot is proven by it; goods with serials are still scanned one by one. */
const proven = (
  state: PickState,
  pallet: Pallet,
  resolved: Resolved,
  here: readonly StockRow[],
  item: Item,
  stop: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const { qty } = policyFor(view.policies, stop.line.client).pick
  const [row, ...others] = here
  const proof: PickState = { ...state, at: 'goods', lpn: pallet.lpn, hand: null }
  const told = { lpn: pallet.label, item: item.name }
  if (row === undefined || others.length > 0 || item.tracking.serial) return go(proof, 'ok', 'lpn.ok', told)
  const left = askedOf(stop) - heldQty(state)
  const takesAll = row.onHand <= left && row.onHand - row.held > 0 && row.lpn !== NO_LPN
  // Units are counted one by one: the pallet only says which goods the next ones are.
  const isProof = qty === 'each' && !takesAll
  const amount = isProof ? 0 : takesAll ? row.onHand : Math.max(1, Math.min(left, row.onHand))
  const hand: PickHand = {
    lot: row.lot,
    serial: row.serial,
    n: amount,
    qty: amount,
    packaging: null,
    raw: resolved.scan.raw,
    sure: false,
    reason: null,
  }
  const next = withGoods({ ...proof, stop: stop.id, hand }, resolved.scan.text, item, stop, view, moment)
  return isProof && next.verdict === 'ok' && next.state.at === 'goods'
    ? { ...next, message: { key: 'lpn.ok', values: told } }
    : next
}
