import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId, LpnId } from '../ids.ts'
import type { StockKey, StockRow, StockStatus } from '../ledger/stock.ts'
import { keyOf, STATUSES } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { isQuantity } from '../quantity.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { countedBlind } from './count-blind.ts'
import { palletIn, palletOf } from './lpn.ts'
import { emptyHanded } from './move-state.ts'
import type { Load, MoveNext, MoveState } from './move-state.ts'
import { isMobile } from './pick-lines.ts'
import type { Moment } from './process.ts'
import { amountOf, itemsIn, mistaken, otherItem } from './readings.ts'
import { isVirtual } from './virtual.ts'

type Goods = Extract<Load, { kind: 'goods' }>

/** M1: a place, a pallet, or a tote, carton or cart that is to stand elsewhere. A cart with goods on it is a place. */
export const stepFrom = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return takePallet(state, pallet, view, moment)
  for (const r of resolved.readings) {
    if (r.kind === 'location') return fromPlace(state, r.location, view)
    if (r.kind === 'cart' && view.stockAt(r.location).length > 0) return fromPlace(state, r.location, view)
    if (r.kind === 'tote' || r.kind === 'carton' || r.kind === 'cart')
      return go(
        { ...state, at: 'to', from: null, load: { kind: 'mobile', mobile: r.location }, takenAt: moment.now },
        'ok',
        'move.to',
      )
  }
  return mistaken(state, resolved)
}

export const fromPlace = (state: MoveState, id: LocationId, view: View): MoveNext => {
  const place = view.location(id)
  if (place === undefined || !place.active || isVirtual(place))
    return stay(state, 'wrong', 'place.closed', { place: place?.code ?? '' })
  if (!view.stockAt(id).some(row => row.onHand > 0)) return stay(state, 'wrong', 'move.empty', { place: place.code })
  return go({ ...state, at: 'goods', from: id, load: null }, 'ok', 'place.ok', { place: place.code })
}

/** Unless an order is picked from it: it stays where the picker will look for it. */
export const takePallet = (
  state: MoveState,
  pallet: { lpn: LpnId; label: string },
  view: View,
  moment: Moment,
): MoveNext => {
  const rows = view.stockOn(pallet.lpn).filter(row => row.onHand > 0)
  const [first] = rows
  if (first === undefined) return stay(state, 'wrong', 'move.empty', { place: pallet.label })
  if (!mayMove(moment, first)) return stay(state, 'wrong', 'other.client')
  if (rows.some(row => isMobile(view, row.location))) return pickedFor(state, rows, view)
  const started = startedOn(rows, view)
  if (started !== null) return stay(state, 'wrong', leave(state), { no: started })
  const load: Load = { kind: 'pallet', client: first.client, lpn: pallet.lpn, label: pallet.label }
  return go({ ...state, at: 'to', from: first.location, load, takenAt: moment.now }, 'ok', 'move.to')
}

/** One row that was shown: its pallet as a whole, or one piece of it, as if its label had been scanned at the place. */
export const takeRow = (state: MoveState, key: StockKey, view: View, moment: Moment): MoveNext => {
  const row = view.stock(key)
  const item = view.item(row.item)
  const place = fromPlace(state, row.location, view)
  if (place.verdict !== 'ok') return place
  if (row.lpn !== NO_LPN) return takePallet(state, palletOf(row.lpn, view), view, moment)
  if (isMobile(view, row.location)) return pickedFor(state, [row], view)
  if (item === undefined || row.onHand <= 0) return stay(state, 'wrong', 'move.notHere')
  if (!mayMove(moment, row)) return stay(state, 'wrong', 'other.client')
  const { client, lot, serial, lpn, status } = row
  const goods = { kind: 'goods' as const, client, item: item.id, lot, serial, lpn, status, n: 1, qty: 1 }
  const taken = { ...place.state, takenAt: moment.now }
  return counted(taken, { ...goods, packaging: null, raw: item.sku }, item, row, 1, view)
}

