import type { Line, Task } from '../catalogue.ts'
import type { Effects } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import { followUp } from './pack-decide.ts'
import { shelfClaims, waitsAfterShort } from './pick-lines.ts'

/**
 * How far an order is once these lines have changed. When nothing of it lies reserved on a shelf any more, lines that were
 * short end by policy `pick.shortEnd`: as a backorder or shipped short they are over, with `wait` they stay open for stock
 * that comes. When no line is open any more, task and lease end by themselves.
 */
export const progress = (
  view: View,
  task: Task,
  changed: readonly Line[],
): Pick<Effects, 'tasks' | 'documents' | 'lines'> => {
  const document = task.document === null ? undefined : view.document(task.document)
  const known = document === undefined ? [] : view.linesOf(document.id)
  const own = known.map(line => changed.find(one => one.id === line.id) ?? line)
  const open = own.filter(line => line.state === 'open')
  const isWalked = open.every(line => shelfClaims(line, view).length === 0)
  const ended = open
    .filter(line => isWalked && !waitsAfterShort(view, line) && line.reason !== null && line.done < line.wanted)
    .map((line): Line => ({ ...line, state: 'short' }))
  const isOver = open.every(line => ended.some(one => one.id === line.id))
  const isDone = task.state === 'done' || task.state === 'cancelled'
  const next: Task[] = isDone
    ? []
    : [{ ...task, state: isOver ? 'done' : 'started', lease: isOver ? null : task.lease }]
  // What was picked is packed next; a task that was there before (a line was picked again) begins anew.
  if (isOver && !isDone && document !== undefined && document.state !== 'cancelled' && own.some(line => line.done > 0))
    next.push(followUp(document, 'pack'))
  return {
    lines: [...changed.filter(line => !ended.some(one => one.id === line.id)), ...ended],
    tasks: next,
    documents: document === undefined || document.state !== 'open' ? [] : [{ ...document, state: 'started' }],
  }
}
