import type { Item } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { isQuantity } from '../quantity.ts'
import { go, stay } from './answer.ts'
import { collect } from './pick-book.ts'
import { askedOf } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { sourceOf } from './pick-source.ts'
import type { Source } from './pick-source.ts'
import { atPlace, heldQty, walk } from './pick-state.ts'
import type { PickHand, PickNext, PickState, Piece } from './pick-state.ts'
import type { Moment } from './process.ts'

/** Lot and serial, where the item has them, lot first: from the label, from the scan before, or asked for. */
export const withGoods = (
  state: PickState,
  code: string,
  item: Item,
  due: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const { hand, last } = state
  if (hand === null) return go(atPlace(state), 'ok', 'scan.place')
  const { lot: byLot, serial: bySerial } = item.tracking
  if (byLot && hand.lot === '') {
    if (last?.stop !== due.id) return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
    const known: PickHand = { ...hand, lot: last.lot, sure: true, reason: last.reason }
    return withGoods({ ...state, hand: known }, code, item, due, view, moment)
  }
  if (bySerial && hand.serial === '') return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  const stop = stopOf(state, hand, item, due, view)
  const found = sourceOf(state, hand, code, item, stop, view, moment)
  if ('verdict' in found) return found
  const asksWhy =
    found.breaksFefo &&
    hand.reason === null &&
    policyFor(view.policies, item.client).task.confirmReason.includes('fefo')
  const sure: PickState = { ...state, stop: stop.id, confirm: null, hand: { ...hand, sure: true } }
  if (asksWhy) return go({ ...sure, at: 'fefo' }, 'ok', 'why')
  // Nothing is taken yet: WRONG LOT only says which lot the next units are of.
  if (hand.qty === 0) {
    const chosen = { stop: stop.id, lot: found.lot, step: 0, reason: hand.reason }
    return go({ ...sure, at: 'goods', hand: null, last: chosen }, 'ok', 'lot.ok', { lot: found.lot })
  }
  return take(sure, item, stop, found, view)
}

/** Another stop of the same place may want the very lot or serial that was scanned: then it is that stop's turn. */
const stopOf = (state: PickState, hand: PickHand, item: Item, due: Stop, view: View): Stop => {
  const isOf = (stop: Stop): boolean =>
    stop.line.item === item.id &&
    stop.claim.location === due.claim.location &&
    (state.lpn === null || stop.claim.lpn === state.lpn) &&
    stop.parts.some(
      ({ claim }) =>
        (!item.tracking.lot || claim.lot === hand.lot) && (!item.tracking.serial || claim.serial === hand.serial),
    )
  if (isOf(due) || state.held.length > 0) return due
  return walk(state, view).find(stop => isOf(stop) && hand.qty <= askedOf(stop)) ?? due
}

const pieceOf = (
  hand: PickHand,
  { from, lot, serial }: Source,
  amount: Pick<Piece, 'n' | 'qty' | 'packaging'>,
): Piece => ({
  from,
  lot,
  serial,
  ...amount,
  raw: hand.raw,
  reason: hand.reason,
})

/** Of the row, what is in the hands already. */
const leftOf = (state: PickState, { from, lot, serial, free }: Source): number =>
  free -
  state.held
    .filter(one => one.from.lpn === from.lpn && one.lot === lot && one.serial === serial)
    .reduce((sum, { qty }) => sum + qty, 0)

/** K4: how much of it, by the policy of the client. */
const take = (state: PickState, item: Item, stop: Stop, source: Source, view: View): PickNext => {
  const { hand } = state
  const asked = askedOf(stop) - heldQty(state)
  const free = leftOf(state, source)
  if (hand === null) return go(atPlace(state), 'ok', 'scan.place')
  if (countsEach(item, stop, view)) {
    if (hand.qty > asked) return tooMany(state, item, stop)
    if (hand.qty > free) return stay(state, 'wrong', 'qty.max', { n: Math.max(0, free) })
    return collect(state, [pieceOf(hand, source, hand)], stop, view)
  }
  if (asked <= 0) return tooMany(state, item, stop)
  if (free <= 0) return stay(state, 'wrong', 'qty.max', { n: 0 })
  if (policyFor(view.policies, stop.line.client).pick.qty === 'trust') {
    const qty = Math.min(asked, free)
    return collect(state, [pieceOf(hand, source, { n: qty, qty, packaging: null })], stop, view)
  }
  const step = state.last?.stop === stop.id && state.last.lot === source.lot ? state.last.step : 0
  const last = { stop: stop.id, lot: source.lot, step, reason: hand.reason }
  return go({ ...state, at: 'goods', last }, 'ok', 'how.many', { n: askedOf(stop), item: item.name })
}

