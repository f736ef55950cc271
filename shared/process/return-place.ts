import { NO_LPN } from '../ids.ts'
import type { LocationId } from '../ids.ts'
import type { Address } from '../ledger/stock.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { palletIn } from './lpn.ts'
import { photosIn } from './photo.ts'
import { placeTrouble } from './place-rules.ts'
import type { Moment } from './process.ts'
import { mistaken, placesIn } from './readings.ts'
import type { Pallet } from './receive-pallet.ts'
import { STATUS_OF } from './return-state.ts'
import type { Disposition, Returned, ReturnNext, ReturnState } from './return-state.ts'

/** T4: where it was put, or the pallet that it was put onto; only now it is booked. */
export const stepPlace = (state: ReturnState, resolved: Resolved, view: View, moment: Moment): ReturnNext => {
  const pallet = palletIn(view, resolved)
  if (pallet !== null) return stepPallet(state, pallet, resolved.scan.text, view, moment)
  const [place] = placesIn(resolved)
  return place === undefined ? mistaken(state, resolved, 'location') : put(state, place, state.pallet, view)
}

/** A pallet that stands somewhere is the place; of an empty one the place must still be said. */
const stepPallet = (
  state: ReturnState,
  { lpn, label, known }: Pallet,
  code: string,
  view: View,
  moment: Moment,
): ReturnNext => {
  const { client, disposition } = state
  const rows = view.stockOn(lpn).filter(row => row.onHand > 0)
  if ([known, ...rows.map(row => row.client)].some(owner => owner !== null && owner !== client))
    return stay(state, 'wrong', 'other.client')
  if (disposition !== null && rows.some(row => row.status !== STATUS_OF[disposition]))
    return stay(state, 'wrong', 'rcv.lpnMixed', { lpn: label })
  const [here] = rows
  const pallet = { id: lpn, label }
  if (here !== undefined) return put(state, here.location, pallet, view)
  if (view.lpn(lpn) === undefined && !confirmed(state, code, moment.monoMs, 'ask.newLpn'))
    return ask(state, code, moment.monoMs, 'ask.newLpn', { lpn: label })
  return go({ ...state, pallet }, 'ok', 'ret.onPallet', { lpn: label })
}

const put = (state: ReturnState, location: LocationId, pallet: ReturnState['pallet'], view: View): ReturnNext => {
  const { hand, disposition, document, reason } = state
  const place = view.location(location)
  const item = hand === null ? undefined : view.item(hand.item)
  if (place === undefined || hand === null || item === undefined || disposition === null || reason === null)
    return go({ ...state, at: 'goods' }, 'ok', 'ret.item')
  if (document === null) return go({ ...state, at: 'goods' }, 'ok', 'ret.item')
  const to: Address = { location, lpn: pallet?.id ?? NO_LPN, status: STATUS_OF[disposition] }
  const trouble = placeTrouble(
    view,
    item,
    { client: item.client, item: item.id, lot: hand.lot, serial: hand.serial },
    to,
  )
  if (trouble === 'closed') return stay(state, 'wrong', 'place.closed', { place: place.code })
  if (trouble !== null) return stay(state, 'wrong', `put.${trouble}`, { place: place.code })
  const command: Extract<Draft, { type: 'return' }> = {
    type: 'return',
    ...(pallet === null ? {} : { label: pallet.label }),
    client: item.client,
    item: item.id,
    lot: hand.lot,
    serial: hand.serial,
    document,
    blind: state.blind,
    order: state.order,
    expiry: hand.expiry,
    to,
    qty: hand.qty,
    entered: { n: hand.n, packaging: hand.packaging },
    disposition: disposition === 'supplier' ? 'quarantine' : disposition,
    reason,
    scan: hand.raw,
    ...photosIn(state.photos),
  }
  const commands = [command, ...onward(command, disposition, hand, view)]
  const fresh = { hand: null, reason: null, disposition: null, pallet: null, photos: [] }
  const next: ReturnState = { ...state, at: 'goods', ...fresh }
  return go(next, 'done', 'ret.done', { item: item.name, n: hand.qty, place: place.code }, commands)
}

/** What does not stay in the house leaves it by a command of its own. */
const onward = (
  { client, item, lot, serial, to, reason }: Extract<Draft, { type: 'return' }>,
  disposition: Disposition,
  { qty }: Returned,
  view: View,
): Draft[] => {
  const goods = { client, item, lot, serial, from: to, qty, reason, scan: '' }
  if (disposition === 'scrap') return [{ type: 'scrap', process: 'move', ...goods }]
  if (disposition !== 'supplier') return []
  const supplier = looseAt(virtualLocation(view.warehouse, 'supplier'))
  return [{ type: 'move', process: 'return', ...goods, task: null, line: null, to: supplier }]
}
