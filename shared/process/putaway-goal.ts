import type { Item, Location, Worker } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId } from '../ids.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Policy } from '../policy.ts'
import type { Goal, MoveState } from './move-state.ts'
import type { GoalRule } from './move-put.ts'
import { isTheirZone, KEPT, placeTrouble, roomAt } from './place-rules.ts'
import { inZones } from './zones.ts'

type Rule = Policy['putaway']['rules'][number]
type Fits = (view: View, place: Location, item: Item, row: StockRow) => boolean

/** What is on its way as stock rows, as if each lay at its goal already. */
export const rowsInHand = ({ load, from }: MoveState, view: View): readonly StockRow[] => {
  if (load === null || from === null) return []
  switch (load.kind) {
    case 'goods':
      return [{ ...load, location: from, onHand: load.qty, reserved: 0, held: 0 }]
    case 'pallet':
      return view.stockOn(load.lpn).filter(row => row.onHand > 0)
    case 'whole':
      return view.stockAt(from).filter(row => row.onHand > 0)
    case 'mobile':
      return []
  }
}

/**
 * The place that the rules of the warehouse name for these goods, or null when none is free: the home of the item, then
 * where the same lot lies, then the same item, then an empty place of the preferred zones in walking order. Goods that
 * nobody may take go where such goods are kept. Zones that the worker works in come first. Pure and local.
 */
export const suggested = (state: MoveState, view: View, zones: Worker['zones'] = null): LocationId | null => {
  const rows = rowsInHand(state, view)
  const [first] = rows
  const item = first === undefined ? undefined : view.item(first.item)
  if (first === undefined || item === undefined) return null
  const policy = policyFor(view.policies, item.client)
  const rank = rankOf(policy, first)
  const free = [...view.locations()]
    .filter(place => place.id !== state.from && !state.passed.includes(place.id) && place.full !== true)
    .filter(place => rows.every(row => isKept(policy, place, row)) && fits(view, rows, place))
    .sort((a, b) => rank(a) - rank(b) || a.sequence - b.sequence || (a.code < b.code ? -1 : 1))
  const rules = first.status === 'available' ? policy.putaway.rules.map(rule => FITS[rule]) : APART
  for (const places of [free.filter(place => inZones(place.zone, zones)), free])
    for (const rule of rules) {
      const place = places.find(one => rule(view, one, item, first))
      if (place !== undefined) return place.id
    }
  return null
}

const isKept = (policy: Policy, place: Location, { status }: StockRow): boolean =>
  place.active && KEPT[status].includes(place.kind) && isTheirZone(policy, place, status)

/** Zones in the order of the policy, without one all are alike; for goods that nobody may take the kind of place decides. */
const rankOf =
  ({ putaway }: Policy, { status }: StockRow) =>
  ({ zone, kind }: Location): number => {
    if (status !== 'available') return KEPT[status].indexOf(kind)
    const at = zone === null ? -1 : putaway.zones.indexOf(zone)
    return at < 0 ? putaway.zones.length : at
  }

const fits = (view: View, rows: readonly StockRow[], place: Location): boolean => {
  const room = roomAt(view, place)
  const units = rows.reduce((sum, row) => sum + row.onHand, 0)
  const pallets = new Set(rows.map(row => row.lpn).filter(lpn => lpn !== NO_LPN)).size
  if (units > room.units || pallets > room.lpns) return false
  return rows.every(row => {
    const item = view.item(row.item)
    return (
      item === undefined ||
      placeTrouble(view, item, row, { location: place.id, lpn: row.lpn, status: row.status }) === null
    )
  })
}

/** The same goods in the same status: good ones do not follow what is kept apart. */
const lies = (view: View, place: Location, { item, status }: StockRow, lot: string | null): boolean =>
  view
    .stockAt(place.id)
    .some(one => one.item === item && one.status === status && (lot === null || one.lot === lot) && one.onHand > 0)

const FITS: Record<Rule, Fits> = {
  home: (_, place, item) => place.face?.item === item.id && place.face.client === item.client,
  sameLot: (view, place, _, row) => lies(view, place, row, row.lot),
  sameItem: (view, place, _, row) => lies(view, place, row, null),
  // A pick face waits for its own item.
  empty: (view, place) => !place.face && !view.stockAt(place.id).some(row => row.onHand > 0),
}
/** Places that are there for such goods take what comes; a reserve place is for good ones as well. */
const APART: readonly Fits[] = [
  FITS.sameLot,
  FITS.sameItem,
  (view, place, item, row) => place.kind !== 'reserve' || FITS.empty(view, place, item, row),
]

/** True when the place is the wanted one or stands in it. */
const isIn = (view: View, id: LocationId, wanted: LocationId): boolean => {
  let place = view.location(id)
  for (let depth = 0; place !== undefined && depth < 8; depth += 1) {
    if (place.id === wanted) return true
    place = place.parent === null ? undefined : view.location(place.parent)
  }
  return false
}

/** Another place than the one suggested: free, questioned or refused by the policy, with a reason where it wants one. */
export const overrideRule: GoalRule = (state, goal, view) => {
  const yes = { say: 'yes' as const, key: 'move.done' as const, values: {} }
  if (state.goal === null || isIn(view, goal.location, state.goal)) return yes
  const [first] = rowsInHand(state, view)
  const policy = policyFor(view.policies, first?.client ?? '')
  const values = { wanted: view.location(state.goal)?.code ?? '' }
  const { override } = policy.putaway
  if (override === 'never') return { say: 'no', key: 'wrong.place', values }
  if (policy.task.confirmReason.includes('putaway')) return { say: 'reason', key: 'why', values }
  const isNear = override === 'free' || (override === 'zone' && sameZone(view, goal, state.goal))
  return isNear ? { say: 'note', key: 'put.instead', values } : { say: 'ask', key: 'ask.otherPlace', values }
}

const sameZone = (view: View, goal: Goal, wanted: LocationId): boolean =>
  view.location(goal.location)?.zone === view.location(wanted)?.zone
