import type { Item } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { isQuantity } from '../quantity.ts'
import type { Resolved } from '../scan/scan.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { parseDay } from './day.ts'
import { withPhoto } from './photo.ts'
import type { Moment } from './process.ts'
import { amountOf, isMark, itemsIn, mistaken, otherItem } from './readings.ts'
import { dispositionsFor, notSent, RETURN_REASONS, sentAndBack, wantsPhoto } from './return-state.ts'
import type { Returned, ReturnNext, ReturnState } from './return-state.ts'
import { isVirtual } from './virtual.ts'
import { dateAsked, dateOn, dateWanted } from './shelf-life.ts'

/** T2: an item; the same goods again add to what is in hand. */
export const stepGoods = (state: ReturnState, resolved: Resolved, view: View, moment: Moment): ReturnNext => {
  const { clients } = moment.worker
  const hits = itemsIn(resolved)
  const mine = hits.filter(hit =>
    state.client === null ? clients === null || clients.includes(hit.client) : hit.client === state.client,
  )
  const [hit] = mine
  if (hits.length > 0 && hit === undefined) return stay(state, 'wrong', 'other.client')
  if (hit === undefined) return mistaken(state, resolved, 'item')
  if (new Set(mine.map(one => `${one.item}/${one.packaging}`)).size > 1) return stay(state, 'unknown', 'many')
  const item = view.item(hit.item)
  if (item === undefined) return stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
  const amount = amountOf(item, hit, resolved.fields)
  if (amount === null) return stay(state, 'wrong', 'qty.bad')
  const { hand } = state
  const { lot = hand?.lot ?? '', serial = '' } = resolved.fields
  const isSame = hand !== null && hand.item === item.id && hand.lot === (item.tracking.lot ? lot : '')
  if (hand !== null && (!isSame || item.tracking.serial))
    return stay(state, 'wrong', 'ret.first', { item: view.item(hand.item)?.name ?? '' })
  const more = isSame ? { n: hand.n, qty: hand.qty } : { n: 0, qty: 0 }
  const next: Returned = {
    item: item.id,
    packaging: amount.packaging,
    n: more.n + amount.n,
    qty: more.qty + amount.qty,
    lot: item.tracking.lot ? lot : '',
    serial: item.tracking.serial ? serial : '',
    expiry: dateOn(view, item, resolved.fields) ?? hand?.expiry ?? null,
    raw: resolved.scan.raw,
  }
  const code = resolved.scan.text
  return tooMuch(state, item, next.qty, code, view, moment) ?? complete(state, item, next, code, view, moment)
}

/** What was not sent comes back only after a question, and only where the policy lets it; never more than was sent. */
const tooMuch = (
  state: ReturnState,
  item: Item,
  qty: number,
  code: string | null,
  view: View,
  moment: Moment,
): ReturnNext | null => {
  const { sent, back } = sentAndBack(view, state.document, state.order, item.id)
  if (sent === 0) {
    const { unexpected } = policyFor(view.policies, item.client).return
    if (unexpected === 'no') return stay(state, 'wrong', 'ret.notInOrder', { item: item.name })
    if (
      unexpected === 'yes' ||
      state.hand !== null ||
      code === null ||
      confirmed(state, code, moment.monoMs, 'ask.notInOrder')
    )
      return null
    return ask(state, code, moment.monoMs, 'ask.notInOrder', { item: item.name })
  }
  return back + qty > sent
    ? stay(state, 'wrong', 'over', { wanted: sent, have: back + (state.hand?.qty ?? 0), unit: item.unit })
    : null
}

/** Asks for what the item still needs, lot before expiry before serial. */
const complete = (
  before: ReturnState,
  item: Item,
  hand: Returned,
  code: string,
  view: View,
  moment: Moment,
): ReturnNext => {
  const { lot, serial } = item.tracking
  const expiry = dateAsked(view, item) !== null
  const known = hand.lot === '' ? undefined : view.lot(item.client, item.id, hand.lot)
  const date = hand.expiry ?? known?.expiry ?? null
  const state: ReturnState = { ...before, client: item.client, hand: { ...hand, expiry: date } }
  const strange = otherThanSent(before, item, hand, code, view, moment)
  if (strange !== null) return strange
  if (lot && hand.lot === '') return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
  if (expiry && date === null) return go({ ...state, at: 'expiry' }, 'ok', dateWanted(view, item), { item: item.name })
  if (serial && hand.serial === '') return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  const here = serial ? standsAt(view, item, hand.serial) : null
  if (here !== null) return stay(before, 'dup', 'dup', { scanned: hand.serial })
  return go({ ...state, at: 'goods' }, 'ok', 'ret.got', { item: item.name, n: hand.qty })
}