/** WHOLE PLACE: all that lies there, unless somebody is picking of it. */
export const takeWhole = (state: MoveState, view: View, moment: Moment, next: 'move.to' | 'put.to'): MoveNext => {
  const rows = state.from === null ? [] : view.stockAt(state.from).filter(row => row.onHand > 0)
  const started = startedOn(rows, view)
  if (started !== null) return stay(state, 'wrong', leave(state), { no: started })
  return go({ ...state, at: 'to', load: { kind: 'whole' }, takenAt: moment.now }, 'ok', next)
}

/** The first document that somebody is picking of one of these rows, and what it still has to take there. */
const startedAt = (row: StockRow, view: View): { no: string; qty: number } => {
  const lines = view.linesClaiming(keyOf(row)).filter(line => line.done > 0 && line.state === 'open')
  const claims = lines.flatMap(line => line.claims.filter(claim => claim.location === row.location))
  const [first] = lines
  const no = first === undefined ? '' : (view.document(first.document)?.number ?? '')
  return { no, qty: claims.reduce((sum, { qty }) => sum + qty, 0) }
}

const startedOn = (rows: readonly StockRow[], view: View): string | null =>
  rows.map(row => startedAt(row, view)).find(({ qty }) => qty > 0)?.no ?? null

/** Put-away comes upon what has come in and was picked from since; Move takes it out of a picker's hands. */
const leave = ({ process }: MoveState): 'put.picked' | 'move.started' =>
  process === 'putaway' ? 'put.picked' : 'move.started'

/** In a tote or box already: the order that it was picked for is named. */
const pickedFor = (state: MoveState, rows: readonly StockRow[], view: View): MoveNext =>
  stay(state, 'wrong', 'put.picked', { no: orderOf(rows, view) })

/** The order that has reserved one of these rows; of what nobody has reserved the tote or box that it lies in. */
export const orderOf = (rows: readonly StockRow[], view: View): string => {
  const [line] = rows.flatMap(row => view.linesClaiming(keyOf(row)))
  const document = line === undefined ? undefined : view.document(line.document)
  const [row] = rows
  return document?.number ?? (row === undefined ? '' : (view.location(row.location)?.code ?? ''))
}

/** PARTLY and SPLIT: the pallet in hand stays where it stands, and some of its goods are taken; null = no pallet is in hand. */
export const openPallet = (state: MoveState): MoveNext | null =>
  state.at === 'to' && state.load?.kind === 'pallet'
    ? go({ ...emptyHanded(state), at: 'goods', only: state.load.lpn }, 'ok', 'scan.item')
    : null
export const OPENS: ReadonlySet<string> = new Set(['XCPAR', 'XCSPL'])

/** PARTLY looks at one pallet only. */
const isAsked = ({ only }: MoveState, row: StockRow): boolean => only === null || row.lpn === only

const mayMove = ({ worker }: Moment, row: StockRow): boolean =>
  worker.clients === null || worker.clients.includes(row.client)

/** M2: goods of the place, or a pallet that stands there. */
export const stepGoods = (state: MoveState, resolved: Resolved, view: View, moment: Moment): MoveNext => {
  const { from } = state
  if (from === null) return stepFrom(state, resolved, view, moment)
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return takePallet(state, pallet, view, moment)
  const place = resolved.readings.find(r => r.kind === 'location')
  if (place?.kind === 'location') return fromPlace(state, place.location, view)
  const hits = itemsIn(resolved)
  if (hits.length === 0) return mistaken(state, resolved)
  const here = view
    .stockAt(from)
    .filter(row => row.onHand > 0 && isAsked(state, row) && hits.some(hit => hit.item === row.item))
  if (here.length === 0) return stay(state, 'wrong', 'move.notHere')
  const mine = here.filter(row => mayMove(moment, row))
  if (mine.length === 0) return stay(state, 'wrong', 'other.client')
  if (new Set(mine.map(row => row.item)).size > 1) return stay(state, 'unknown', 'many')
  const hit = hits.find(one => one.item === mine[0]?.item)
  const item = hit === undefined ? undefined : view.item(hit.item)
  const amount = item === undefined || hit === undefined ? null : amountOf(item, hit, resolved.fields)
  if (item === undefined || amount === null) return stay(state, 'wrong', 'qty.bad')
  const { lot = '', serial = '' } = resolved.fields
  const goods: Goods = {
    kind: 'goods',
    client: item.client,
    item: item.id,
    lot: item.tracking.lot ? lot : '',
    serial: item.tracking.serial ? serial : '',
    lpn: mine[0]?.lpn ?? NO_LPN,
    status: mine[0]?.status ?? 'available',
    ...amount,
    raw: resolved.scan.raw,
  }
  return identified({ ...state, takenAt: state.takenAt ?? moment.now }, goods, item, mine, view)
}

