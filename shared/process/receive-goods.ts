import type { Item } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { parseDay } from './day.ts'
import { palletIn } from './lpn.ts'
import type { Moment } from './process.ts'
import { amountOf, isMark, itemsIn, mistaken, otherItem, placesIn } from './readings.ts'
import { laidAside } from './receive-aside.ts'
import { bookHand, serialTwice, tooMany } from './receive-book.ts'
import { isListed } from './receive-limit.ts'
import { palletTrouble, stepPallet } from './receive-pallet.ts'
import type { Pallet } from './receive-pallet.ts'
import { unmatched } from './receive-photo.ts'
import type { Hand, ReceiveNext, ReceiveState } from './receive-state.ts'
import { statusAtDock } from './receive-status.ts'
import { dateAsked, dateOn, dateWanted, goodFrom, lifeNeeded } from './shelf-life.ts'
import { isVirtual } from './virtual.ts'

/** R2: an item, possibly with lot, serial and expiry in the same label; a pallet; a dock; anything else is kept or named. */
export const stepLine = (state: ReceiveState, resolved: Resolved, view: View, moment: Moment): ReceiveNext => {
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return stepOnto(state, pallet, resolved, view, moment)
  const [place] = placesIn(resolved).flatMap(id => view.location(id) ?? [])
  if (place !== undefined) {
    if (!place.active || isVirtual(place)) return stay(state, 'wrong', 'place.closed', { place: place.code })
    if (place.kind !== 'dock') return stay(state, 'wrong', 'rcv.placeNo', { place: place.code })
    // What stands at the other dock, on a pallet or loose, stays there.
    const here = place.id === state.dock ? {} : { pallet: null, loose: [], beyond: 0, last: null }
    return go({ ...state, ...here, dock: place.id }, 'ok', 'place.ok', { place: place.code })
  }
  return stepGoods(state, resolved, view, moment)
}

/** A pallet label, which may say what is on it as well (GS1: 00 with 02 and 37): then that is received onto it at once. */
const stepOnto = (state: ReceiveState, pallet: Pallet, resolved: Resolved, view: View, moment: Moment): ReceiveNext => {
  const opened = stepPallet(state, pallet, resolved, view, moment)
  const isWarned = opened.message.key === 'rcv.looseLeft'
  const isOpen = (opened.verdict === 'ok' || isWarned) && opened.state.pallet?.id === pallet.lpn
  // What was believed has just been received: what the label says of it is the same goods once more.
  const isReceived = opened.commands.some(command => command.type === 'receive')
  if (!isOpen || isReceived || itemsIn(resolved).length === 0) return opened
  const next = stepGoods({ ...opened.state, confirm: state.confirm }, resolved, view, moment)
  if (next.verdict === 'ask') return { ...next, state: { ...state, confirm: next.state.confirm } }
  const isTaken = next.verdict === 'ok' || next.verdict === 'done' || next.verdict === 'warn'
  if (!isTaken) return next
  const told = isWarned ? { verdict: opened.verdict, message: opened.message } : {}
  return { ...next, ...told, commands: [...opened.commands, ...next.commands] }
}

/** Goods, in the line of a delivery or put aside from it. */
export const stepGoods = (state: ReceiveState, resolved: Resolved, view: View, moment: Moment): ReceiveNext => {
  const { clients } = moment.worker
  const hits = itemsIn(resolved)
  const mine = hits.filter(hit =>
    state.client === null ? clients === null || clients.includes(hit.client) : hit.client === state.client,
  )
  const [hit] = mine
  if (hits.length > 0 && hit === undefined) return stay(state, 'wrong', 'other.client')
  if (hit === undefined) return state.aside === null ? keepUnknown(state, resolved) : mistaken(state, resolved, 'item')
  if (new Set(mine.map(hit => `${hit.item}/${hit.packaging}`)).size > 1) return stay(state, 'unknown', 'many')
  const item = view.item(hit.item)
  if (item === undefined) return stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
  const amount = amountOf(item, hit, resolved.fields)
  if (amount === null) return stay(state, 'wrong', 'qty.bad')
  const { lot = '', serial = '' } = resolved.fields
  const hand: Hand = {
    item: hit.item,
    ...amount,
    lot: item.tracking.lot ? lot : '',
    serial: item.tracking.serial ? serial : '',
    expiry: dateOn(view, item, resolved.fields) ?? null,
    raw: resolved.scan.raw,
  }
  const code = resolved.scan.text
  const trouble =
    strange(state, item, code, view, moment) ??
    (state.aside === null
      ? (tooMany(state, item, hand.qty, view) ?? palletTrouble(state, item, statusAtDock(view, item), view))
      : null)
  return trouble ?? complete(state, item, hand, code, view, moment)
}

/** Goods that the delivery does not name. Whoever refuses them, or asks a supervisor, has seen it. */
const strange = (state: ReceiveState, item: Item, code: string, view: View, { monoMs }: Moment): ReceiveNext | null => {
  const { unexpected } = policyFor(view.policies, item.client).receive
  const isSeen = state.blind || state.aside === 'reject' || state.aside === 'ask'
  if (isSeen || unexpected === 'yes' || isListed(view, state.document, item)) return null
  if (unexpected === 'no') return stay(state, 'wrong', 'rcv.notHere', { item: item.name })
  return confirmed(state, code, monoMs, 'ask.notHere')
    ? null
    : ask(state, code, monoMs, 'ask.notHere', { item: item.name })
}

