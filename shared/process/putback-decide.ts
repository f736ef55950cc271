import type { Task } from '../catalogue.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { forbidden } from './move-decide.ts'
import { isAt, release, withClaim } from './pick-claims.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { isWaiting } from './putback-task.ts'

/** Goods leave the tote, and the line that had picked them lets go of them: it has picked so much less. */
export const decidePutback = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  if (c.type !== 'move') return NOTHING
  const { client, item, lot, serial, from, to, qty } = c
  const line = c.line === null ? undefined : view.line(c.line)
  const freed = line && release(line.claims, qty, claim => isAt(claim, from, lot, serial))
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from, to, qty, ...times }],
    lines: line && freed ? [{ ...line, done: Math.max(0, line.done - qty), claims: freed.claims }] : [],
    tasks: lessWaiting(view, c),
    exceptions: forbidden(view, [c], key),
  }
}

const lessWaiting = (view: View, { task, qty }: Pick<CommandOf<'move'>, 'task' | 'qty'>): readonly Task[] => {
  const open = task === null ? undefined : view.task(task)
  if (open?.goods == null || !isWaiting(open)) return []
  const left = (open.goods.qty ?? 0) - qty
  return left > 0
    ? [{ ...open, state: 'started', goods: { ...open.goods, qty: left } }]
    : [{ ...open, state: 'done', lease: null, goods: { ...open.goods, qty: 0 } }]
}

export const undoPutback = (view: View, act: Act, { times }: UndoAt): Effects => {
  if (act.type !== 'move') return NOTHING
  const { client, item, lot, serial, from, to, qty } = act
  const line = act.line === null ? undefined : view.line(act.line)
  const task = act.task === null ? undefined : view.task(act.task)
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from: to, to: from, qty, ...times }],
    lines: line
      ? [{ ...line, done: line.done + qty, claims: withClaim(line.claims, { ...from, lot, serial, qty }) }]
      : [],
    tasks: task?.goods
      ? [{ ...task, state: 'ready', lease: null, goods: { ...task.goods, qty: (task.goods.qty ?? 0) + qty } }]
      : [],
  }
}
