import type { Claim, Line, Task } from '../catalogue.ts'
import type { TaskId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey } from '../sync/command.ts'
import { forbidden } from './move-decide.ts'
import { todayAt } from './shelf-life.ts'
import { isUnderWay, lackOf, pickedAgain } from './pick-again.ts'
import { isAt, release, sumOf, withClaim } from './pick-claims.ts'
import { isMobile } from './pick-lines.ts'
import { progress } from './pick-progress.ts'
import type { CommandTimes, UndoAt } from './process.ts'

type Moved = Extract<Act, { type: 'move' }>

/**
 * Goods leave the tote, and the line that had picked them lets go of them: it has picked so much less. An order that still
 * wants them is picked once more.
 */
export const decidePutback = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  if (c.type !== 'move') return NOTHING
  const { client, item, lot, serial, from, to, qty } = c
  const line = c.line === null ? undefined : view.line(c.line)
  const less = line && pickedLess(view, line, c)
  const again = less && lacks(view, less) ? pickedAgain(view, [less], todayAt(view, times.at)) : NOTHING
  return {
    ...NOTHING,
    ...again,
    movements: [{ client, item, lot, serial, from, to, qty, ...times }],
    lines: less === undefined || again.lines.length > 0 ? again.lines : [less],
    tasks: [...again.tasks, ...waitingLess(view, c.task, qty)],
    exceptions: forbidden(view, [c], key),
  }
}

/** What it has picked beyond its wish is nobody's: that goes first. */
const pickedLess = (view: View, line: Line, { from, lot, serial, qty }: Moved): Line => {
  const beyond = Math.max(0, line.done - pickedOf(view, line))
  const { claims } = release(line.claims, Math.max(0, qty - beyond), claim => isAt(claim, from, lot, serial))
  return { ...line, done: line.done - qty, claims }
}

/** What lies reserved for it in totes and cartons. */
const pickedOf = (view: View, line: Line): number => sumOf(line.claims.filter(claim => isMobile(view, claim.location)))

const lacks = (view: View, line: Line): boolean =>
  (line.state === 'open' || line.state === 'done') && lackOf(line) > 0 && isUnderWay(view, line.document)

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
  const again = line && heldAgain(view, line, act)
  const way = again === undefined ? NOTHING : walkedAgain(view, again)
  return {
    ...NOTHING,
    ...way,
    movements: [{ client, item, lot, serial, from: to, to: from, qty, ...times }],
    lines: again === undefined || way.lines.length > 0 ? way.lines : [again],
    tasks: [...way.tasks, ...waitingLess(view, act.task, -qty)],
  }
}

/** What was reserved on shelves instead is free again, the newest first. */
const heldAgain = (view: View, line: Line, { from, lot, serial, qty }: Moved): Line => {
  const done = line.done + qty
  const picked = pickedOf(view, line)
  const room = line.state === 'cancelled' ? Infinity : line.wanted - picked
  const n = Math.max(0, Math.min(qty, done - picked, room))
  const shelf = (claim: Claim): boolean => !isMobile(view, claim.location)
  const over = Math.max(0, sumOf(line.claims) + n - line.wanted)
  const less = release([...line.claims].reverse(), over, shelf).claims.reverse()
  const state = line.state === 'open' && done >= line.wanted ? 'done' : line.state
  return { ...line, done, state, claims: withClaim(less, { ...from, lot, serial, qty: n }) }
}

/** The walk that was opened for it is over again. */
const walkedAgain = (view: View, line: Line): Pick<Effects, 'lines' | 'tasks' | 'documents'> => {
  const task = view.taskOf(line.document, 'pick')
  const isOver = line.state === 'done' && task?.state === 'ready' && isUnderWay(view, line.document)
  return isOver ? progress(view, task, [line]) : NOTHING
}