/** The answer to "Scan the lot" or "Scan the serial". */
export const stepMark = (state: MoveState, text: string, resolved: Resolved | null, view: View): MoveNext => {
  const { load, from } = state
  const item = load?.kind === 'goods' ? view.item(load.item) : undefined
  if (load?.kind !== 'goods' || item === undefined || from === null)
    return go({ ...state, at: 'goods' }, 'ok', 'scan.item')
  const other = otherItem(state, resolved, item, hit => view.item(hit.item)?.name ?? text)
  if (other !== null) return other
  const kind = state.at === 'lot' ? 'lot' : 'serial'
  const mark = resolved?.fields[kind] ?? text
  const rows = view.stockAt(from).filter(row => row.onHand > 0 && isAsked(state, row) && row.item === item.id)
  if (!rows.some(row => row[kind] === mark)) return stay(state, 'wrong', 'move.notHere')
  return identified(state, { ...load, [kind]: mark }, item, rows, view)
}

/** Asks until exactly one stock row is meant; what is plain from the books is not asked. */
const identified = (
  state: MoveState,
  goods: Goods,
  item: Item,
  rows: readonly StockRow[],
  view: View,
  which: StockStatus | null = null,
): MoveNext => {
  const fits = rows.filter(
    row => (goods.lot === '' || row.lot === goods.lot) && (goods.serial === '' || row.serial === goods.serial),
  )
  if (fits.length === 0) return stay(state, 'wrong', 'move.notHere')
  const values = { item: item.name }
  if (new Set(fits.map(row => row.lot)).size > 1)
    return go({ ...state, at: 'lot', load: goods }, 'ok', 'scan.lot', values)
  if (new Set(fits.map(row => row.serial)).size > 1)
    return go({ ...state, at: 'serial', load: goods }, 'ok', 'scan.serial', values)
  if (new Set(fits.map(row => row.lpn)).size > 1) return stay(state, 'wrong', 'which.lpn')
  // What is good and what is not lie side by side: only the worker sees which of them is in hand.
  if (state.process === 'move' && which === null && new Set(fits.map(one => one.status)).size > 1)
    return go({ ...state, at: 'which', load: goods }, 'ok', 'which.status')
  // Carried by a task, good goods go before others.
  const row = fits.find(one => one.status === (which ?? 'available')) ?? fits[0]
  if (row === undefined) return stay(state, 'wrong', 'move.notHere')
  const { lot, serial, lpn, status } = row
  const load: Goods = { ...goods, lot, serial, lpn, status }
  const all = allOf(state, item, row, view)
  return all === null || all <= goods.qty
    ? counted({ ...state, load: null }, load, item, row, goods.qty, view)
    : counted({ ...state, load: null }, { ...load, qty: all, n: all, packaging: null }, item, row, all, view)
}

/** Put-away has all of a row in hand at the first scan where the policy fills numbers in; null = only what was scanned. */
const allOf = ({ process }: MoveState, item: Item, row: StockRow, view: View): number | null => {
  const isFilledIn = process === 'putaway' && !policyFor(view.policies, item.client).task.noPrefill
  if (!isFilledIn || item.tracking.serial || countedBlind(view)(row)) return null
  return row.onHand - startedAt(row, view).qty
}

/** Rows that the goods in hand may be of. */
const rowsInHand = (state: MoveState, view: View): readonly StockRow[] => {
  const { load, from } = state
  if (load?.kind !== 'goods' || from === null) return []
  const { item, lot, serial } = load
  return view
    .stockAt(from)
    .filter(row => row.onHand > 0 && isAsked(state, row) && row.item === item)
    .filter(row => (lot === '' || row.lot === lot) && (serial === '' || row.serial === serial))
}

