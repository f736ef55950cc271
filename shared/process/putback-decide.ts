import type { Line, Task } from '../catalogue.ts'
import type { TaskId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey } from '../sync/command.ts'
import { forbidden } from './move-decide.ts'
import { isAt, release, sumOf, withClaim } from './pick-claims.ts'
import type { CommandTimes, UndoAt } from './process.ts'

/** Goods leave the tote, and the line that had picked them lets go of them: it has picked so much less. */
export const decidePutback = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  if (c.type !== 'move') return NOTHING
  const { client, item, lot, serial, from, to, qty } = c
  const line = c.line === null ? undefined : view.line(c.line)
  const freed = line && release(line.claims, qty, claim => isAt(claim, from, lot, serial))
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from, to, qty, ...times }],
    lines: line && freed ? [{ ...line, done: line.done - qty, claims: freed.claims }] : [],
    tasks: waitingLess(view, c.task, qty),
    exceptions: forbidden(view, [c], key),
  }
}

/** What is left to put back; more than there was leaves less than nothing, so that an undo of either command comes out right. */
const waitingLess = (view: View, id: TaskId | null, qty: number): readonly Task[] => {
  const task = id === null ? undefined : view.task(id)
  if (task?.goods == null || task.state === 'cancelled') return []
  const left = (task.goods.qty ?? 0) - qty
  const goods = { ...task.goods, qty: left }
  if (left <= 0) return [{ ...task, state: 'done', lease: null, goods }]
  return [{ ...task, state: qty > 0 ? 'started' : 'ready', lease: qty > 0 ? task.lease : null, goods }]
}

/** The line has picked them again, and holds them again as far as another command did not put them back as well. */
export const undoPutback = (view: View, act: Act, { times }: UndoAt): Effects => {
  if (act.type !== 'move') return NOTHING
  const { client, item, lot, serial, from, to, qty } = act
  const line = act.line === null ? undefined : view.line(act.line)
  const again = line && { ...line, done: line.done + qty }
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from: to, to: from, qty, ...times }],
    lines: again
      ? [{ ...again, claims: withClaim(again.claims, { ...from, lot, serial, qty: heldAgain(again, qty) }) }]
      : [],
    tasks: waitingLess(view, act.task, -qty),
  }
}

const heldAgain = ({ done, claims }: Line, qty: number): number => Math.min(qty, done - sumOf(claims))
