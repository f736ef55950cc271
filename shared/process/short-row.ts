import type { Task } from '../catalogue.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import { commandText } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { countCalledOff, countTask } from './count-task.ts'
import { holdOf, observed } from './pick-short-decide.ts'
import type { CommandTimes } from './process.ts'

/**
 * A row that goods should be carried from has less than the books say (flows 5): what no order has reserved of it is held
 * until a person decides, a count is asked for, and the task is over.
 */
export const shortedRow = (view: View, c: CommandOf<'short'>, key: CommandKey, times: CommandTimes): Effects => {
  const task = c.task === null ? undefined : view.task(c.task)
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const qty = Math.max(0, row.onHand - row.reserved) - row.held
  const holds = qty === 0 ? [] : [{ owner: holdOf(view, stockKey, c.reason), key: stockKey, qty }]
  const noted = [...(task?.held ?? []), ...holds.map(hold => ({ ...hold, by: commandText(key) }))]
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

/** Taken back: what was held is free again, the count is called off, and the task is there again in the state that it had. */
export const foundAgain = (
  view: View,
  act: Extract<Act, { type: 'short' }>,
  of: CommandKey,
  state: 'ready' | 'started',
): Effects => {
  const task = act.task === null ? undefined : view.task(act.task)
  const own = (task?.held ?? []).filter(hold => hold.by === commandText(of))
  const holds = own
    .map(({ owner, key, qty }) => ({ owner, key, qty: qty > 0 ? -Math.min(qty, view.stock(key).held) : -qty }))
    .filter(hold => hold.qty !== 0)
  return {
    ...NOTHING,
    holds,
    tasks: [...reopened(task, own, state), ...countCalledOff(view, of)],
  }
}

/** Of a pallet with several rows each short is taken back by itself: the first of them opens the task. */
const reopened = (task: Task | undefined, own: NonNullable<Task['held']>, state: Task['state']): readonly Task[] => {
  if (task === undefined || (task.state !== 'cancelled' && own.length === 0)) return []
  const { held = [], ...rest } = task
  const others = held.filter(hold => !own.includes(hold))
  const now = task.state === 'cancelled' ? state : task.state
  return [{ ...rest, state: now, ...(others.length > 0 ? { held: others } : {}) }]
}
