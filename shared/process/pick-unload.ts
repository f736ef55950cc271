import type { DocumentId, LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { endOf, filledTotes } from './pick-onward.ts'
import { atPlace, stops, tasksOf, toteOf } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Moment } from './process.ts'
import { mistaken, placesIn } from './readings.ts'

const STATIONS = new Set(['pack', 'staging'])

export const isStation = (view: View, place: LocationId): boolean => STATIONS.has(view.location(place)?.kind ?? '')

/** K7: all totes of the walk are left at the station; another one than planned by a second scan. */
export const stepUnload = (state: PickState, resolved: Resolved, view: View, moment: Moment): PickNext => {
  const [place] = placesIn(resolved)
  const wanted = view.location(state.station ?? ('' as LocationId))?.code ?? ''
  if (place === undefined) return mistaken(state, resolved, wanted)
  const refused = refusal(state, place, wanted, view)
  if (refused !== null) return refused
  const code = view.location(place)?.code ?? ''
  if (place !== state.station && !confirmed(state, resolved.scan.text, moment.monoMs, 'ask.station'))
    return ask(state, resolved.scan.text, moment.monoMs, 'ask.station', { place: code, wanted })
  const end = endOf(state, view, null)
  const parks = parksOf(state, filledTotes(state, view), place, resolved.scan.raw, view)
  return { ...go(atPlace(state), end.verdict, end.key, end.values, parks), finished: true }
}

const refusal = (state: PickState, place: LocationId, wanted: string, view: View): PickNext | null => {
  const code = view.location(place)?.code ?? ''
  if (view.location(place)?.active === false) return stay(state, 'wrong', 'place.closed', { place: code })
  return isStation(view, place) ? null : stay(state, 'wrong', 'wrong.place', { scanned: code, wanted })
}

/** Totes are left in the middle of the walk: the full one of an order, or (`document` null) all that have goods, when asked twice. */
export const stepPark = (
  state: PickState,
  place: LocationId,
  resolved: Resolved,
  view: View,
  moment: Moment,
  document: DocumentId | null,
): PickNext => {
  const code = view.location(place)?.code ?? ''
  const refused = refusal(state, place, '', view)
  if (refused !== null) return refused
  const own = document === null ? null : toteOf(state, view, document)
  const totes = own === null ? filledTotes(state, view) : [own]
  const n = stops(state, view).length
  if (document === null && !confirmed(state, resolved.scan.text, moment.monoMs, 'ask.unload'))
    return ask(state, resolved.scan.text, moment.monoMs, 'ask.unload', { place: code, n })
  const parks = parksOf(state, totes, place, resolved.scan.raw, view)
  return go({ ...atPlace(state), held: [] }, 'ok', 'totes.left', { place: code, n: parks.length }, parks)
}

const parksOf = (
  state: PickState,
  totes: readonly LocationId[],
  place: LocationId,
  scan: string,
  view: View,
): readonly Draft[] => {
  const [first] = tasksOf(state, view)
  return totes.map(mobile => {
    const task = tasksOf(state, view).find(one => one.tote === mobile) ?? first
    return {
      type: 'park',
      process: 'pick',
      client: task?.client ?? null,
      mobile,
      place,
      was: view.location(mobile)?.parent ?? null,
      task: task?.id ?? null,
      scan,
    }
  })
}