/** An unknown code at the dock is a fact of its own: goods stand there. The text is kept, work goes on. */
const keepUnknown = (state: ReceiveState, resolved: Resolved): ReceiveNext => {
  if (resolved.readings.length > 0) return mistaken(state, resolved)
  const parked = { scan: resolved.scan.raw, photos: state.photos }
  return go({ ...state, photos: [], parked }, 'unknown', 'kept', { scanned: resolved.scan.text }, [
    unmatched(state, parked),
  ])
}

/** R3, R4: the answer to "Scan the lot", "Type the date" or "Scan each serial". `resolved` is null for typed text. */
export const stepAsked = (
  state: ReceiveState,
  text: string,
  resolved: Resolved | null,
  view: View,
  moment: Moment,
): ReceiveNext => {
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined)
    return go({ ...state, at: 'line', hand: null, aside: null }, 'ok', 'scan.recv')
  const fields = resolved?.fields ?? {}
  const date = dateOn(view, item, fields)
  const isOther = resolved !== null && resolved.readings.length > 0
  const other = otherItem(state, resolved, item, hit => view.item(hit.item)?.name ?? text)
  if (other !== null && state.at !== 'serial') return other
  if (state.at === 'expiry') {
    const day = date ?? (isOther ? null : parseDay(text))
    if (day === null) return stay(state, 'wrong', 'date.bad', { scanned: text })
    return complete(state, item, { ...hand, expiry: day }, text, view, moment)
  }
  if (state.at === 'serial') {
    const serial = fields.serial ?? text
    // The label of another item, or of the same one again without a serial, begins a new line.
    if (resolved !== null && itemsIn(resolved).length > 0 && (other !== null || fields.serial === undefined))
      return state.aside === null
        ? stepLine({ ...state, at: 'line', hand: null }, resolved, view, moment)
        : stepGoods({ ...state, at: 'aside', hand: null }, resolved, view, moment)
    if (fields.serial === undefined && isOther) return mistaken(state, resolved, 'serial')
    if (!isMark(serial)) return stay(state, 'wrong', 'label.bad', { scanned: serial })
    return complete(state, item, { ...hand, serial }, text, view, moment)
  }
  const lot = fields.lot ?? text
  const known = view.lot(item.client, item.id, lot)
  // A text that is some other code is a slip of the hand, unless it is a known lot of this very item.
  if (fields.lot === undefined && known === undefined && isOther) return mistaken(state, resolved, 'lot')
  if (!isMark(lot)) return stay(state, 'wrong', 'label.bad', { scanned: lot })
  return complete(state, item, { ...hand, lot, expiry: hand.expiry ?? date ?? null }, text, view, moment)
}

/**
 * Asks for whatever the item still needs, lot before expiry before serial; books when nothing is missing. `code` is what
 * was scanned or typed last: the same once more answers a question with yes, and while the question stands the state is
 * the one from before, so that another code begins anew.
 */
const complete = (
  before: ReceiveState,
  item: Item,
  hand: Hand,
  code: string,
  view: View,
  moment: Moment,
): ReceiveNext => {
  const { lot, serial } = item.tracking
  const expiry = dateAsked(view, item) !== null
  const { aside } = before
  // What is refused is counted on its line, whatever its lot.
  if (aside === 'reject') return laidAside({ ...before, client: item.client, hand }, item)
  const known = hand.lot === '' ? undefined : view.lot(item.client, item.id, hand.lot)
  const date = hand.expiry ?? known?.expiry ?? null
  const state: ReceiveState = { ...before, client: item.client, hand: { ...hand, expiry: date } }
  if (lot && hand.lot === '') return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
  if (aside !== 'ask' && known !== undefined && known.expiry !== null && known.expiry !== date)
    return stay(before, 'wrong', 'rcv.lotDate', { lot: hand.lot, date: known.expiry })
  const trouble = aside === null && expiry && date !== null ? shelfLife(before, item, date, view, moment) : null
  if (trouble !== null) return trouble
  const isAgreed =
    before.at === 'expiry' || before.at === 'serial' || confirmed(before, code, moment.monoMs, 'ask.newLot')
  if (lot && known === undefined && !isAgreed) return ask(before, code, moment.monoMs, 'ask.newLot', { lot: hand.lot })
  if (expiry && date === null) return go({ ...state, at: 'expiry' }, 'ok', dateWanted(view, item), { item: item.name })
  if (serial && hand.serial === '') return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  if (aside === null) return bookHand(before, state, code, item, view, moment)
  return serialTwice(before, code, item, hand, view, moment) ?? laidAside(state, item)
}

const shelfLife = (state: ReceiveState, item: Item, date: string, view: View, moment: Moment): ReceiveNext | null => {
  if (date < moment.today) return stay(state, 'wrong', 'rcv.expired', { date })
  const days = lifeNeeded(view, item)
  return days !== null && date < goodFrom(view, item, moment.today)
    ? stay(state, 'wrong', 'rcv.shortLife', { date, n: days })
    : null
}