/** A lot or serial that was not sent on this order is no slip of the hand when its code is said twice. */
const otherThanSent = (
  state: ReturnState,
  item: Item,
  hand: Returned,
  code: string,
  view: View,
  { monoMs }: Moment,
): ReturnNext | null => {
  const { hand: before } = state
  const isNewLot = before?.item !== hand.item || before.lot !== hand.lot
  const { lot, serial } = hand
  const other = notSent(view, state.order, item.id, { lot: isNewLot ? lot : '', serial })
  if (other === null) return null
  const question = other === 'lot' ? 'ask.lotNotSent' : 'ask.serialNotSent'
  return confirmed(state, code, monoMs, question)
    ? null
    : ask(state, code, monoMs, question, other === 'lot' ? { lot } : { serial })
}

/** The place where this very piece stands already. */
const standsAt = (view: View, item: Item, serial: string): string | null =>
  view
    .stockOf(item.client, item.id)
    .filter(row => row.serial === serial && row.onHand > 0)
    .flatMap(row => view.location(row.location) ?? [])
    .find(place => !isVirtual(place))?.code ?? null

/** The answer to "Scan the lot", "Type the date" or "Scan the serial". `resolved` is null for typed text. */
export const stepAsked = (
  state: ReturnState,
  text: string,
  resolved: Resolved | null,
  view: View,
  moment: Moment,
): ReturnNext => {
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined) return go({ ...state, at: 'goods', hand: null }, 'ok', 'ret.item')
  const fields = resolved?.fields ?? {}
  const date = dateOn(view, item, fields)
  const other = otherItem(state, resolved, item, hit => view.item(hit.item)?.name ?? text)
  if (other !== null) return other
  const isOther = resolved !== null && resolved.readings.length > 0
  if (state.at === 'expiry') {
    const day = date ?? (isOther ? null : parseDay(text))
    return day === null
      ? stay(state, 'wrong', 'date.bad', { scanned: text })
      : complete(state, item, { ...hand, expiry: day }, text, view, moment)
  }
  const field = state.at === 'lot' ? fields.lot : fields.serial
  const mark = field ?? text
  const isKnownLot = state.at === 'lot' && view.lot(item.client, item.id, mark) !== undefined
  if (field === undefined && isOther && !isKnownLot && resolved !== null)
    return mistaken(state, resolved, state.at === 'lot' ? 'lot' : 'serial')
  if (!isMark(mark)) return stay(state, 'wrong', 'label.bad', { scanned: mark })
  const filled = state.at === 'lot' ? { lot: mark, expiry: hand.expiry ?? date ?? null } : { serial: mark }
  return complete(state, item, { ...hand, ...filled }, text, view, moment)
}

/** A typed number is all that came back of these goods. */
export const stepNumber = (state: ReturnState, value: number, view: View, moment: Moment): ReturnNext => {
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined || item.tracking.serial) return stay(state, 'wrong', 'first.item')
  if (!isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  const trouble = tooMuch(state, item, value, null, view, moment)
  if (trouble !== null) return trouble
  const next = { ...hand, qty: value, n: value, packaging: null }
  return go({ ...state, hand: next }, 'ok', 'got.number', { item: item.name, n: value })
}

/** T3: why it came back, then what becomes of it. */
export const stepChoice = (state: ReturnState, n: number, view: View, moment: Moment): ReturnNext => {
  const item = state.hand === null ? undefined : view.item(state.hand.item)
  if (item === undefined) return stay(state, 'wrong', 'no.key')
  if (state.at === 'reason') {
    const reason = RETURN_REASONS[n - 1]
    return reason === undefined
      ? stay(state, 'wrong', 'no.key')
      : go({ ...state, at: 'state', reason }, 'ok', 'ret.state', { item: item.name })
  }
  const disposition = state.at === 'state' ? dispositionsFor(view, state, item, moment)[n - 1] : undefined
  if (disposition === undefined) return stay(state, 'wrong', 'no.key')
  const isAsked = wantsPhoto(view, item.client, disposition) && state.photos.length === 0
  return isAsked
    ? go({ ...state, at: 'photo', disposition }, 'ok', 'photo.ask', { item: item.name })
    : go({ ...state, at: 'place', disposition }, 'ok', 'ret.place', { item: item.name })
}

/** Of the goods in hand; where the policy has asked for it, the way goes on. */
export const stepPhoto = (state: ReturnState, sha: string): ReturnNext => {
  const photos = state.hand === null ? null : withPhoto(state.photos, sha)
  if (photos === null) return stay(state, 'wrong', 'no.key')
  const at = state.at === 'photo' ? 'place' : state.at
  return go({ ...state, at, photos }, 'ok', 'photo.kept', { n: photos.length })
}

/** No camera, no light: the goods are here all the same. Said twice, so that nobody passes it by a slip. */
export const withoutPhoto = (state: ReturnState, moment: Moment): ReturnNext =>
  confirmed(state, 'XCSKP', moment.monoMs, 'ask.noPhoto')
    ? go({ ...state, at: 'place' }, 'ok', 'ret.place')
    : ask(state, 'XCSKP', moment.monoMs, 'ask.noPhoto')
