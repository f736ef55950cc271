import type { Item } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { dayOf } from '../time.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { parseDay } from './day.ts'
import { photosIn, withPhoto } from './photo.ts'
import type { Moment } from './process.ts'
import { amountOf, isMark, itemsIn, mistaken, otherItem, placesIn } from './readings.ts'
import { bookHand, tooMany } from './receive-book.ts'
import { isListed } from './receive-limit.ts'
import type { Hand, ReceiveNext, ReceiveState } from './receive-state.ts'
import { isVirtual } from './virtual.ts'

/** R2: an item, possibly with lot, serial and expiry in the same label; a dock; anything else is kept or named. */
export const stepLine = (state: ReceiveState, resolved: Resolved, view: View, moment: Moment): ReceiveNext => {
  const [place] = placesIn(resolved).flatMap(id => view.location(id) ?? [])
  if (place !== undefined) {
    if (!place.active || isVirtual(place)) return stay(state, 'wrong', 'place.closed', { place: place.code })
    if (place.kind !== 'dock') return stay(state, 'wrong', 'rcv.placeNo', { place: place.code })
    return go({ ...state, dock: place.id, parked: null }, 'ok', 'place.ok', { place: place.code })
  }
  const { clients } = moment.worker
  const hits = itemsIn(resolved)
  const mine = hits.filter(hit =>
    state.client === null ? clients === null || clients.includes(hit.client) : hit.client === state.client,
  )
  const [hit] = mine
  if (hits.length > 0 && hit === undefined) return stay(state, 'wrong', 'other.client')
  if (hit === undefined) return keepUnknown(state, resolved)
  if (new Set(mine.map(hit => `${hit.item}/${hit.packaging}`)).size > 1) return stay(state, 'unknown', 'many')
  const item = view.item(hit.item)
  if (item === undefined) return stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
  const amount = amountOf(item, hit, resolved.fields)
  if (amount === null) return stay(state, 'wrong', 'qty.bad')
  const { lot = '', serial = '', expiry = null } = resolved.fields
  const hand: Hand = {
    item: hit.item,
    ...amount,
    lot: item.tracking.lot ? lot : '',
    serial: item.tracking.serial ? serial : '',
    expiry,
    raw: resolved.scan.raw,
  }
  const code = resolved.scan.text
  const isSure = confirmed(state, code, moment.monoMs)
  const { unexpected } = policyFor(view.policies, item.client).receive
  if (!state.blind && unexpected !== 'yes' && !isListed(view, state.document, item)) {
    if (unexpected === 'no') return stay(state, 'wrong', 'rcv.notHere', { item: item.name })
    if (!isSure) return ask(state, code, moment.monoMs, 'ask.notHere', { item: item.name })
  }
  const trouble = tooMany(state, item, hand.qty, view)
  return trouble ?? complete({ ...state, parked: null }, item, hand, code, view, moment)
}

/** An unknown code at the dock is a fact of its own: goods stand there. The text is kept, work goes on. */
const keepUnknown = (state: ReceiveState, resolved: Resolved): ReceiveNext => {
  if (resolved.readings.length > 0) return mistaken(state, resolved)
  const { photos = [] } = state
  const parked = { scan: resolved.scan.raw, photos }
  const next: ReceiveState = { ...state, photos: [], parked }
  return go(next, 'unknown', 'kept', { scanned: resolved.scan.text }, [unmatched(state, parked)])
}

const unmatched = (
  { client, document, dock }: ReceiveState,
  { scan, photos }: NonNullable<ReceiveState['parked']>,
): Draft => ({ type: 'unmatched', process: 'receive', client, document, place: dock, scan, ...photosIn(photos) })

/**
 * A photo belongs to the code that was kept last, which is told again with it, else to the goods that are received next: a
 * damaged box is photographed, then scanned.
 */
