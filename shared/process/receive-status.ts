import type { Item } from '../catalogue.ts'
import type { StockStatus } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'

/** What may be done with good goods when they have just come in: all, or those of some items, are inspected first. */
export const statusAtDock = (view: View, item: Item): StockStatus => {
  const { inspection } = policyFor(view.policies, item.client).receive
  return inspection === 'all' || (inspection === 'item' && item.inspect === true) ? 'inspection' : 'available'
}
