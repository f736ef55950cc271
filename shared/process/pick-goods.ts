import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { Address, StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { isQuantity } from '../quantity.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { askedOf, isMobile, visitId, waitsForStock } from './pick-lines.ts'
import type { Visit } from './pick-lines.ts'
import { atPlace, toteOf, walk } from './pick-state.ts'
import type { PickHand, PickNext, PickState } from './pick-state.ts'
import type { Moment } from './process.ts'
import { amountOf, isMark, itemsIn, mistaken, otherItem, placesIn } from './readings.ts'
import { isVirtual } from './virtual.ts'

/** K2: the place of the visit, or, where the policy allows it, goods that lie nowhere else. */
export const stepPlace = (state: PickState, resolved: Resolved, visit: Visit, view: View, moment: Moment): PickNext => {
  const { claim, line } = visit
  const wanted = view.location(claim.location)?.code ?? ''
  const here = placesIn(resolved)
  if (here.includes(claim.location))
    return go({ ...atPlace(state), at: 'goods', place: claim.location }, 'ok', 'place.ok', { place: wanted })
  const [other] = here
  if (other !== undefined)
    return stay(state, 'wrong', 'wrong.place', { scanned: view.location(other)?.code ?? '', wanted })
  if (itemsIn(resolved).length === 0) return mistaken(state, resolved, wanted)
  const elsewhere = view
    .stockOf(line.client, line.item)
    .some(row => row.location !== claim.location && row.onHand > 0 && isPlace(view, row))
  if (elsewhere || !policyFor(view.policies, line.client).pick.impliedPlace)
    return stay(state, 'wrong', 'first.place', { wanted })
  return stepGoods({ ...atPlace(state), at: 'goods', place: claim.location }, resolved, visit, view, moment)
}

const isPlace = (view: View, row: StockRow): boolean =>
  !isMobile(view, row.location) && !isVirtual(view.location(row.location))

/** K3: the item itself, with whatever its label says about lot, serial and count. */
export const stepGoods = (state: PickState, resolved: Resolved, visit: Visit, view: View, moment: Moment): PickNext => {
  const { claim, line } = visit
  const item = view.item(line.item)
  if (placesIn(resolved).includes(claim.location))
    return go(state, 'ok', 'place.ok', { place: view.location(claim.location)?.code ?? '' })
  const hits = itemsIn(resolved)
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
  const { lot = '', serial = '' } = resolved.fields
  const hand: PickHand = { ...amount, lot, serial, raw: resolved.scan.raw, sure: false }
  if (countsEach(item, visit, view) && hand.qty > askedOf(visit)) return tooMany(state, item, visit)
  return withGoods(
    { ...state, at: 'goods', visit: visitId(visit), hand },
    resolved.scan.text,
    item,
    visit,
    view,
    moment,
  )
}

const countsEach = (item: Item, { line }: Visit, view: View): boolean =>
  item.tracking.serial || policyFor(view.policies, line.client).pick.qty === 'each'

const tooMany = (state: PickState, item: Item, { line }: Visit): PickNext =>
  stay(state, 'wrong', 'over', { have: line.done, wanted: line.wanted, unit: item.unit })

/** The answer to "Scan the lot" or "Scan the serial", scanned or typed. `fields` are those of the label, if it was one. */
export const stepMark = (
  state: PickState,
  text: string,
  resolved: Resolved | null,
  visit: Visit,
  view: View,
  moment: Moment,
): PickNext => {
  const item = view.item(visit.line.item)
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
  return withGoods({ ...state, hand: { ...hand, [kind]: mark } }, mark, item, visit, view, moment)
}

/** Lot and serial, where the item has them, lot first: from the label, from the scan before, or asked for. */
const withGoods = (state: PickState, code: string, item: Item, visit: Visit, view: View, moment: Moment): PickNext => {
  const { hand, last } = state
  if (hand === null) return go(atPlace(state), 'ok', 'scan.place')
  const { lot: byLot, serial: bySerial } = item.tracking
  if (byLot && hand.lot === '') {
    if (last?.line !== visit.line.id) return go({ ...state, at: 'lot' }, 'ok', 'scan.lot', { item: item.name })
    return withGoods({ ...state, hand: { ...hand, lot: last.lot } }, code, item, visit, view, moment)
  }
  if (bySerial && hand.serial === '') return go({ ...state, at: 'serial' }, 'ok', 'scan.serial', { item: item.name })
  const found = sourceOf(state, hand, code, item, visit, view, moment)
  if ('verdict' in found) return found
  return take({ ...state, confirm: null, hand: { ...hand, sure: true } }, item, visit, found, view)
}

type Source = { from: Address; lot: string; serial: string; free: number }

/** The stock row that the goods come from: the reserved one, or another lot or serial of the same place (flows 4.2). */
const sourceOf = (
  state: PickState,
  hand: PickHand,
  code: string,
  item: Item,
  visit: Visit,
  view: View,
  moment: Moment,
): Source | PickNext => {
  const { claim, line } = visit
  const lot = item.tracking.lot ? hand.lot : claim.lot
  const serial = item.tracking.serial ? hand.serial : claim.serial
  const known = view.lot(line.client, line.item, lot)
  const isExpired = (known?.expiry ?? '9999') < moment.today
  if (known?.blocked === true || isExpired) return stay(state, 'wrong', 'pick.notAvailable', { lot })
  if (lot === claim.lot && serial === claim.serial)
    return { from: { location: claim.location, lpn: claim.lpn, status: claim.status }, lot, serial, free: claim.qty }
  const policy = policyFor(view.policies, line.client).pick
  if (policy.fefo === 'force' && lot !== claim.lot)
    return stay(state, 'wrong', 'wrong.lot', { scanned: lot, wanted: claim.lot })
  const rows = view
    .stockOf(line.client, line.item)
    .filter(row => row.lot === lot && row.serial === serial && row.onHand > 0)
  const row = rows.find(row => row.location === claim.location && row.status === 'available')
  if (row === undefined) return notThere(state, rows, { lot, serial }, visit, view)
  if (row.onHand - row.held <= 0) return stay(state, 'wrong', 'pick.notAvailable', { lot: lot || serial })
  const isLater = (known?.expiry ?? '9999') > (view.lot(line.client, line.item, claim.lot)?.expiry ?? '9999')
  if (policy.fefo === 'warn' && isLater && !hand.sure && !confirmed(state, code, moment.monoMs))
    return ask(state, code, moment.monoMs, 'ask.fefo', { scanned: lot, wanted: claim.lot })
  return {
    from: { location: row.location, lpn: row.lpn, status: row.status },
    lot,
    serial,
    free: row.onHand - row.held,
  }
}

const notThere = (
  state: PickState,
  rows: readonly StockRow[],
  { lot, serial }: { lot: string; serial: string },
  { claim }: Visit,
  view: View,
): PickNext => {
  if (serial !== claim.serial) {
    const inTote = rows.some(row => row.location === toteOf(state, view))
    if (inTote) return stay(state, 'dup', 'dup', { scanned: serial })
    return stay(state, 'wrong', 'wrong.serial', { scanned: serial, wanted: claim.serial })
  }
  const there = rows.find(row => isPlace(view, row) && row.location !== claim.location)
  const place = view.location(there?.location ?? claim.location)?.code ?? ''
  return stay(state, 'wrong', there === undefined ? 'lot.gone' : 'lot.elsewhere', { lot, place, wanted: claim.lot })
}

/** K4: how much of it, by the policy of the client. */
const take = (state: PickState, item: Item, visit: Visit, source: Source, view: View): PickNext => {
  const { hand } = state
  const asked = askedOf(visit)
  if (hand === null) return go(atPlace(state), 'ok', 'scan.place')
  if (countsEach(item, visit, view)) {
    if (hand.qty > asked) return tooMany(state, item, visit)
    if (hand.qty > source.free) return stay(state, 'wrong', 'qty.max', { n: source.free })
    return book(state, item, visit, source, { n: hand.n, qty: hand.qty, packaging: hand.packaging }, view)
  }
  if (policyFor(view.policies, visit.line.client).pick.qty === 'trust') {
    const qty = Math.min(asked, source.free)
    return book(state, item, visit, source, { n: qty, qty, packaging: null }, view)
  }
  const step = state.last?.line === visit.line.id && state.last.lot === source.lot ? state.last.step : 0
  const last = { line: visit.line.id, lot: source.lot, step }
  return go({ ...state, at: 'goods', last }, 'ok', 'how.many', { n: asked, item: item.name })
}

/** A typed number sets the total of the step; the command carries the difference. Less than booked needs an undo. */
export const stepNumber = (state: PickState, value: number, visit: Visit, view: View, moment: Moment): PickNext => {
  const item = view.item(visit.line.item)
  const { last } = state
  if (item === undefined || state.at !== 'goods' || last?.line !== visit.line.id || item.tracking.serial)
    return stay(state, 'wrong', 'first.item')
  if (value !== 0 && !isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  const more = value - last.step
  if (more < 0) return stay(state, 'wrong', 'qty.less', { n: last.step })
  if (more === 0) return go({ ...state, hand: null, visit: null }, 'ok', 'got.number', { item: item.name, n: value })
  if (more > askedOf(visit)) return tooMany(state, item, visit)
  const hand: PickHand = {
    lot: last.lot,
    serial: '',
    n: more,
    qty: more,
    packaging: null,
    raw: state.hand?.raw ?? '',
    sure: true,
  }
  const source = sourceOf(state, hand, '', item, visit, view, moment)
  if ('verdict' in source) return source
  if (more > source.free) return stay(state, 'wrong', 'qty.max', { n: last.step + source.free })
  return book({ ...state, hand }, item, visit, source, { n: more, qty: more, packaging: null }, view)
}

const book = (
  state: PickState,
  item: Item,
  visit: Visit,
  source: Source,
  amount: { n: number; qty: number; packaging: string | null },
  view: View,
): PickNext => {
  const { task, document, hand } = state
  const { line } = visit
  const tote = toteOf(state, view)
  if (tote === null || task === null || document === null)
    return go({ ...atPlace(state), at: 'tote' }, 'ok', 'scan.tote')
  const { from, lot, serial } = source
  const { n, qty, packaging } = amount
  const raw = hand?.raw ?? ''
  const command: Draft = {
    type: 'pick',
    client: line.client,
    item: item.id,
    lot,
    serial,
    task,
    document,
    line: line.id,
    from,
    to: { location: tote, lpn: NO_LPN, status: 'available' },
    qty,
    entered: { n, packaging },
    ...(raw === '' ? {} : { scan: raw }),
  }
  const left = qty < askedOf(visit)
  const step = (state.last?.line === line.id && state.last.lot === lot ? state.last.step : 0) + qty
  const values = { item: item.name, have: line.done + qty, wanted: line.wanted, n: qty }
  if (left) {
    const next: PickState = { ...state, at: 'goods', hand: null, visit: null, last: { line: line.id, lot, step } }
    return go(next, 'ok', 'got', values, [command])
  }
  return arrived(state, view, visit, command, values)
}

/** The visit is over: on to goods of the same place, to the next place, or home. */
const arrived = (
  state: PickState,
  view: View,
  visit: Visit,
  command: Draft,
  values: Record<string, string | number> & { n: number },
): PickNext => {
  const rest = walk(state, view).filter(other => visitId(other) !== visitId(visit))
  const [next] = rest
  if (next === undefined) {
    const no = state.document === null ? '' : (view.document(state.document)?.number ?? '')
    const booking = { line: visit.line.id, qty: values.n }
    const waits = state.document !== null && waitsForStock(view, state.document, booking)
    const home = waits
      ? go(atPlace(state), 'warn', 'pick.waits', { no }, [command])
      : go(atPlace(state), 'done', 'task.done', { no }, [command])
    return { ...home, finished: true }
  }
  const here = rest.some(other => other.claim.location === visit.claim.location)
  const after: PickState = here ? { ...atPlace(state), at: 'goods', place: visit.claim.location } : atPlace(state)
  return go(after, 'done', 'line.done', values, [command])
}
