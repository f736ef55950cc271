import type { Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { DocumentId, LocationId, TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Resolved } from '../scan/scan.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { visits, waitsForStock } from './pick-lines.ts'
import { FRESH } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Moment, Start } from './process.ts'
import { isMark, mistaken } from './readings.ts'

export const startPick = (start: Start, view: View): PickNext => {
  const task = 'task' in start ? view.task(start.task) : 'document' in start ? view.taskOf(start.document) : undefined
  if (task !== undefined) return open(FRESH, task.id, view)
  return 'task' in start || 'document' in start ? stay(FRESH, 'unknown', 'pick.none') : go(FRESH, 'ok', 'scan.task')
}

const isActive = (task: Task): boolean => task.state !== 'done' && task.state !== 'cancelled'

const open = (state: PickState, id: TaskId, view: View): PickNext => {
  const task = view.task(id)
  if (task === undefined || task.kind !== 'pick' || task.document === null) return stay(state, 'unknown', 'pick.none')
  const document = view.document(task.document)
  if (task.state === 'cancelled' || document?.state === 'cancelled') return stay(state, 'wrong', 'cancelled')
  if (!isActive(task)) return stay(state, 'wrong', 'pick.none')
  if (visits(view, task.document, []).length === 0) return nothingToFetch(state, task.document, view)
  return go(
    { ...FRESH, key: `pick/${id}`, task: id, document: task.document, at: task.tote === null ? 'tote' : 'place' },
    'ok',
    'opened',
    { no: document?.number ?? '' },
  )
}

/** Nothing of it is reserved on a shelf: either it is over, or the rest waits for stock. */
export const nothingToFetch = (state: PickState, document: DocumentId | null, view: View): PickNext =>
  document !== null && waitsForStock(view, document)
    ? stay(state, 'wrong', 'pick.waits', { no: view.document(document)?.number ?? '' })
    : stay(state, 'wrong', 'pick.none')

/** K1: a task, its order, or the tote that is bound to it. */
export const stepStart = (state: PickState, resolved: Resolved, view: View): PickNext => {
  for (const r of resolved.readings) {
    const task =
      r.kind === 'task'
        ? view.task(r.task)
        : r.kind === 'document'
          ? view.taskOf(r.document)
          : r.kind === 'tote'
            ? [...view.tasks()].find(t => t.kind === 'pick' && t.tote === r.location && isActive(t))
            : undefined
    if (task !== undefined) return open(state, task.id, view)
  }
  return mistaken(state, resolved)
}

/** Another order's work is in this tote, or will be. Goods of a finished order stay in it until they are packed. */
export const rivalOf = (view: View, tote: LocationId, task: TaskId): Task | undefined =>
  [...view.tasks()].find(
    t => t.id !== task && t.tote === tote && (isActive(t) || (t.state === 'done' && view.stockAt(tote).length > 0)),
  )

/** A new tote is named after its label, so that two handhelds that bind it mean the same one. */
export const newTote = (view: View, label: string): LocationId => derivedId('location', view.warehouse, 'tote', label)

/** K5 at the start: one order, one tote, bound once. */
export const stepTote = (state: PickState, resolved: Resolved, view: View, moment: Moment): PickNext => {
  const { task, document } = state
  const client = document === null ? undefined : view.document(document)?.client
  if (task === null || document === null || client === undefined) return go(FRESH, 'ok', 'scan.task')
  const text = resolved.scan.text
  const scan = resolved.scan.raw
  const tote = resolved.readings.find(r => r.kind === 'tote')
  const bind = (id: LocationId | null, label: string): PickNext =>
    go({ ...state, at: 'place' }, 'ok', 'tote.bound', { tote: label }, [
      { type: 'tote.bind', client, task, document, tote: id, label, scan },
    ])
  if (tote?.kind === 'tote') {
    const place = view.location(tote.location)
    const code = place?.code ?? text
    if (place?.active === false) return stay(state, 'wrong', 'place.closed', { place: code })
    if (rivalOf(view, tote.location, task) !== undefined || view.stockAt(tote.location).length > 0)
      return stay(state, 'wrong', 'tote.other', { tote: code })
    return bind(tote.location, code)
  }
  if (resolved.readings.length > 0) return mistaken(state, resolved)
  if (!policyFor(view.policies, client).pick.newTotes || !isMark(text))
    return stay(state, 'unknown', 'tote.unknown', { scanned: text })
  if (!confirmed(state, text, moment.monoMs)) return ask(state, text, moment.monoMs, 'ask.newTote', { tote: text })
  return bind(null, text)
}
