import type { Item, Line } from '../catalogue.ts'
import type { DocumentId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'

const isHidden = (line: Line): boolean => line.hidden === true

/** Lines of the item that the delivery names; a line that the ERP has closed counts only where the policy says so. */
const listedOf = (view: View, document: DocumentId | null, item: Item): readonly Line[] => {
  if (document === null) return []
  const lines = view.linesOf(document).filter(line => line.item === item.id && line.source !== null)
  const open = lines.filter(line => line.state !== 'cancelled')
  const { over } = policyFor(view.policies, item.client).receive
  return open.length === 0 && over === 'blockIfClosed' ? lines : open
}

/** True when goods of the item need no question: the delivery names it, or it has been added on the floor already. */
export const isListed = (view: View, document: DocumentId | null, item: Item): boolean =>
  listedOf(view, document, item).length > 0 ||
  (document !== null &&
    view
      .linesOf(document)
      // A row that only says what was refused lets nothing in.
      .some(line => line.item === item.id && line.source === null && (line.done > 0 || line.rejected === undefined)))

/**
 * What a receipt may take of an item, over all its lines: floor(ordered × (1 + overPct)) per line, in base units. `limit` is
 * Infinity where nothing bounds it: goods that no line names have been questioned already.
 */
export const limitOf = (
  view: View,
  document: DocumentId | null,
  item: Item,
): { limit: number; ordered: number; received: number } => {
  const listed = listedOf(view, document, item)
  const all = document === null ? [] : view.linesOf(document).filter(line => line.item === item.id)
  const ordered = listed.reduce((sum, line) => sum + (line.state === 'cancelled' ? 0 : line.wanted), 0)
  const received = all.reduce((sum, line) => sum + line.done, 0)
  // Where the figures are withheld only the server can say that it is too much.
  if (listed.length === 0 || listed.some(isHidden)) return { limit: Infinity, ordered: 0, received }
  const { over, overPct } = policyFor(view.policies, item.client).receive
  if (listed.every(line => line.state === 'cancelled')) return { limit: received, ordered, received }
  const percent = over === 'block' ? 0 : overPct
  const limit =
    percent === null
      ? Infinity
      : listed.reduce((sum, line) => sum + Math.floor((line.wanted * (100 + percent)) / 100), 0)
  return { limit, ordered, received }
}
