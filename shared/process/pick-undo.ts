import type { Claim, Line, Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import { isAt, sumOf, withClaim } from './pick-claims.ts'
import type { UndoAt } from './process.ts'

type ActOf<T extends Act['type']> = Extract<Act, { type: T }>

/** A pick goes back to its shelf and is reserved there again; a short lets go of what it held; a tote is free again. */
export const undoPick = (view: View, act: Act, { times }: UndoAt): Effects => {
  switch (act.type) {
    case 'pick':
      return putBack(view, act, times)
    case 'short':
      return found(view, act)
    case 'tote.bind': {
      const task = view.task(act.task)
      return task === undefined || task.tote === null ? NOTHING : { ...NOTHING, tasks: [{ ...task, tote: null }] }
    }
    default:
      return NOTHING
  }
}

const putBack = (view: View, act: ActOf<'pick'>, times: UndoAt['times']): Effects => {
  const line = view.line(act.line)
  const { client, item, lot, serial, from, to, qty } = act
  const movements = [{ client, item, lot, serial, from: to, to: from, qty, ...times }]
  if (line === undefined) return { ...NOTHING, movements }
  const done = line.done - qty
  const inTote = line.claims.find(claim => isAt(claim, to, lot, serial))
  const back = Math.min(qty, inTote?.qty ?? 0)
  const left = line.claims.flatMap((claim): Claim[] =>
    claim !== inTote ? [claim] : claim.qty > back ? [{ ...claim, qty: claim.qty - back }] : [],
  )
  const open: Line = {
    ...line,
    done,
    claims: withClaim(left, { ...from, lot, serial, qty: back }),
    state: line.state === 'done' && done < line.wanted ? 'open' : line.state,
  }
  return { ...NOTHING, movements, lines: [open], tasks: reopened(view, act.task) }
}

const reopened = (view: View, id: Task['id'] | null): Task[] => {
  const task = id === null ? undefined : view.task(id)
  return task?.state === 'done' ? [{ ...task, state: 'started' }] : []
}

/** The goods are there after all: nothing is in doubt any more, and the line takes of them what is free. */
const found = (view: View, act: ActOf<'short'>): Effects => {
  const key = keyOf({ ...act, ...act.from })
  const row = view.stock(key)
  const variance = derivedId('variance', view.warehouse, stockKeyText(key))
  const line = act.line === null ? undefined : view.line(act.line)
  const missing = line === undefined ? 0 : Math.max(0, line.wanted - line.done - sumOf(line.claims))
  const free = Math.max(0, Math.min(missing, row.onHand - row.reserved))
  const { lot, serial, from } = act
  return {
    ...NOTHING,
    holds: row.held === 0 ? [] : [{ owner: variance, key, qty: -row.held }],
    lines:
      line === undefined || line.state === 'cancelled'
        ? []
        : [
            {
              ...line,
              state: line.done >= line.wanted ? 'done' : 'open',
              reason: null,
              claims: withClaim(line.claims, { ...from, lot, serial, qty: free }),
            },
          ],
    tasks: reopened(view, act.task),
  }
}
