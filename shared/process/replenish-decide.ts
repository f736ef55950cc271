import type { Task } from '../catalogue.ts'
import type { TaskId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import { commandText } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { countCalledOff, countTask } from './count-task.ts'
import { movedLoose, undoMove, unknownMove } from './move-decide.ts'
import { holdOf, observed } from './pick-short-decide.ts'
import type { CommandTimes, UndoAt } from './process.ts'

/** Goods go from the reserve to the face; a short puts the reserve row in doubt; a face that is full waits no more. */
export const decideReplenish = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'move': {
      const moved = movedLoose(view, c, key, times)
      return { ...moved, tasks: [...moved.tasks, ...lessToBring(view, c.task, c.qty)] }
    }
    case 'short':
      return shorted(view, c, key, times)
    case 'full': {
      const place = view.location(c.place)
      return place === undefined
        ? NOTHING
        : { ...NOTHING, locations: [{ ...place, full: true }], tasks: over(view, c.task) }
    }
    default:
      return NOTHING
  }
}

/** More than was planned leaves less than nothing, so that an undo of either command comes out right. */
const lessToBring = (view: View, id: TaskId | null, qty: number): readonly Task[] => {
  const task = id === null ? undefined : view.task(id)
  if (task?.goods == null || task.state === 'cancelled') return []
  const left = (task.goods.qty ?? 0) - qty
  const goods = { ...task.goods, qty: left }
  if (left <= 0) return [{ ...task, state: 'done', lease: null, goods }]
  return [{ ...task, state: 'started', goods }]
}

const over = (view: View, id: TaskId | null): readonly Task[] => {
  const task = id === null ? undefined : view.task(id)
  return task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'done', lease: null }]
}

/**
 * The reserve row has less than the books say (flows 5): what no order has reserved of it is held until a person decides,
 * and a count is asked for. The face is filled from elsewhere by the next look of the server.
 */
const shorted = (view: View, c: CommandOf<'short'>, key: CommandKey, times: CommandTimes): Effects => {
  const task = c.task === null ? undefined : view.task(c.task)
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const qty = Math.max(0, row.onHand - row.reserved) - row.held
  const holds = qty === 0 ? [] : [{ owner: holdOf(view, stockKey, c.reason), key: stockKey, qty }]
  const noted = holds.map(hold => ({ ...hold, by: commandText(key) }))
  const subject = stockKeyText(stockKey)
  return {
    ...NOTHING,
    holds,
    observations: [observed(c, stockKey, row.reserved, key, times)],
    tasks: [
      ...(task === undefined || task.state === 'done'
        ? []
        : [{ ...task, state: 'cancelled' as const, lease: null, ...(noted.length > 0 ? { held: noted } : {}) }]),
      ...countTask(view, key, { client: c.client, place: c.from.location, item: c.item, cause: 'short' }),
    ],
    exceptions: [
      contradiction(key, 'short_pick', subject, {
        ...stockKey,
        reason: c.reason,
        missing: Math.max(0, qty),
        line: null,
        document: null,
        variance: holdOf(view, stockKey, c.reason),
        holds: holds.map(hold => ({ owner: hold.owner, qty: hold.qty, key: subject })),
        photos: c.photos ?? [],
      }),
    ],
  }
}

export const undoReplenish = (view: View, act: Act, at: UndoAt): Effects => {
  switch (act.type) {
    case 'move':
      return { ...undoMove(view, act, at), tasks: moreToBring(view, act.task, act.qty) }
    case 'short': {
      const task = act.task === null ? undefined : view.task(act.task)
      const own = (task?.held ?? []).filter(hold => hold.by === commandText(at.of))
      const holds = own
        .map(({ owner, key, qty }) => ({ owner, key, qty: qty > 0 ? -Math.min(qty, view.stock(key).held) : -qty }))
        .filter(hold => hold.qty !== 0)
      return {
        ...NOTHING,
        holds,
        tasks: [...(task?.state === 'cancelled' ? [reopened(task)] : []), ...countCalledOff(view, at.of)],
      }
    }
    case 'full': {
      const place = view.location(act.place)
      return {
        ...NOTHING,
        locations: place === undefined ? [] : [{ ...place, full: false }],
        tasks: moreToBring(view, act.task, 0),
      }
    }
    default:
      return NOTHING
  }
}

const reopened = (task: Task): Task => {
  const { held: _, ...rest } = task
  return { ...rest, state: 'started' }
}

const moreToBring = (view: View, id: TaskId | null, qty: number): readonly Task[] => {
  const task = id === null ? undefined : view.task(id)
  if (task?.goods == null || task.state === 'cancelled') return []
  const goods = { ...task.goods, qty: (task.goods.qty ?? 0) + qty }
  return [{ ...task, state: goods.qty > 0 ? 'started' : 'done', goods }]
}

export const unknownReplenish = (view: View, c: Command): 'target' | 'other' | null =>
  c.type === 'full' ? (view.location(c.place) === undefined ? 'other' : null) : unknownMove(view, c)
