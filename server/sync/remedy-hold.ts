import type { Document, Line } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { View } from '../../shared/ledger/world.ts'
import { returnNumber, returnOf } from '../../shared/process/return-state.ts'
import type { At, Cure } from './remedy-parts.ts'

const orderOf = ({ view, trouble }: At): Document | undefined => view.document(trouble.subject as DocumentId)

/** Whoever stopped it agrees: what has not left yet goes on as well. One that was released meanwhile goes on already. */
export const goOn: Cure = at => {
  const order = orderOf(at)
  if (order === undefined) return 'gone'
  const { hold, ...rest } = order
  return hold ? { ...NOTHING, documents: [rest] } : NOTHING
}

/**
 * What has left is announced as a return of its order, under the id that the floor derives: whoever scans the order, a box
 * of it or the return's number takes in the same one. The hold stays for what is still here.
 */
export const callBack: Cure = at => {
  const order = orderOf(at)
  if (order === undefined) return 'gone'
  const id = returnOf(order.id)
  const known = at.view.document(id)
  if (known?.state === 'closed' || known?.state === 'cancelled') return 'gone'
  const lines = expected(at.view, order, id)
  if (lines.length === 0) return 'gone'
  const { client, partner } = order
  const about = { kind: 'return' as const, client, number: returnNumber(id, order), partner, due: null, priority: 0 }
  const fresh: Document = { ...about, id, state: 'open', blind: false, origin: order.id }
  return { ...NOTHING, documents: known === undefined ? [fresh] : [], lines }
}

/** One line for each item, as the return on the floor makes it; what has come back of it stays. */
const expected = (view: View, order: Document, document: DocumentId): readonly Line[] => {
  const known = view.linesOf(document)
  const sent = new Map<Line['item'], number>()
  for (const { item, shipped = 0 } of view.linesOf(order.id)) sent.set(item, (sent.get(item) ?? 0) + shipped)
  return [...sent]
    .filter(([, n]) => n > 0)
    .map(([item, wanted], at): Line => {
      const line = known.find(one => one.item === item)
      if (line !== undefined) return { ...line, wanted, state: line.done >= wanted ? 'done' : 'open' }
      const { client } = order
      const id = derivedId<'line'>('line', 'return', document, client, item)
      const rest = { source: null, wanted, done: 0, state: 'open' as const, claims: [], reason: null }
      return { id, document, client, item, no: known.length + at + 1, ...rest }
    })
}