export const stepPhoto = (state: ReceiveState, sha: string): ReceiveNext => {
  const { parked = null } = state
  const photos = withPhoto(parked?.photos ?? state.photos ?? [], sha)
  if (photos === null || state.at === 'document') return stay(state, 'wrong', 'no.key')
  const values = { n: photos.length }
  if (parked === null) return go({ ...state, photos }, 'ok', 'photo.kept', values)
  const told = { scan: parked.scan, photos }
  return go({ ...state, parked: told }, 'ok', 'photo.kept', values, [unmatched(state, told)])
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
  if (hand === null || item === undefined) return go({ ...state, at: 'line', hand: null }, 'ok', 'scan.recv')
  const fields = resolved?.fields ?? {}
  const isOther = resolved !== null && resolved.readings.length > 0
  const other = otherItem(state, resolved, item, hit => view.item(hit.item)?.name ?? text)
  if (other !== null && state.at !== 'serial') return other
  if (state.at === 'expiry') {
    const day = fields.expiry ?? (isOther ? null : parseDay(text))
    if (day === null) return stay(state, 'wrong', 'date.bad', { scanned: text })
    return complete(state, item, { ...hand, expiry: day }, text, view, moment)
  }
  if (state.at === 'serial') {
    const serial = fields.serial ?? text
    // The label of another item, or of the same one again without a serial, begins a new line.
    if (resolved !== null && itemsIn(resolved).length > 0 && (other !== null || fields.serial === undefined))
      return stepLine({ ...state, at: 'line', hand: null }, resolved, view, moment)
    if (fields.serial === undefined && isOther) return mistaken(state, resolved, 'serial')
    if (!isMark(serial)) return stay(state, 'wrong', 'label.bad', { scanned: serial })
    return complete(state, item, { ...hand, serial }, text, view, moment)
  }
  const lot = fields.lot ?? text
  const known = view.lot(item.client, item.id, lot)
  // A text that is some other code is a slip of the hand, unless it is a known lot of this very item.
  if (fields.lot === undefined && known === undefined && isOther) return mistaken(state, resolved, 'lot')
  if (!isMark(lot)) return stay(state, 'wrong', 'label.bad', { scanned: lot })
  return complete(state, item, { ...hand, lot, expiry: hand.expiry ?? fields.expiry ?? null }, text, view, moment)
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
  const { lot, serial, expiry } = item.tracking
  const known = hand.lot === '' ? undefined : view.lot(item.client, item.id, hand.lot)
  const date = hand.expiry ?? known?.expiry ?? null
  const state: ReceiveState = { ...before, client: item.client, hand: { ...hand, expiry: date } }
  if (lot && hand.lot === '') return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
  if (known !== undefined && known.expiry !== null && known.expiry !== date)
    return stay(before, 'wrong', 'rcv.lotDate', { lot: hand.lot, date: known.expiry })
  const trouble = expiry && date !== null ? shelfLife(before, item, date, view, moment) : null
  if (trouble !== null) return trouble
  const isAgreed = before.at === 'expiry' || before.at === 'serial' || confirmed(before, code, moment.monoMs)
  if (lot && known === undefined && !isAgreed) return ask(before, code, moment.monoMs, 'ask.newLot', { lot: hand.lot })
  if (expiry && date === null) return go({ ...state, at: 'expiry' }, 'ok', 'scan.expiry', { item: item.name })
  if (serial && hand.serial === '') return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  return bookHand(before, state, code, item, view, moment)
}

const shelfLife = (state: ReceiveState, item: Item, date: string, view: View, moment: Moment): ReceiveNext | null => {
  if (date < moment.today) return stay(state, 'wrong', 'rcv.expired', { date })
  const days = policyFor(view.policies, item.client).shelf.acceptDays
  return days !== null && date < dayOf(`${moment.today}T00:00:00.000Z`, days)
    ? stay(state, 'wrong', 'rcv.shortLife', { date, n: days })
    : null
}
