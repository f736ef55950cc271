import type { Item } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { isQuantity } from '../quantity.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { isMobile } from './pick-lines.ts'
import { photosIn } from './photo.ts'
import type { Moment } from './process.ts'
import { limitOf } from './receive-limit.ts'
import type { Hand, ReceiveNext, ReceiveState } from './receive-state.ts'
import { lpnOf, palletTrouble, withLoose } from './receive-pallet.ts'
import { statusAtDock } from './receive-status.ts'
import { isVirtual } from './virtual.ts'

/** The rejection of what would pass the limit of the delivery, counting what everyone known here has received. */
export const tooMany = (state: ReceiveState, item: Item, more: number, view: View): ReceiveNext | null => {
  const { limit, ordered, received } = limitOf(view, state.document, item)
  return received + more > limit
    ? stay(state, 'wrong', 'over', { wanted: ordered, have: received, unit: item.unit })
    : null
}

/** R5: everything is known; further scans of the same goods add to the step. */
export const bookHand = (
  before: ReceiveState,
  state: ReceiveState,
  code: string,
  item: Item,
  view: View,
  moment: Moment,
): ReceiveNext => {
  const { hand, last } = state
  if (hand === null) return go({ ...state, at: 'line' }, 'ok', 'scan.recv')
  const trouble =
    tooMany(state, item, hand.qty, view) ??
    palletTrouble(state, item, statusAtDock(view, item), view) ??
    serialTwice(before, code, item, hand, view, moment)
  if (trouble !== null) return trouble
  const isSame = last !== null && last.hand.item === hand.item && last.hand.lot === hand.lot
  const step = (isSame ? last.step : 0) + hand.qty
  return booked(state, item, { hand, step }, hand.qty, { n: hand.n, packaging: hand.packaging }, view)
}

/** R4: a serial that stands on the dock already is a second look; one that the books have elsewhere is a question. */
export const serialTwice = (
  state: ReceiveState,
  code: string,
  item: Item,
  { serial }: Hand,
  view: View,
  moment: Moment,
): ReceiveNext | null => {
  if (serial === '') return null
  const row = view
    .stockOf(item.client, item.id)
    .find(row => row.serial === serial && row.onHand > 0 && !isVirtual(view.location(row.location)))
  if (row === undefined) return null
  const place = view.location(row.location)
  if (place?.kind === 'dock') return stay(state, 'dup', 'dup', { scanned: serial })
  if (confirmed(state, code, moment.monoMs, 'ask.serialHere')) return null
  return ask(state, code, moment.monoMs, 'ask.serialHere', { serial, place: place?.code ?? '' })
}

/** A typed number sets the total of the step; the command carries the difference. Less than booked needs an undo. */
export const stepNumber = (state: ReceiveState, value: number, view: View): ReceiveNext => {
  const { last } = state
  const item = last === null ? undefined : view.item(last.hand.item)
  if (last === null || item === undefined || item.tracking.serial) return stay(state, 'wrong', 'first.item')
  if (value !== 0 && !isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  const more = value - last.step
  if (more < 0) return stay(state, 'wrong', 'qty.less', { n: last.step })
  if (more === 0) return go(state, 'ok', 'got.number', { item: item.name, n: value })
  const trouble = tooMany(state, item, more, view) ?? palletTrouble(state, item, statusAtDock(view, item), view)
  if (trouble !== null) return trouble
  const next = { hand: last.hand, step: value }
  return booked(state, item, next, more, { n: more, packaging: null }, view)
}

const booked = (
  state: ReceiveState,
  item: Item,
  last: { hand: Hand; step: number },
  qty: number,
  entered: { n: number; packaging: string | null },
  view: View,
): ReceiveNext => {
  const { document, dock } = state
  const { hand } = last
  if (document === null || dock === null) return stay(state, 'wrong', 'rcv.noDock')
  const { limit: _, ordered, received } = limitOf(view, document, item)
  const status = statusAtDock(view, item)
  const goods = { client: item.client, item: item.id, lot: hand.lot, serial: hand.serial }
  const command: Draft = {
    type: 'receive',
    ...(state.pallet === null ? {} : { label: state.pallet.label }),
    ...goods,
    document,
    blind: state.blind,
    expiry: hand.expiry,
    to: { location: dock, lpn: lpnOf(state), status },
    qty,
    entered,
    scan: hand.raw,
    ...photosIn(state.photos),
  }
  const have = received + qty
  const isFull = ordered > 0 && have >= ordered
  // Serial after serial: the next one needs no scan of the item, until the line is full.
  const goesOn = item.tracking.serial && state.at === 'serial' && !isFull
  const { loose, beyond } = state.pallet === null ? withLoose(state, { ...goods, status, qty }) : state
  const next: ReceiveState = {
    ...state,
    at: goesOn ? 'serial' : 'line',
    hand: goesOn ? { ...hand, serial: '' } : null,
    last,
    photos: [],
    loose,
    beyond,
  }
  if (ordered > 0 && have > ordered)
    return go(next, 'warn', 'over.ok', { n: have - ordered, item: item.name }, [command])
  const older = olderThan(item, hand, view)
  if (older !== null) return go(next, 'warn', 'older.stock', { place: older }, [command])
  const values = { item: item.name, n: qty, have, wanted: ordered }
  return go(next, isFull ? 'done' : 'ok', isFull ? 'line.done' : 'got', values, [command])
}

/** The place of stock that lives longer than what comes in now: whoever puts it away should know. Null = there is none. */
const olderThan = (item: Item, hand: Hand, view: View): string | null => {
  const { expiry } = hand
  if (expiry === null || hand.lot === '') return null
  const later = view
    .stockOf(item.client, item.id)
    .filter(row => row.onHand > 0 && !isMobile(view, row.location))
    .map(row => ({
      place: view.location(row.location),
      expiry: view.lot(row.client, row.item, row.lot)?.expiry ?? null,
    }))
    .find(row => row.place !== undefined && !isVirtual(row.place) && row.expiry !== null && row.expiry > expiry)
  return later?.place?.code ?? null
}
