import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LpnId } from '../ids.ts'
import { stockKeyText } from '../ledger/stock.ts'
import type { StockKey, StockRow, StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { closePlace } from './count-close.ts'
import { stepPallet } from './count-pallet.ts'
import { placeIn } from './count-place.ts'
import { leaveRow, openRow } from './count-row.ts'
import { dueAgain, expectedRows, keyAt, seenOf } from './count-state.ts'
import type { CountHand, CountNext, CountState, OpenRow } from './count-state.ts'
import { parseDay } from './day.ts'
import { palletIn } from './lpn.ts'
import type { Moment } from './process.ts'
import { amountOf, isMark, itemsIn, mistaken, otherItem } from './readings.ts'
import type { ItemHit } from './readings.ts'
import { isVirtual } from './virtual.ts'
import { dateAsked, dateOn, dateWanted } from './shelf-life.ts'

/** C2: goods, a pallet, a serial that is known here, or a place; a code that nobody knows is kept. */
export const stepGoods = (state: CountState, resolved: Resolved, view: View, moment: Moment): CountNext => {
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return stepPallet(state, pallet, resolved, view, moment)
  const place = placeIn(resolved)
  if (place !== null && place === state.location) {
    const left = leaveRow(state, view)
    const code = view.location(place)?.code ?? ''
    return go({ ...left.state, lpn: { id: NO_LPN, label: null } }, 'ok', 'count.begun', { place: code }, left.commands)
  }
  if (place !== null) return closePlace(state, place, view, moment)
  const hits = itemsIn(resolved)
  if (hits.length === 0) return stepMarkHere(state, resolved, view, moment)
  const hit = hitFor(state, hits, view, moment)
  if (hit === 'foreign') return stay(state, 'wrong', 'other.client')
  if (hit === 'many') return stay(state, 'unknown', 'many')
  const item = view.item(hit.item)
  if (item === undefined) return stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
  if (state.only !== null && item.id !== state.only)
    return stay(state, 'wrong', 'wrong.item', { scanned: item.name, wanted: view.item(state.only)?.name ?? '' })
  const amount = amountOf(item, hit, resolved.fields)
  if (amount === null) return stay(state, 'wrong', 'qty.bad')
  const { lot = '', serial = '' } = resolved.fields
  const hand: CountHand = {
    client: item.client,
    item: item.id,
    lot: item.tracking.lot ? lot : '',
    serial: item.tracking.serial ? serial : '',
    expiry: dateOn(view, item, resolved.fields) ?? null,
    status: null,
    qty: amount.qty,
    set: false,
    raw: resolved.scan.raw,
  }
  return complete(state, item, hand, resolved.scan.text, view, moment)
}

/** Goods that are booked here are meant first: their code may belong to goods of others elsewhere. */
const hitFor = (
  state: CountState,
  hits: readonly ItemHit[],
  view: View,
  { worker }: Moment,
): ItemHit | 'foreign' | 'many' => {
  const mine = hits.filter(hit => worker.clients === null || worker.clients.includes(hit.client))
  const here = mine.filter(hit => expectedRows(state, view).some(row => row.item === hit.item))
  const [first, ...rest] = here.length > 0 ? here : mine
  if (first === undefined) return 'foreign'
  return rest.some(hit => hit.item !== first.item || hit.packaging !== first.packaging) ? 'many' : first
}

/** A bare serial of goods that are booked here; anything else that nobody knows is kept for later. */
const stepMarkHere = (state: CountState, resolved: Resolved, view: View, moment: Moment): CountNext => {
  const { text, raw } = resolved.scan
  const rows = expectedRows(state, view).filter(row => row.serial !== '' && row.serial === text)
  const [row] = rows
  const item = row === undefined ? undefined : view.item(row.item)
  if (row !== undefined && item !== undefined && rows.length === 1) {
    const { client, lot, serial, status } = row
    const hand = { client, item: item.id, lot, serial, expiry: null, status, qty: 1, set: false, raw }
    return complete(state, item, hand, text, view, moment)
  }
  if (resolved.readings.length > 0) return mistaken(state, resolved)
  if (state.unmatched.some(one => one.scan === raw)) return stay(state, 'dup', 'dup')
  const unmatched = [...state.unmatched, { scan: raw, photos: [] }]
  return go({ ...state, unmatched }, 'warn', 'count.kept', { scanned: text, n: unmatched.length })
}

/** The answer to "Scan the lot", "Type the date" or "Scan each serial". `resolved` is null for typed text. */
export const stepAsked = (
  state: CountState,
  text: string,
  resolved: Resolved | null,
  view: View,
  moment: Moment,
): CountNext => {
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (hand === null || item === undefined) return go({ ...state, at: 'goods', hand: null }, 'ok', 'count.next')
  const other = otherItem(state, resolved, item, hit => view.item(hit.item)?.name ?? text)
  if (other !== null && state.at !== 'serial') return other
  const fields = resolved?.fields ?? {}
  const date = dateOn(view, item, fields)
  const isOther = resolved !== null && resolved.readings.length > 0
  switch (state.at) {
    case 'expiry': {
      const expiry = date ?? (isOther ? null : parseDay(text))
      if (expiry === null) return stay(state, 'wrong', 'date.bad', { scanned: text })
      return complete(state, item, { ...hand, expiry }, text, view, moment)
    }
    case 'serial': {
      // Another item, a place or the same item without a serial: the serials of this one are through.
      if (isOther && fields.serial === undefined)
        return stepGoods({ ...state, at: 'goods', hand: null }, resolved, view, moment)
      const serial = fields.serial ?? text
      if (!isMark(serial)) return stay(state, 'wrong', 'label.bad', { scanned: serial })
      return complete(state, item, { ...hand, serial, qty: 1, set: false }, text, view, moment)
    }
    default: {
      const lot = fields.lot ?? text
      const isKnown = view.lot(item.client, item.id, lot) !== undefined
      if (fields.lot === undefined && !isKnown && isOther) return mistaken(state, resolved, 'lot')
      if (!isMark(lot)) return stay(state, 'wrong', 'label.bad', { scanned: lot })
      return complete(state, item, { ...hand, lot, expiry: hand.expiry ?? date ?? null }, text, view, moment)
    }
  }
}

/**
 * Asks for what is still needed to name one stock row, lot before date before serial before status; counts when nothing is
 * missing. A further scan of the row in hand needs nothing more.
 */
export const complete = (
  before: CountState,
  item: Item,
  hand: CountHand,
  code: string,
  view: View,
  moment: Moment,
): CountNext => {
  const { lot, serial } = item.tracking
  const expiry = dateAsked(view, item) !== null
  if (isTotal(before, item, view))
    return counted(before, item, { ...hand, lot: '', status: 'available' }, NO_LPN, view, moment)
  const { row } = before
  if (row !== null && !row.total && isMoreOf(row, hand, serial))
    return counted(before, item, { ...hand, lot: row.key.lot, status: row.key.status }, row.key.lpn, view, moment)
  const lpn = palletOf(before, hand, view)
  if (lpn === null) return stay(before, 'wrong', 'which.lpn')
  const state: CountState = { ...before, hand }
  if (lot && hand.lot === '') return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
  const known = hand.lot === '' ? undefined : view.lot(item.client, item.id, hand.lot)
  if (known?.expiry && hand.expiry !== null && known.expiry !== hand.expiry)
    return stay(before, 'wrong', 'rcv.lotDate', { lot: hand.lot, date: known.expiry })
  const isAgreed = before.at === 'expiry' || before.at === 'serial' || before.at === 'status'
  if (lot && known === undefined && !isAgreed && !confirmed(before, code, moment.monoMs, 'ask.newLot'))
    return ask(before, code, moment.monoMs, 'ask.newLot', { lot: hand.lot })
  if (expiry && hand.lot !== '' && known === undefined && hand.expiry === null)
    return go({ ...state, at: 'expiry' }, 'ok', dateWanted(view, item), { item: item.name })
  if (serial && hand.serial === '') return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  const strange = serial ? strangeSerial(before, hand, code, view, moment) : null
  if (strange !== null) return strange
  const status = hand.status ?? statusOf(before, hand, lpn, view)
  if (status === null) return go({ ...state, at: 'status' }, 'ok', 'which.status')
  return counted(before, item, { ...hand, status }, lpn, view, moment)
}

/** A piece that the books do not have here may be a slip of the hand: the same code again says that it is. */
const strangeSerial = (
  state: CountState,
  hand: CountHand,
  code: string,
  view: View,
  moment: Moment,
): CountNext | null => {
  const { client, item, serial } = hand
  if (rowsOf(state, hand, view).length > 0) return null
  if (state.seen.some(row => row.item === item && row.serial === serial)) return null
  const row = view
    .stockOf(client, item)
    .find(one => one.serial === serial && one.onHand > 0 && !isVirtual(view.location(one.location)))
  const question = row === undefined ? 'count.newSerial' : 'ask.serialHere'
  if (confirmed(state, code, moment.monoMs, question)) return null
  const place = row === undefined ? {} : { place: view.location(row.location)?.code ?? '' }
  return ask(state, code, moment.monoMs, question, { serial, ...place })
}

const isTotal = (state: CountState, item: Item, view: View): boolean =>
  state.mode === 'total' &&
  !item.tracking.serial &&
  !state.detail.includes(item.id) &&
  expectedRows(state, view).some(row => row.item === item.id)

const isMoreOf = ({ key }: OpenRow, hand: CountHand, serial: boolean): boolean =>
  !serial && key.item === hand.item && (hand.lot === '' || hand.lot === key.lot)

const rowsOf = (state: CountState, { item, lot, serial }: CountHand, view: View): readonly StockRow[] =>
  expectedRows(state, view).filter(
    row => row.item === item && (lot === '' || row.lot === lot) && (serial === '' || row.serial === serial),
  )

/** The pallet that goods stand on: the open one, else the one that the books have them on. Null = it must be said. */
const palletOf = (state: CountState, hand: CountHand, view: View): LpnId | null => {
  if (state.lpn !== null) return state.lpn.id
  const found = new Set(rowsOf(state, hand, view).map(row => row.lpn))
  const [only] = found
  if (found.size <= 1) return only ?? NO_LPN
  return found.has(NO_LPN) ? NO_LPN : null
}

/** Goods of two states at one place look the same in the books: which are these? */
const statusOf = (state: CountState, hand: CountHand, lpn: LpnId, view: View): StockStatus | null => {
  const found = new Set(rowsOf(state, hand, view).flatMap(row => (row.lpn === lpn ? [row.status] : [])))
  const [only] = found
  return found.size <= 1 ? (only ?? 'available') : null
}

export const statusesHere = (state: CountState, view: View): readonly StockStatus[] => {
  const { hand } = state
  if (hand === null) return []
  return [...new Set(rowsOf(state, hand, view).map(row => row.status))].sort()
}

/** The row is plain: its count goes up, another row is left first. */
const counted = (state: CountState, item: Item, hand: CountHand, lpn: LpnId, view: View, moment: Moment): CountNext => {
  if (state.location === null) return go({ ...state, at: 'place' }, 'ok', 'count.place')
  const { client, lot, serial } = hand
  const key: StockKey = {
    client,
    item: item.id,
    lot,
    serial,
    location: state.location,
    lpn,
    status: hand.status ?? 'available',
  }
  const total = isTotal(state, item, view)
  const isSame = state.row !== null && stockKeyText(state.row.key) === stockKeyText(key) && state.row.total === total
  const isTwice = serial !== '' && hand.qty > 0 && isCounted(state, key, view)
  if (isTwice || (isSame && serial !== '')) return stay(state, 'dup', 'dup', { scanned: serial })
  const left = isSame ? { state, commands: [] } : leaveRow(state, view)
  const row = isSame && state.row !== null ? state.row : openRow(left.state, key, total, view, moment)
  const qty = hand.set ? hand.qty : row.qty + hand.qty
  if (qty > MOST) return stay(state, 'wrong', 'qty.bad')
  const next: CountState = {
    ...left.state,
    at: item.tracking.serial ? 'serial' : 'goods',
    // Serial after serial: the item stays in hand.
    hand: item.tracking.serial ? { ...hand, serial: '', status: null } : null,
    row: {
      ...row,
      qty,
      touched: true,
      typed: hand.set,
      expiry: hand.expiry ?? row.expiry,
      scan: hand.raw === '' ? row.scan : hand.raw,
      takenAt: moment.now,
    },
  }
  const wrong = left.state.detail.length > state.detail.length ? left.state.detail.at(-1) : undefined
  // The total before it was not right: that is worth more than the first scan of the next.
  if (wrong !== undefined)
    return go(next, 'warn', 'count.detail', { item: view.item(wrong)?.name ?? '' }, left.commands)
  return go(next, 'ok', 'count.is', { item: item.name, n: qty }, left.commands)
}

/** As in a command: 0 to 1,000,000,000. */
const MOST = 1_000_000_000

const isCounted = (state: CountState, key: StockKey, view: View): boolean => {
  const seen = seenOf(state, key)
  return seen !== undefined && seen.qty > 0 && dueAgain(state, view) !== seen
}

/** A number sets the total of the row in hand; where another look is asked for, of that row. 0 is 0. */
export const stepNumber = (state: CountState, value: number, view: View, moment: Moment): CountNext => {
  if (!Number.isSafeInteger(value) || value < 0 || value > MOST) return stay(state, 'wrong', 'qty.bad')
  const due = state.row === null && state.at === 'again' ? dueAgain(state, view) : undefined
  const key = state.row?.key ?? (due === undefined || state.location === null ? null : keyAt(state.location, due))
  const item = key === null ? undefined : view.item(key.item)
  if (key === null || item === undefined) return stay(state, 'wrong', 'first.item')
  if (item.tracking.serial && value > 1) return stay(state, 'wrong', 'which.serial')
  const { client, lot, serial, status, lpn } = key
  const hand = { client, item: item.id, lot, serial, expiry: null, status, qty: value, set: true, raw: '' }
  if (item.tracking.serial) return setSerial(state, key, item, value, view, moment)
  return counted(state, item, hand, lpn, view, moment)
}

/** A piece is here or it is not. */
const setSerial = (
  state: CountState,
  key: StockKey,
  item: Item,
  qty: number,
  view: View,
  moment: Moment,
): CountNext => {
  const row = state.row ?? openRow(state, key, false, view, moment)
  const next = { ...row, qty, touched: true, typed: true, takenAt: moment.now }
  return go({ ...state, at: 'goods', hand: null, row: next }, 'ok', 'count.is', { item: item.name, n: qty })
}

export const stepStatus = (state: CountState, n: number, view: View, moment: Moment): CountNext => {
  const status = statusesHere(state, view)[n - 1]
  const { hand } = state
  const item = hand === null ? undefined : view.item(hand.item)
  if (status === undefined || hand === null || item === undefined) return stay(state, 'wrong', 'no.key')
  return complete(state, item, { ...hand, status }, '', view, moment)
}
