import type { Line } from '../catalogue.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { UndoAt } from './process.ts'
import { putawayDone } from './putaway-task.ts'

/** Received goods go back to the supplier; the lines of the delivery want them again, the last one that took some first. */
export const undoReceive = (view: View, act: Act, { times }: UndoAt): Effects => {
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

const shrunk = (view: View, act: Extract<Act, { type: 'receive' }>): Line[] => {
  const own = view
    .linesOf(act.document)
    .filter(line => line.item === act.item && line.client === act.client && line.done > 0)
    .reverse()
  const changed: Line[] = []
  let rest = act.qty
  for (const line of own) {
    const n = Math.min(rest, line.done)
    if (n === 0) break
    rest -= n
    const done = line.done - n
    // A row that the delivery never named is gone with its goods.
    const state = line.source === null && done === 0 ? 'cancelled' : line.state === 'done' ? 'open' : line.state
    changed.push({ ...line, done, state })
  }
  return changed
}