/** In the order in which they are offered. */
export const statusesHere = (state: MoveState, view: View): readonly StockStatus[] => {
  const here = new Set(rowsInHand(state, view).map(row => row.status))
  return STATUSES.filter(status => here.has(status))
}

/** The answer to "Which status?" of goods that lie there in several. */
export const stepWhich = (state: MoveState, n: number, view: View): MoveNext => {
  const { load } = state
  const item = load?.kind === 'goods' ? view.item(load.item) : undefined
  if (load?.kind !== 'goods' || item === undefined) return go({ ...state, at: 'goods' }, 'ok', 'scan.item')
  const status = statusesHere(state, view)[n - 1]
  if (status === undefined) return stay(state, 'wrong', 'no.key')
  return identified(state, load, item, rowsInHand(state, view), view, status)
}

/** M3: a further scan of the same goods adds, a number sets the total. Never the whole row unasked. */
export const stepMore = (state: MoveState, resolved: Resolved, view: View): MoveNext | null => {
  const { load } = state
  if (load?.kind !== 'goods') return null
  const hit = itemsIn(resolved).find(one => one.item === load.item)
  const item = hit === undefined ? undefined : view.item(hit.item)
  if (hit === undefined || item === undefined) return null
  const amount = amountOf(item, hit, resolved.fields)
  if (amount === null || item.tracking.serial) return stay(state, 'dup', 'dup')
  const { lot = load.lot } = resolved.fields
  if (item.tracking.lot && lot !== load.lot)
    return stay(state, 'wrong', 'wrong.lot', { scanned: lot, wanted: load.lot })
  return withTotal(state, load, item, load.qty + amount.qty, view)
}

export const stepNumber = (state: MoveState, value: number, view: View): MoveNext => {
  const { load } = state
  const item = load?.kind === 'goods' ? view.item(load.item) : undefined
  if (load?.kind !== 'goods' || item === undefined || state.at !== 'to') return stay(state, 'wrong', 'first.item')
  if (!isQuantity(value) || item.tracking.serial) return stay(state, 'wrong', 'qty.bad')
  return withTotal(state, { ...load, packaging: null, n: value }, item, value, view)
}

const withTotal = (state: MoveState, goods: Goods, item: Item, total: number, view: View): MoveNext => {
  if (state.from === null) return stay(state, 'wrong', 'no.key')
  const row = view.stock(keyOf({ ...goods, location: state.from }))
  return counted(state, goods, item, row, total, view)
}

/**
 * No more than the books have here, and nothing that somebody is picking just now. Of what others have reserved only the
 * free part is offered (policy `guard`), or it is taken along (`allow`).
 */
const counted = (state: MoveState, goods: Goods, item: Item, row: StockRow, total: number, view: View): MoveNext => {
  const isBlind = countedBlind(view)(row)
  if (total > row.onHand)
    return isBlind ? stay(state, 'wrong', 'qty.counted') : stay(state, 'wrong', 'qty.max', { n: row.onHand })
  const started = startedAt(row, view)
  if (total > row.onHand - started.qty) return stay(state, 'wrong', 'move.started', { no: started.no })
  const free = Math.max(0, row.onHand - row.reserved - row.held)
  const isGuarded = row.status === 'available' && policyFor(view.policies, item.client).move.reserved === 'guard'
  if (isGuarded && total > free) {
    if (free === 0) return stay(state, 'wrong', 'move.reserved', { n: 0 })
    if (isBlind) return stay(state, 'wrong', 'qty.counted')
    return go(
      { ...state, at: 'to', load: { ...goods, qty: free, n: free, packaging: null } },
      'warn',
      'move.reserved',
      {
        n: free,
      },
    )
  }
  const load = { ...goods, qty: total, n: total === goods.qty ? goods.n : total }
  return go({ ...state, at: 'to', load }, 'ok', 'got.number', { item: item.name, n: total })
}
