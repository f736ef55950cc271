import type { Item, Line } from '../catalogue.ts'
import type { DocumentId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'

export const receivedOf = (line: Line): number => line.done

/** What a receipt may still take of an item, over all its lines. `limit` is Infinity where nothing bounds it. */
export const limitOf = (
  view: View,
  document: DocumentId | null,
  item: Item,
): { limit: number; ordered: number; received: number } => {
  const lines =
    document === null ? [] : view.linesOf(document).filter(line => line.item === item.id && line.state !== 'cancelled')
  const listed = lines.filter(line => line.source !== null)
  const ordered = listed.reduce((sum, line) => sum + line.wanted, 0)
  const received = lines.reduce((sum, line) => sum + line.done, 0)
  if (listed.length === 0) return { limit: Infinity, ordered, received }
  const { over, overPct } = policyFor(view.policies, item.client).receive
  const percent = over === 'block' ? 0 : overPct
  if (percent === null) return { limit: Infinity, ordered, received }
  return {
    limit: listed.reduce((sum, line) => sum + Math.floor((line.wanted * (100 + percent)) / 100), 0),
    ordered,
    received,
  }
}
