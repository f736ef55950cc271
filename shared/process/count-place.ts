import type { Location, Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { Id, LocationId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { isForBlind } from './count-blind.ts'
import { FRESH, isOverTask } from './count-state.ts'
import type { CountNext, CountState } from './count-state.ts'
import type { Message, Moment, Start } from './process.ts'
import { mistaken } from './readings.ts'
import { isVirtual } from './virtual.ts'

export const startCount = (start: Start, view: View, moment: Moment): CountNext => {
  if ('location' in start) return openPlace(FRESH, start.location, view, moment)
  if (!('task' in start)) return go(FRESH, 'ok', 'count.place')
  const task = view.task(start.task)
  if (!task?.count || isOverTask(task)) return stay(FRESH, 'wrong', 'count.over')
  if (isBarred(task, moment)) return stay(FRESH, 'wrong', 'count.notYou')
  return go(ofTask(task), 'ok', 'count.place')
}

/** A recount is for somebody who has not counted before. */
const isBarred = ({ count }: Task, { worker }: Moment): boolean => count?.notBy.includes(worker.id) ?? false

const ofTask = (task: Task): CountState => ({
  ...FRESH,
  key: `count/${task.id}`,
  task: task.id,
  // The count of a task has the task's own name.
  count: task.id as string as Id<'count'>,
  mode: task.count?.mode ?? 'guided',
  hidden: task.count?.hidden ?? false,
  only: task.count?.item ?? null,
})

export const placeIn = (resolved: Resolved): LocationId | null => {
  for (const r of resolved.readings)
    if (r.kind === 'location' || r.kind === 'tote' || r.kind === 'carton' || r.kind === 'cart') return r.location
  return null
}

/** C1: the place of the task; for a spot count any place. */
export const stepPlace = (state: CountState, resolved: Resolved, view: View, moment: Moment): CountNext => {
  const place = placeIn(resolved)
  return place === null ? mistaken(state, resolved, 'location') : openPlace(state, place, view, moment)
}

/** What keeps a place from being counted now, on what is known here. */
export const placeBar = (place: Location | undefined, view: View): Message | null => {
  if (place === undefined || !place.active || isVirtual(place))
    return { key: 'place.closed', values: { place: place?.code ?? '' } }
  const picked = view
    .stockAt(place.id)
    .filter(row => policyFor(view.policies, row.client).count.freeze)
    .flatMap(row => view.linesClaiming(keyOf(row)))
    .some(line => view.taskOf(line.document, 'pick')?.state === 'started' && line.state === 'open')
  return picked ? { key: 'count.frozen', values: { place: place.code } } : null
}

export const openPlace = (state: CountState, id: LocationId, view: View, moment: Moment): CountNext => {
  const place = view.location(id)
  const task = state.task === null ? undefined : view.task(state.task)
  if (task?.count && task.count.location !== id) {
    const values = { scanned: place?.code ?? '', wanted: view.location(task.count.location)?.code ?? '' }
    return stay(state, 'wrong', 'wrong.place', values)
  }
  const bar = placeBar(place, view)
  if (bar !== null || place === undefined) return stay(state, 'wrong', bar?.key ?? 'place.closed', bar?.values ?? {})
  const begun = task === undefined ? (taskHere(id, view, moment) ?? spotAt(id, view, moment)) : state
  return go({ ...begun, at: 'goods', location: id, leaving: null }, 'ok', 'count.begun', { place: place.code })
}

/** A count that waits at this place is taken up where it can be: it is ours, or it can be asked for. */
const taskHere = (id: LocationId, view: View, moment: Moment): CountState | null => {
  for (const task of view.tasks()) {
    if (task.count?.location !== id || isOverTask(task) || isBarred(task, moment)) continue
    const isOurs = task.lease?.device === moment.device
    if (isOurs || (task.lease === null && moment.online === true)) return ofTask(task)
  }
  return null
}

const spotAt = (id: LocationId, view: View, moment: Moment): CountState => ({
  ...FRESH,
  count: derivedId<'count'>('count', moment.device, id, moment.now),
  hidden: view.policies.warehouse.count.blind.spot || isForBlind(view, id),
})
