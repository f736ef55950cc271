import type { Task } from '../catalogue.ts'
import type { TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import { go, stay } from './answer.ts'
import { batchOf, stopsOf, waitsForStock } from './pick-lines.ts'
import { FRESH, tasksOf, toteOf } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Moment, Start } from './process.ts'
import { mistaken } from './readings.ts'

export const startPick = (start: Start, view: View, moment: Moment): PickNext => {
  const task = 'task' in start ? view.task(start.task) : 'document' in start ? view.taskOf(start.document) : undefined
  if (task !== undefined) return open(FRESH, task.id, view, moment)
  return 'task' in start || 'document' in start ? stay(FRESH, 'unknown', 'pick.none') : go(FRESH, 'ok', 'scan.task')
}

const isActive = (task: Task): boolean => task.state !== 'done' && task.state !== 'cancelled'

/** The orders of the task's walk that are this device's to pick. */
const walkOf = (view: View, task: Task, moment: Moment): readonly Task[] =>
  batchOf(view, task).filter(
    one =>
      one.id === task.id ||
      (isActive(one) && !isHeld(view, one) && (one.lease ?? { device: moment.device }).device === moment.device),
  )

/** The desk has stopped its order: it waits there, also where the rest of its walk goes on. */
const isHeld = (view: View, { document }: Task): boolean => document !== null && Boolean(view.document(document)?.hold)

const open = (state: PickState, id: TaskId, view: View, moment: Moment): PickNext => {
  const task = view.task(id)
  if (task === undefined || task.kind !== 'pick' || task.document === null) return stay(state, 'unknown', 'pick.none')
  const document = view.document(task.document)
  if (task.state === 'cancelled' || document?.state === 'cancelled') return stay(state, 'wrong', 'cancelled')
  if (!isActive(task)) return stay(state, 'wrong', 'pick.none')
  const documents = walkOf(view, task, moment).flatMap(one => one.document ?? [])
  const totes = documents.length > 1 && task.batch?.totes === 'each' ? 'each' : 'one'
  const walk: PickState = { ...FRESH, key: `pick/${id}`, task: id, documents, totes }
  if (stopsOf(view, documents, totes, []).length === 0) return { ...nothingToFetch(walk, view), state }
  return go({ ...walk, at: bindsFirst(walk, view) ? 'bind' : 'place' }, 'ok', 'opened', {
    no: document?.number ?? '',
  })
}

/** One tote is bound before the walk; totes of a cluster where the policy says so, else at the first line of each order. */
export const bindsFirst = (state: PickState, view: View): boolean => {
  const [first] = state.documents
  if (first === undefined) return false
  if (state.totes === 'one') return toteOf(state, view, first) === null
  const client = view.document(first)?.client ?? ''
  return policyFor(view.policies, client).pick.bindTotes === 'start' && unbound(state, view) !== undefined
}

/** The first order of the walk that has no tote and still needs one. */
export const unbound = (state: PickState, view: View): Task | undefined =>
  tasksOf(state, view).find(
    task => task.document !== null && isActive(task) && toteOf(state, view, task.document) === null,
  )

/** Nothing of it is reserved on a shelf: either it is over, or the rest waits for stock. */
export const nothingToFetch = (state: PickState, view: View): PickNext => {
  const waiting = state.documents.find(id => waitsForStock(view, id))
  return waiting === undefined
    ? stay(state, 'wrong', 'pick.none')
    : stay(state, 'wrong', 'pick.waits', { no: view.document(waiting)?.number ?? '' })
}

/** K1: a task, its order, or the tote that is bound to it. */
export const stepStart = (state: PickState, resolved: Resolved, view: View, moment: Moment): PickNext => {
  for (const r of resolved.readings) {
    const task =
      r.kind === 'task'
        ? view.task(r.task)
        : r.kind === 'document'
          ? view.taskOf(r.document)
          : r.kind === 'tote'
            ? [...view.tasks()].find(t => t.kind === 'pick' && t.tote === r.location && isActive(t))
            : undefined
    if (task !== undefined) return open(state, task.id, view, moment)
  }
  return mistaken(state, resolved)
}
