import type { Claim, Line } from '../catalogue.ts'
import type { DocumentId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import { sumOf, withClaim } from './pick-claims.ts'
import { elsewhere } from './pick-elsewhere.ts'

/** An order whose goods are still in the house. */
export const isUnderWay = (view: View, id: DocumentId): boolean => {
  const document = view.document(id)
  return document?.kind === 'order' && (document.state === 'open' || document.state === 'started')
}

/** How much of a line neither lies in a tote nor is reserved on a shelf. */
export const lackOf = (line: Line): number => Math.max(0, line.wanted - sumOf(line.claims))

/**
 * Orders that lack goods which they had, or that somebody wants more of: what is free is reserved by FEFO, each line seeing
 * the ones before it, and a walk that was over begins anew. `today` is the ISO day on which lots must still be good. Lines
 * for which nothing is free stay open for stock that comes.
 */
export const pickedAgain = (
  view: View,
  lines: readonly Line[],
  today: string,
): Pick<Effects, 'lines' | 'tasks' | 'documents'> => {
  const search = elsewhere(view, today)
  const open = lines.map((line): Line => {
    const found = search.reserve(line, lackOf(line), () => true)
    return { ...line, state: 'open', claims: found.reduce<Claim[]>(withClaim, [...line.claims]) }
  })
  const documents = [...new Set(lines.map(line => line.document))]
  return {
    lines: open,
    tasks: documents.flatMap(id => {
      const [pick, pack] = [view.taskOf(id, 'pick'), view.taskOf(id, 'pack')]
      return [
        ...(pick?.state === 'done' ? [{ ...pick, state: 'ready' as const, lease: null }] : []),
        // Packing that nobody has begun waits for the rest.
        ...(pick?.state === 'done' && pack?.state === 'ready' ? [{ ...pack, state: 'cancelled' as const }] : []),
      ]
    }),
    documents: documents.flatMap(id => {
      const document = view.document(id)
      return document?.ready === true ? [{ ...document, ready: false }] : []
    }),
  }
}
