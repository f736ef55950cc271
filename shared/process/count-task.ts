import type { Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { ClientId, ItemId, LocationId, TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { CommandKey } from '../sync/command.ts'

/** What somebody should count: one item at a place, or (`item` null) the whole place. */
export type CountWish = { client: ClientId; place: LocationId; item: ItemId | null; cause: string }

/** The count that a command asks for is named after it. */
const countTaskId = ({ device, epoch, seq }: CommandKey, n = 0): TaskId =>
  n === 0
    ? derivedId<'task'>('task', 'count', device, epoch, seq)
    : derivedId<'task'>('task', 'count', device, epoch, seq, n)

const isOpen = (task: Task): boolean => task.state !== 'done' && task.state !== 'cancelled'

/** The open count that covers the wish: of this item at the place, or of the whole place. */
export const openCount = (view: View, { place, item }: Pick<CountWish, 'place' | 'item'>): Task | undefined =>
  [...view.tasks()].find(
    ({ count, ...task }) =>
      count?.location === place && (count.item === null || count.item === item) && isOpen({ ...task, count }),
  )

/** The reasons of a count are words; one more is said once. */
export const withCause = (cause: string | null | undefined, more: string): string =>
  [...new Set([...(cause ?? '').split(' ').filter(word => word !== ''), more])].join(' ')

/** A count that nobody has begun. */
export const newCount = (id: TaskId, { client, place, item, cause }: CountWish, isBlind: boolean): Task => ({
  id,
  kind: 'count',
  client,
  document: null,
  state: 'ready',
  lease: null,
  tote: null,
  count: { location: place, item, mode: isBlind ? 'blind' : 'guided', index: 0, notBy: [], hidden: isBlind },
  cause,
})

/** One open count for each place and item, whatever asks for it; a second reason is added to the first task. `n` tells wishes of one command apart. */
export const countTask = (view: View, key: CommandKey, wish: CountWish, n = 0): readonly Task[] => {
  const { client, cause } = wish
  const open = openCount(view, wish)
  if (open !== undefined) {
    const causes = withCause(open.cause, cause)
    return causes === open.cause ? [] : [{ ...open, cause: causes }]
  }
  return [newCount(countTaskId(key, n), wish, policyFor(view.policies, client).count.blind.plan)]
}

/** The command that asked for a count was taken back: the count is, too, unless somebody has begun it. */
export const countCalledOff = (view: View, of: CommandKey): readonly Task[] => {
  const task = view.task(countTaskId(of))
  return task?.state === 'ready' ? [{ ...task, state: 'cancelled' }] : []
}
