import type { Claim, Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isMobile } from '../../shared/process/pick-lines.ts'
import { putBackTask } from '../../shared/process/putback-task.ts'

/**
 * Nobody wants the document any more. Goods on the shelf are free again; what lies in a tote or carton stays claimed until
 * somebody has put it back, which is a task from here on, and a person is told.
 */
export const cancelDocument = (view: View, document: Document): Effects => {
  const lines = view.linesOf(document.id)
  const inTotes = (line: Line): readonly Claim[] => line.claims.filter(claim => isMobile(view, claim.location))
  const open = [...view.tasks()].filter(task => task.document === document.id && isOpenWork(task))
  return {
    ...NOTHING,
    documents: [{ ...document, state: 'cancelled' }],
    tasks: [
      ...open.map((task): Task => ({ ...task, state: 'cancelled', lease: null })),
      ...lines.flatMap(line => inTotes(line).map(claim => toPutBack(view, document, line, claim))),
    ],
    lines: lines.map(line => ({ ...line, state: 'cancelled', claims: inTotes(line) })),
    exceptions: lines.some(line => line.done > 0)
      ? [
          {
            id: derivedId('exception', 'order_cancelled', document.id),
            kind: 'order_cancelled',
            subject: document.id,
            body: { number: document.number },
          },
        ]
      : [],
  }
}

const isOpenWork = ({ kind, state }: Task): boolean => kind !== 'putback' && state !== 'done' && state !== 'cancelled'

/** What was picked already goes back to a shelf; where it came from is not known here. */
const toPutBack = (view: View, { id, client }: Document, line: Line, claim: Claim): Task => {
  const { location, lpn, status, lot, serial, qty } = claim
  const goods = { client, document: id, line: line.id, item: line.item, lot, serial, qty, to: null }
  return putBackTask(view, { ...goods, from: { location, lpn, status }, cause: 'cancelled' })
}
