import type { Task } from '../catalogue.ts'
import type { TaskId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import { commandText } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { carried } from './carry.ts'
import { movedLoose, undoMove, unknownMove } from './move-decide.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { foundAgain, shortedRow } from './short-row.ts'

/** Goods go from the reserve to the face; a short puts the reserve row in doubt; a face that is full waits no more. */
export const decideReplenish = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'move': {
      const moved = movedLoose(view, c, key, times)
      const isOnCart = view.location(c.to.location)?.kind === 'cart'
      const task = isOnCart ? onCart(view, c, key) : lessToBring(view, c)
      return { ...moved, tasks: [...moved.tasks, ...task] }
    }
    case 'short':
      return c.damaged === undefined ? shortedRow(view, c, key, times) : broken(view, c, c.damaged, times)
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
const lessToBring = (view: View, c: CommandOf<'move'>): readonly Task[] => {
  const task = c.task === null ? undefined : view.task(c.task)
  if (task?.goods == null || task.state === 'cancelled') return []
  const left = (task.goods.qty ?? 0) - c.qty
  const goods = { ...task.goods, qty: left }
  // Some of it was broken: with the last sound piece the task is over, what is missing comes with the next look.
  const isLast = isRow(task, c) && view.stock(keyOf({ ...c, ...c.from })).onHand <= c.qty
  if (left <= 0 || (isLast && task.state === 'started')) return [{ ...task, state: 'done', lease: null, goods }]
  return [{ ...task, state: 'started', goods }]
}

const isRow = ({ goods }: Task, { from }: Pick<CommandOf<'move'>, 'from'>): boolean =>
  goods?.from.location === from.location && goods.from.lpn === from.lpn && goods.from.status === from.status

/** On a cart: the task goes on from there with what is on it. What it leaves in the reserve comes with a later look. */
const onCart = (view: View, c: CommandOf<'move'>, key: CommandKey): readonly Task[] => {
  const task = c.task === null ? undefined : view.task(c.task)
  if (task?.goods == null || task.state === 'cancelled') return []
  const { lot, serial, qty } = c
  const before = [...(task.before ?? []), { by: commandText(key), goods: task.goods }]
  return [{ ...task, state: 'started', goods: { ...task.goods, lot, serial, from: c.to, qty }, before }]
}

/** Broken pieces stay where they lie as damaged stock; no order loses a piece that is sound. */
const broken = (view: View, c: CommandOf<'short'>, qty: number, times: CommandTimes): Effects => {
  const task = c.task === null ? undefined : view.task(c.task)
  const isLast = view.stock(keyOf({ ...c, ...c.from })).onHand <= qty
  const isOver = task === undefined || task.state === 'done' || task.state === 'cancelled'
  const state = isLast ? ('cancelled' as const) : ('started' as const)
  return {
    ...NOTHING,
    ...carried(view, { ...c, to: { ...c.from, status: 'damaged' }, qty }, times),
    tasks: isOver ? [] : [{ ...task, state, lease: isLast ? null : task.lease }],
  }
}

const over = (view: View, id: TaskId | null): readonly Task[] => {
  const task = id === null ? undefined : view.task(id)
  return task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'done', lease: null }]
}

export const undoReplenish = (view: View, act: Act, at: UndoAt): Effects => {
  switch (act.type) {
    case 'move': {
      const isOnCart = view.location(act.to.location)?.kind === 'cart'
      const tasks = isOnCart ? offCart(view, act, at.of) : moreToBring(view, act.task, act.qty)
      return { ...undoMove(view, act, at), tasks }
    }
    case 'short': {
      if (act.damaged !== undefined) {
        const task = act.task === null ? undefined : view.task(act.task)
        const back = { ...act, from: { ...act.from, status: 'damaged' as const }, to: act.from, qty: act.damaged }
        const tasks = task?.state === 'cancelled' ? [{ ...task, state: 'started' as const }] : []
        return { ...NOTHING, ...carried(view, back, at.times), tasks }
      }
      return foundAgain(view, act, at.of, 'started')
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

/** The task is about what it was about before; what has gone from the cart to the face meanwhile stays brought. */
const offCart = (view: View, act: Extract<Act, { type: 'move' }>, of: CommandKey): readonly Task[] => {
  const task = act.task === null ? undefined : view.task(act.task)
  if (task?.goods == null || task.state === 'cancelled') return []
  const { lot, serial, from, qty } = act
  // A task that an earlier version has put onto a cart does not say what was planned: it is what was taken.
  const planned = task.before?.find(one => one.by === commandText(of))?.goods ?? {
    ...task.goods,
    lot,
    serial,
    from,
    qty,
  }
  const brought = qty - (task.goods.qty ?? 0)
  const goods = { ...planned, qty: (planned.qty ?? qty) - brought }
  const before = (task.before ?? []).filter(one => one.by !== commandText(of))
  return [{ ...task, state: goods.qty > 0 ? 'started' : 'done', goods, before }]
}

const moreToBring = (view: View, id: TaskId | null, qty: number): readonly Task[] => {
  const task = id === null ? undefined : view.task(id)
  if (task?.goods == null || task.state === 'cancelled') return []
  const goods = { ...task.goods, qty: (task.goods.qty ?? 0) + qty }
  return [{ ...task, state: goods.qty > 0 ? 'started' : 'done', goods }]
}

export const unknownReplenish = (view: View, c: Command): 'target' | 'other' | null =>
  c.type === 'full' ? (view.location(c.place) === undefined ? 'other' : null) : unknownMove(view, c)
