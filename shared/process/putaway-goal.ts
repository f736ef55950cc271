import type { Item, Location } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId } from '../ids.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Policy } from '../policy.ts'
import type { Goal, MoveState } from './move-state.ts'
import type { GoalRule } from './move-put.ts'
import { placeTrouble, roomAt } from './place-rules.ts'

type Rule = Policy['putaway']['rules'][number]

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
 * where the same lot lies, then the same item, then an empty place of the preferred zones in walking order. Pure and local.
 */
export const suggested = (state: MoveState, view: View): LocationId | null => {
  const rows = rowsInHand(state, view)
  const [first] = rows
  const item = first === undefined ? undefined : view.item(first.item)
  if (first === undefined || item === undefined) return null
  const { rules, zones } = policyFor(view.policies, item.client).putaway
  const all = [...view.locations()].filter(place => isStorage(place) && place.id !== state.from)
  const free = all
    .filter(place => !state.passed.includes(place.id) && place.full !== true && fits(view, rows, place))
    .sort((a, b) => rank(zones, a) - rank(zones, b) || a.sequence - b.sequence || (a.code < b.code ? -1 : 1))
  for (const rule of rules) {
    const place = free.find(one => FITS[rule](view, one, item, first))
    if (place !== undefined) return place.id
  }
  return null
}

const isStorage = ({ kind, active }: Location): boolean => active && (kind === 'pickable' || kind === 'reserve')

/** Zones in the order of the policy; without one all are alike. */
const rank = (zones: readonly string[], { zone }: Location): number => {
  const at = zone === null ? -1 : zones.indexOf(zone)
  return at < 0 ? zones.length : at
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

const FITS: Record<Rule, (view: View, place: Location, item: Item, row: StockRow) => boolean> = {
  home: (_, place, item) => place.face?.item === item.id && place.face.client === item.client,
  sameLot: (view, place, item, row) =>
    view.stockAt(place.id).some(one => one.item === item.id && one.lot === row.lot && one.onHand > 0),
  sameItem: (view, place, item) => view.stockAt(place.id).some(one => one.item === item.id && one.onHand > 0),
  // A pick face waits for its own item.
  empty: (view, place) => !place.face && !view.stockAt(place.id).some(row => row.onHand > 0),
}

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
