import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { palletIn } from './lpn.ts'
import { askedOf } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { stepPallet } from './pick-pallet.ts'
import { isPlace, needsPallet } from './pick-source.ts'
import { atPlace, heldQty } from './pick-state.ts'
import type { PickHand, PickNext, PickState } from './pick-state.ts'
import { countsEach, tooMany, withGoods } from './pick-take.ts'
import { stepTote } from './pick-tote-step.ts'
import type { Moment } from './process.ts'
import { amountOf, isMark, itemsIn, mistaken, otherItem, placesIn } from './readings.ts'

/** K2: the place of the stop, or, where the policy allows it, goods that lie nowhere else. */
export const stepPlace = (state: PickState, resolved: Resolved, stop: Stop, view: View, moment: Moment): PickNext => {
  const { claim, line } = stop
  const wanted = view.location(claim.location)?.code ?? ''
  const here = placesIn(resolved)
  const there: PickState = { ...atPlace(state), at: 'goods', place: claim.location }
  if (here.includes(claim.location)) return go(there, 'ok', 'place.ok', { place: wanted })
  const [other] = here
  if (other !== undefined)
    return stay(state, 'wrong', 'wrong.place', { scanned: view.location(other)?.code ?? '', wanted })
  if (itemsIn(resolved).length === 0 && palletIn(view, resolved) === null) return mistaken(state, resolved, wanted)
  const elsewhere = view
    .stockOf(line.client, line.item)
    .some(row => row.location !== claim.location && row.onHand > 0 && isPlace(view, row))
  if (elsewhere || !policyFor(view.policies, line.client).pick.impliedPlace)
    return stay(state, 'wrong', 'first.place', { wanted })
  return stepGoods(there, resolved, stop, view, moment)
}

/** K3: the item itself, with whatever its label says about lot, serial and count; or the pallet that it lies on. */
export const stepGoods = (state: PickState, resolved: Resolved, stop: Stop, view: View, moment: Moment): PickNext => {
  const { claim, line } = stop
  const item = view.item(line.item)
  if (state.held.length > 0 && resolved.readings.some(r => r.kind === 'tote'))
    return stepTote(state, resolved, stop, view, moment)
  if (placesIn(resolved).includes(claim.location))
    return go(state, 'ok', 'place.ok', { place: view.location(claim.location)?.code ?? '' })
  const pallet = palletIn(view, resolved)
  const hits = itemsIn(resolved)
  if (pallet !== null && hits.length === 0 && item !== undefined)
    return stepPallet(state, pallet, resolved, item, stop, view, moment)
  const [first] = hits
  if (item === undefined || first === undefined) return mistaken(state, resolved, item?.name ?? '')
  const mine = hits.filter(hit => hit.client === line.client)
  if (mine.length === 0) return stay(state, 'wrong', 'other.client')
  const hit = mine.find(hit => hit.item === line.item)
  if (hit === undefined) {
    const scanned = view.item(first.item)?.name ?? resolved.scan.text
    return stay(state, 'wrong', 'wrong.item', { scanned, wanted: item.name })
  }
  if (new Set(mine.map(hit => `${hit.item}/${hit.packaging}`)).size > 1) return stay(state, 'unknown', 'many')
  const amount = amountOf(item, hit, resolved.fields)
  if (amount === null) return stay(state, 'wrong', 'qty.bad')
  if (needsPallet(state, stop, view)) return stay(state, 'wrong', 'which.lpn')
  const { lot = '', serial = '' } = resolved.fields
  const hand: PickHand = { ...amount, lot, serial, raw: resolved.scan.raw, sure: false, reason: null }
  if (countsEach(item, stop, view) && hand.qty + heldQty(state) > askedOf(stop)) return tooMany(state, item, stop)
  return withGoods({ ...state, at: 'goods', stop: stop.id, hand }, resolved.scan.text, item, stop, view, moment)
}

/** The answer to "Scan the lot" or "Scan the serial", scanned or typed. `fields` are those of the label, if it was one. */
export const stepMark = (
  state: PickState,
  text: string,
  resolved: Resolved | null,
  stop: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const item = view.item(stop.line.item)
  const { hand } = state
  if (item === undefined || hand === null) return go(atPlace(state), 'ok', 'scan.place')
  const other = otherItem(state, resolved, item, hit => view.item(hit.item)?.name ?? text)
  if (other !== null) return other
  const kind = state.at === 'lot' ? 'lot' : 'serial'
  const mark = resolved?.fields[kind] ?? text
  const rows = view.stockOf(item.client, item.id)
  // A text that is some other code is a slip of the hand, unless it is a lot or serial of this very item.
  const isKnown = resolved?.fields[kind] !== undefined || rows.some(row => row[kind] === mark)
  if (!isKnown && resolved !== null && resolved.readings.length > 0) return mistaken(state, resolved, kind)
  if (!isMark(mark)) return stay(state, 'wrong', 'label.bad', { scanned: mark })
  return withGoods({ ...state, hand: { ...hand, [kind]: mark } }, mark, item, stop, view, moment)
}
