import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import { undoMove } from './move-decide.ts'
import type { UndoAt } from './process.ts'
import { putawayDone, putawayTask } from './putaway-task.ts'
import { countedLoose, refusedNoMore, shrunk } from './receive-lines.ts'

/** Received goods go back to the supplier; the lines of the delivery want them again, the last one that took some first. */
export const undoReceive = (view: View, act: Act, at: UndoAt): Effects => {
  const { times } = at
  if (act.type === 'reject') return { ...NOTHING, lines: refusedNoMore(view, act) }
  if (act.type === 'move') return scattered(view, act, at)
  if (act.type !== 'receive') return NOTHING
  const { client, item, lot, serial, to, qty } = act
  const supplier = looseAt(virtualLocation(view.warehouse, 'supplier'))
  const document = view.document(act.document)
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from: to, to: supplier, qty, ...times }],
    lines: shrunk(view, act),
    tasks: putawayDone(view, keyOf({ ...act, ...to }), qty),
    // The ERP has been told already: it gets a supplement that takes them off again.
    messages: document?.state === 'closed' ? [{ type: 'receipt', document: document.id, final: false }] : [],
  }
}

/** Goods that a label had gathered stand loose again. */
const scattered = (view: View, act: Extract<Act, { type: 'move' }>, at: UndoAt): Effects => {
  const loose = putawayTask(view, keyOf({ ...act, ...act.from }))
  const tasks = [...putawayDone(view, keyOf({ ...act, ...act.to }), act.qty), ...(loose === null ? [] : [loose])]
  const undone = undoMove(view, act, at)
  const lines = act.document === undefined ? [] : countedLoose(view.linesOf(act.document), act, act.to.lpn)
  return { ...undone, lines: [...undone.lines, ...lines], tasks }
}
