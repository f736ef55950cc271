import type { Location } from '../catalogue.ts'
import type { LineId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Draft } from '../sync/command.ts'
import { go } from './answer.ts'
import type { MessageKey, Values } from './message.ts'
import { waitsForStock } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { atPlace, stops, totesOnCart } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Verdict } from './process.ts'

/** What the step is about to book; the view does not have it yet. */
export type Booking = {
  stop: Stop
  lines: readonly { line: LineId; qty: number }[]
  qty: number
  /** A row that is short is in doubt anyway: nobody is asked whether it is empty. */
  asksZero: boolean
}

export type Said = { verdict: Verdict; key: MessageKey; values: Values }

/** After a stop: is the row empty, more at this place, the next place, or the end of the walk. */
export const onward = (
  state: PickState,
  view: View,
  booking: Booking | null,
  said: Said,
  commands: readonly Draft[],
  /** Stops that end with this one: a short row gives nothing more to any line. */
  ends: (stop: Stop) => boolean = stop => stop.id === booking?.stop.id,
): PickNext => {
  const zero = booking === null ? null : emptied(atPlace(state), view, booking)
  const place = booking?.stop.claim.location ?? state.place
  if (zero !== null) return go({ ...zero, place }, said.verdict, said.key, said.values, commands)
  const rest = stops(state, view).filter(stop => !ends(stop))
  if (rest.length === 0) return homeward(state, view, booking, said, commands)
  const isHere = rest.some(stop => stop.claim.location === place)
  const after: PickState = isHere ? { ...atPlace(state), at: 'goods', place } : atPlace(state)
  return go(after, said.verdict, said.key, said.values, commands)
}

/** The walk is over. Totes with goods are left at a station, where the warehouse has any. */
export const homeward = (
  state: PickState,
  view: View,
  booking: Booking | null,
  said: Said,
  commands: readonly Draft[],
): PickNext => {
  const end = endOf(state, view, booking)
  const hasGoods = (booking?.qty ?? 0) > 0 || filledTotes(state, view).length > 0
  const station = hasGoods ? stationOf(view) : undefined
  if (station === undefined)
    return { ...go(atPlace(state), end.verdict, end.key, end.values, commands), finished: true }
  const told = end.verdict === 'warn' ? end : said
  return go({ ...atPlace(state), at: 'unload', station: station.id }, told.verdict, told.key, told.values, commands)
}

/** All orders are picked, or the rest of one waits for stock. */
export const endOf = (state: PickState, view: View, booking: Booking | null): Said => {
  const waiting = state.documents.find(id => waitsForStock(view, id, booking?.lines ?? []))
  const [first] = state.documents
  const no = view.document(waiting ?? first ?? ('' as never))?.number ?? ''
  return waiting === undefined
    ? { verdict: 'done', key: 'task.done', values: { no } }
    : { verdict: 'warn', key: 'pick.waits', values: { no } }
}

export const filledTotes = (state: PickState, view: View) =>
  totesOnCart(state, view).filter(tote => view.stockAt(tote).some(row => row.onHand > 0))

/** The open pack station where the fewest totes wait, else a staging place; undefined where a warehouse has neither. */
export const stationOf = (view: View): Location | undefined => {
  const places = [...view.locations()]
  const waiting = (station: Location): number => places.filter(place => place.parent === station.id).length
  const open = (kind: Location['kind']): Location[] => places.filter(place => place.kind === kind && place.active)
  const stations = open('pack').length > 0 ? open('pack') : open('staging')
  return stations
    .map(station => ({ station, n: waiting(station) }))
    .sort((a, b) => a.n - b.n || a.station.sequence - b.station.sequence)[0]?.station
}

/** K6: by the books nothing of the item is left at the place: the state that asks whether that is so. */
export const emptied = (state: PickState, view: View, { stop, qty, asksZero }: Booking): PickState | null => {
  const { line, claim } = stop
  if (!asksZero) return null
  if (policyFor(view.policies, line.client).pick.zeroCheck !== 'atZero') return null
  const left = view
    .stockOf(line.client, line.item)
    .filter(row => row.location === claim.location)
    .reduce((sum, row) => sum + row.onHand, -qty)
  return left === 0
    ? { ...state, at: 'zero', zero: { client: line.client, item: line.item, place: claim.location } }
    : null
}
