import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { booked } from './pick-book.ts'
import type { Stop } from './pick-lines.ts'
import { atPlace, isAway } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import { closeShort } from './pick-short-close.ts'
import { stepPark } from './pick-unload.ts'
import { toteFor } from './pick-tote.ts'
import type { Moment } from './process.ts'

/** K5: the goods in hand go into the order's tote; scanned early, less than asked goes in and the rest is due next. */
export const stepTote = (state: PickState, resolved: Resolved, stop: Stop, view: View, moment: Moment): PickNext => {
  const scanned = toteFor(state, resolved, stop.document.id, view, moment)
  if ('verdict' in scanned) return scanned
  if (state.short !== null) return closeShort(state, stop, scanned, view, moment)
  if (state.held.length === 0) return stay(state, 'wrong', 'first.item')
  return booked(state, state.held, stop, scanned.tote, scanned.binds, view)
}

/** FULL: another tote takes the rest of the order, or the full one is left at a station now and the walk goes on. */
export const stepFull = (state: PickState, resolved: Resolved, stop: Stop, view: View, moment: Moment): PickNext => {
  const document = state.full ?? stop.document.id
  const place = resolved.readings.find(r => r.kind === 'location')
  if (place?.kind === 'location') return stepPark(state, place.location, resolved, view, moment, document)
  const scanned = toteFor(state, resolved, document, view, moment, true)
  if ('verdict' in scanned) return scanned
  if (state.held.length > 0 && document === stop.document.id)
    return booked({ ...state, full: null }, state.held, stop, scanned.tote, scanned.binds, view)
  const back: PickState =
    state.place === null ? atPlace(state) : { ...atPlace(state), at: 'goods', place: state.place, lpn: state.lpn }
  return go(back, 'ok', 'tote.bound', { tote: scanned.label }, scanned.binds)
}

/** The tote that FULL is about: the one at hand of the order that is due. */
export const fullTote = (state: PickState, stop: Stop, view: View): boolean => {
  const tote = view.taskOf(stop.document.id, 'pick')?.tote ?? null
  return tote !== null && !isAway(view, tote)
}
