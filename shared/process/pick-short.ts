import type { Claim } from '../catalogue.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { isQuantity } from '../quantity.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { countedBlind } from './count-blind.ts'
import { placesToChoose } from './pick-elsewhere.ts'
import { withPhoto } from './photo.ts'
import { askedOf } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { closeShort, pieceAt } from './pick-short-close.ts'
import { heldQty } from './pick-state.ts'
import type { PickNext, PickState, Shortage } from './pick-state.ts'
import type { Moment } from './process.ts'
import { mistaken, placesIn } from './readings.ts'

const REASONS = ['NOT_FOUND', 'EMPTY', 'DAMAGED', 'MISPLACED', 'UNREACHABLE'] as const
const OF_LOTS = ['BLOCKED_LOT', 'EXPIRED'] as const
export type ShortReason = (typeof REASONS | typeof OF_LOTS)[number]

/** What can be wrong with a row; only lots can be on hold or expire. */
export const shortReasons = (stop: Stop, view: View): readonly ShortReason[] =>
  view.item(stop.line.item)?.tracking.lot === true ? [...REASONS, ...OF_LOTS] : REASONS

const FRESH: Shortage = { taken: null, reason: null, spoilt: null, photos: [], instead: null }

/** SHORT asks how much can be taken; EMPTY says that it is nothing. Serials that are there have been scanned already. */
export const stepShort = (state: PickState, command: 'XCSHT' | 'XCMPT', stop: Stop, view: View): PickNext => {
  const isSerial = view.item(stop.line.item)?.tracking.serial === true
  const next: PickState = { ...state, hand: null, stop: stop.id }
  if (command === 'XCSHT' && !isSerial)
    return go({ ...next, at: 'shortQty', short: FRESH }, 'ok', 'how.many', { n: askedOf(stop) })
  const taken = command === 'XCMPT' ? 0 : heldQty(state)
  const held = command === 'XCMPT' ? [] : state.held
  return go({ ...next, at: 'reason', held, short: { ...FRESH, taken } }, 'ok', 'why')
}

/** What can be taken is less than what is asked; a typed 0 is 0. */
export const stepShortNumber = (state: PickState, value: number, stop: Stop): PickNext => {
  if (!Number.isSafeInteger(value) || value < 0) return stay(state, 'wrong', 'qty.bad')
  if (value >= askedOf(stop)) return stay(state, 'wrong', 'qty.max', { n: askedOf(stop) - 1 })
  const held = value === 0 ? [] : [pieceAt(stop, value)]
  return go({ ...state, at: 'reason', held, short: { ...(state.short ?? FRESH), taken: value } }, 'ok', 'why')
}

export const stepReason = (state: PickState, n: number, stop: Stop, view: View, moment: Moment): PickNext => {
  const reason = shortReasons(stop, view)[n - 1]
  const { short } = state
  if (reason === undefined) return stay(state, 'wrong', 'no.key')
  if (short === null || short.taken === null) return stay(state, 'wrong', 'no.key')
  const said: Shortage = { ...short, reason, spoilt: spoiltBy(reason, short.taken, stop, view) }
  const next: PickState = { ...state, short: said }
  const { reallocation } = policyFor(view.policies, stop.line.client).pick
  const asksWhere = reallocation === 'manual' || reallocation === 'both'
  if (asksWhere && placesToChoose(stop, view, moment.today).length > 0)
    return go({ ...next, at: 'elsewhere' }, 'ok', 'where.else')
  return closed(next, stop, view, moment)
}

/** Units that change their status at once: what the picker lacks of broken goods, all that nobody else has reserved of a bad lot. */
const spoiltBy = (reason: ShortReason, taken: number, stop: Stop, view: View): number | null => {
  if (reason === 'DAMAGED') return askedOf(stop) - taken
  if (reason !== 'BLOCKED_LOT' && reason !== 'EXPIRED') return null
  const { claim, line, parts } = stop
  const row = view.stock(keyOf({ ...claim, client: line.client, item: line.item }))
  const own = parts.filter(part => part.claim.serial === claim.serial).reduce((sum, part) => sum + part.claim.qty, 0)
  return Math.max(0, row.onHand - taken - row.held - (row.reserved - own))
}

/** In a cluster what was there goes into its tote first. */
const closed = (state: PickState, stop: Stop, view: View, moment: Moment): PickNext =>
  state.totes === 'each' && state.held.length > 0
    ? go({ ...state, at: 'tote' }, 'ok', 'short.tote', { n: heldQty(state) })
    : closeShort(state, stop, null, view, moment)

/** Another place for the rest, by scan or by number; NO leaves it to the policy. */
export const stepElsewhere = (
  state: PickState,
  choice: { scan: Resolved } | { n: number } | { none: true },
  stop: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const { short } = state
  const places = placesToChoose(stop, view, moment.today)
  if (short === null) return stay(state, 'wrong', 'no.key')
  if ('none' in choice) return closed(state, stop, view, moment)
  const chosen =
    'n' in choice ? places[choice.n - 1] : places.find(claim => placesIn(choice.scan).includes(claim.location))
  if (chosen === undefined) {
    const [place] = 'scan' in choice ? placesIn(choice.scan) : []
    if ('scan' in choice && place === undefined) return mistaken(state, choice.scan)
    return stay(state, 'wrong', 'nothing.there', { place: view.location(place ?? stop.claim.location)?.code ?? '' })
  }
  return closed({ ...state, short: { ...short, instead: rowOf(chosen) } }, stop, view, moment)
}

const rowOf = ({ location, lpn, status, lot, serial }: Claim): NonNullable<Shortage['instead']> => ({
  location,
  lpn,
  status,
  lot,
  serial,
})

/** DAMAGED: so many pieces of the row are broken; the line takes others, from here or from elsewhere. */
export const stepDamaged = (state: PickState, stop: Stop, view: View): PickNext => {
  const { tracking } = view.item(stop.line.item) ?? { tracking: { serial: false } }
  if (tracking.serial)
    return go(
      { ...state, hand: null, stop: stop.id, at: 'reason', short: { ...FRESH, taken: heldQty(state) } },
      'ok',
      'why',
    )
  return go({ ...state, at: 'damaged', hand: null, stop: stop.id, short: { ...FRESH, taken: 0 } }, 'ok', 'how.many', {
    n: askedOf(stop),
  })
}

export const stepDamagedNumber = (
  state: PickState,
  value: number,
  stop: Stop,
  view: View,
  moment: Moment,
): PickNext => {
  const { claim, line } = stop
  const { onHand } = view.stock(keyOf({ ...claim, client: line.client, item: line.item }))
  if (!isQuantity(value)) return stay(state, 'wrong', 'qty.bad')
  if (value > onHand)
    return countedBlind(view)({ ...claim, item: line.item })
      ? stay(state, 'wrong', 'qty.counted')
      : stay(state, 'wrong', 'qty.max', { n: Math.max(0, onHand) })
  const short: Shortage = { ...(state.short ?? FRESH), taken: 0, reason: 'DAMAGED', spoilt: value }
  return closeShort({ ...state, held: [], short }, stop, null, view, moment)
}

/** Pictures of what is wrong. */
export const stepPhoto = (state: PickState, sha: string): PickNext => {
  const { short } = state
  const photos = short === null ? null : withPhoto(short.photos, sha)
  if (short === null || photos === null) return stay(state, 'wrong', 'no.key')
  return go({ ...state, short: { ...short, photos } }, 'ok', 'photo.kept', { n: photos.length })
}