/** The answer to "why another lot" is kept with the goods. */
export const stepFefo = (state: PickState, reason: string, stop: Stop, view: View, moment: Moment): PickNext => {
  const item = view.item(stop.line.item)
  const { hand } = state
  if (item === undefined || hand === null) return go(atPlace(state), 'ok', 'scan.place')
  return withGoods({ ...state, hand: { ...hand, reason } }, '', item, stop, view, moment)
}

/** A typed number sets the total of the step; the command carries the difference. Less than booked needs an undo. */
export const stepNumber = (state: PickState, value: number, stop: Stop, view: View, moment: Moment): PickNext => {
  const item = view.item(stop.line.item)
  if (item === undefined || item.tracking.serial) return stay(state, 'wrong', 'first.item')
  if (value !== 0 && !isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  return state.totes === 'each'
    ? setHeld(state, value, item, stop, view, moment)
    : setBooked(state, value, item, stop, view, moment)
}

/** In a cluster nothing is booked before its tote is scanned, so the number may be less than what was counted. */
const setHeld = (state: PickState, value: number, item: Item, stop: Stop, view: View, moment: Moment): PickNext => {
  const [first, ...others] = state.held
  const isMixed = others.some(piece => piece.lot !== first?.lot || piece.from.lpn !== first?.from.lpn)
  const { last, hand } = state
  const lot = first?.lot ?? (hand !== null && last?.stop === stop.id ? last.lot : null)
  if ((state.at !== 'goods' && state.at !== 'tote') || lot === null || isMixed)
    return stay(state, 'wrong', 'first.item')
  if (value > askedOf(stop)) return tooMany(state, item, stop)
  const empty: PickState = { ...state, at: 'goods', held: [], hand: null }
  if (value === 0) return go({ ...empty, stop: null }, 'ok', 'got.number', { item: item.name, n: 0 })
  const raw = first?.raw ?? hand?.raw ?? ''
  const reason = first?.reason ?? hand?.reason ?? null
  const set: PickHand = { lot, serial: '', n: value, qty: value, packaging: null, raw, sure: true, reason }
  const from = first === undefined ? state.lpn : first.from.lpn
  const source = sourceOf({ ...empty, lpn: from }, set, '', item, stop, view, moment)
  if ('verdict' in source) return source
  if (value > source.free) return stay(state, 'wrong', 'qty.max', { n: source.free })
  const counted = collect({ ...empty, hand: set }, [pieceOf(set, source, set)], stop, view)
  // Whoever says a number has taken what there is to take.
  return { ...counted, state: { ...counted.state, at: 'tote' } }
}

const setBooked = (state: PickState, value: number, item: Item, stop: Stop, view: View, moment: Moment): PickNext => {
  const { last } = state
  if (state.at !== 'goods' || last?.stop !== stop.id) return stay(state, 'wrong', 'first.item')
  const more = value - last.step
  if (more < 0) return stay(state, 'wrong', 'qty.less', { n: last.step })
  if (more === 0) return go({ ...state, hand: null, stop: null }, 'ok', 'got.number', { item: item.name, n: value })
  if (more > askedOf(stop)) return tooMany(state, item, stop)
  const hand: PickHand = {
    lot: last.lot,
    serial: '',
    n: more,
    qty: more,
    packaging: null,
    raw: state.hand?.raw ?? '',
    sure: true,
    reason: last.reason,
  }
  const source = sourceOf(state, hand, '', item, stop, view, moment)
  if ('verdict' in source) return source
  if (more > source.free) return stay(state, 'wrong', 'qty.max', { n: last.step + source.free })
  return collect({ ...state, hand }, [pieceOf(hand, source, hand)], stop, view)
}

export const countsEach = (item: Item, { line }: Stop, view: View): boolean =>
  item.tracking.serial || policyFor(view.policies, line.client).pick.qty === 'each'

export const tooMany = (state: PickState, item: Item, stop: Stop): PickNext => {
  const held = heldQty(state)
  const have = state.totes === 'each' ? held : stop.line.done
  const wanted = state.totes === 'each' ? askedOf(stop) : stop.line.wanted
  return stay(state, 'wrong', 'over', { have, wanted, unit: item.unit })
}
