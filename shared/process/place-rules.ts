import type { Item, Location, LocationKind } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { Address, Goods, StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Policy } from '../policy.ts'
import { isVirtual } from './virtual.ts'

export type PlaceTrouble = 'closed' | 'storage' | 'status' | 'lpn' | 'mix'

const ASIDE: readonly LocationKind[] = ['aside', 'hospital', 'returns', 'dock', 'staging', 'tote', 'carton', 'cart']
/** Goods that nobody may take do not lie where orders are picked. Available goods may lie anywhere. */
const WHERE: Record<Exclude<StockStatus, 'available'>, readonly LocationKind[]> = {
  damaged: ASIDE,
  inspection: [...ASIDE, 'reserve'],
  blocked: [...ASIDE, 'reserve'],
}
/** Where goods are kept for good, the best first; the others of WHERE are only on the way. */
export const KEPT: Record<StockStatus, readonly LocationKind[]> = {
  available: ['pickable', 'reserve'],
  damaged: ['hospital', 'aside'],
  inspection: ['hospital', 'aside', 'reserve'],
  blocked: ['hospital', 'aside', 'reserve'],
}
/** A place beside a pack station is a stop like a dock, whatever zone it is in. */
const ZONED: readonly LocationKind[] = ['hospital', 'reserve']

/** Whether the zone of a place is one of those that the policy has for the status; it may have none. */
export const isTheirZone = ({ putaway }: Policy, { zone }: Location, status: StockStatus): boolean => {
  const zones = status === 'available' ? [] : (putaway.apart?.[status] ?? [])
  return zones.length === 0 || (zone !== null && zones.includes(zone))
}

/** Why these goods may not stand there; null = they may. The same rules guard the handheld and raise the exception. */
export const placeTrouble = (view: View, item: Item, goods: Goods, to: Address): PlaceTrouble | null => {
  const place = view.location(to.location)
  if (place === undefined || !place.active || isVirtual(place)) return 'closed'
  if (place.accepts && item.storage && !place.accepts.includes(item.storage)) return 'storage'
  if (to.status !== 'available' && !WHERE[to.status].includes(place.kind)) return 'status'
  if (ZONED.includes(place.kind) && !isTheirZone(policyFor(view.policies, item.client), place, to.status))
    return 'status'
  if (place.lpnRequired === true && to.lpn === NO_LPN) return 'lpn'
  return mixes(view, place, goods) ? 'mix' : null
}

const mixes = (view: View, place: Location, goods: Goods): boolean => {
  if (!place.mix) return false
  const others = view.stockAt(place.id).filter(row => row.onHand > 0)
  if (place.mix === 'client') return others.some(row => row.client !== goods.client)
  if (place.mix === 'item') return others.some(row => row.item !== goods.item)
  return others.some(row => row.item !== goods.item || row.lot !== goods.lot)
}

/** Base units and pallets that still fit; Infinity where the place has no limit. May be negative. */
export const roomAt = (view: View, place: Location): { units: number; lpns: number } => {
  const rows = view.stockAt(place.id).filter(row => row.onHand > 0)
  const { units = null, lpns = null } = place.capacity ?? {}
  const used = rows.reduce((sum, row) => sum + row.onHand, 0)
  const pallets = new Set(rows.map(row => row.lpn).filter(lpn => lpn !== NO_LPN)).size
  return { units: units === null ? Infinity : units - used, lpns: lpns === null ? Infinity : lpns - pallets }
}
