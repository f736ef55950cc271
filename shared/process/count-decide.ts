import type { Lot, Task } from '../catalogue.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { stockKeyText } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { isOverTask } from './count-state.ts'
import { newPallet } from './lpn.ts'
import { decideMove, undoMove, unknownMove } from './move-decide.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { isVirtual } from './virtual.ts'

/** What counting books: nothing but pallets that were found elsewhere. Statements are kept and judged by the server. */
export const decideCount = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'count.observed':
      return observed(view, c, key, times)
    case 'lpn.move':
      return decideMove(view, c, key, times)
    case 'unmatched':
      return { ...NOTHING, exceptions: [unknownCode(c, key)] }
    case 'close':
      return closed(view, c)
    default:
      return NOTHING
  }
}

const SUBJECT_MAX = 200

const unknownCode = (c: CommandOf<'unmatched'>, key: CommandKey): ExceptionDraft => {
  const scan = c.scan.slice(0, SUBJECT_MAX)
  return contradiction(key, 'unknown_code', scan, { scan, client: c.client, place: c.place, photos: c.photos ?? [] })
}

const observed = (view: View, c: CommandOf<'count.observed'>, key: CommandKey, times: CommandTimes): Effects => {
  const { client, item, lot, serial, place, count, task: id, mode, attempt, typed } = c
  const stockKey = { client, item, lot, serial, ...place }
  const task = id === null ? undefined : view.task(id)
  return {
    ...NOTHING,
    observations: [
      {
        key: stockKey,
        seen: c.qty,
        kind: 'count',
        count,
        task: id,
        mode,
        attempt,
        at: times.takenAt,
        unc: times.unc,
        reason: c.reason ?? null,
        typed,
        photos: c.photos ?? [],
      },
    ],
    tasks: task === undefined ? [] : begun(task),
    lots: newLot(view, c),
    lpns: newPallet(view, client, place.lpn, c.label),
    exceptions: troubles(view, c, key, task),
  }
}

const begun = (task: Task): readonly Task[] =>
  task.state === 'ready' || task.state === 'leased' ? [{ ...task, state: 'started' }] : []

const newLot = (view: View, c: CommandOf<'count.observed'>): readonly Lot[] => {
  const { client, item, lot, expiry } = c
  if (lot === '' || c.qty === 0 || view.lot(client, item, lot) !== undefined) return []
  return [{ client, item, lot, expiry, firstReceivedAt: null, blocked: false }]
}

const troubles = (
  view: View,
  c: CommandOf<'count.observed'>,
  key: CommandKey,
  task: Task | undefined,
): readonly ExceptionDraft[] => {
  const found: ExceptionDraft[] = []
  const subject = stockKeyText({ ...c, ...c.place })
  const known = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  if (known?.expiry && c.expiry !== null && known.expiry !== c.expiry)
    found.push(contradiction(key, 'lot_date', subject, { lot: c.lot, known: known.expiry, seen: c.expiry }))
  if (view.location(c.place.location)?.active === false && c.qty > 0)
    found.push(contradiction(key, 'forbidden_place', subject, { ...c.place, item: c.item, trouble: 'closed' }))
  if (task?.lease && task.lease.device !== key.device)
    found.push(contradiction(key, 'lease_lost', task.id, { holder: task.lease.device, item: c.item }))
  return found
}

/** The counter has left: the task is over, and whatever was stated may be judged. */
const closed = (view: View, c: CommandOf<'close'>): Effects => {
  const task = c.task === null ? undefined : view.task(c.task)
  const count = c.count ?? c.task
  const place = task?.count?.location ?? c.place
  return {
    ...NOTHING,
    tasks:
      task === undefined || task.kind !== 'count' || isOverTask(task) ? [] : [{ ...task, state: 'done', lease: null }],
    closedCounts: count === null || place === null ? [] : [{ count, place, item: task?.count?.item ?? null }],
  }
}

/** A statement is simply taken back; the server forgets it, unless somebody has decided on it already. */
export const undoCount = (view: View, act: Act, at: UndoAt): Effects =>
  act.type === 'lpn.move' ? undoMove(view, act, at) : NOTHING

export const unknownCount = (view: View, c: Command): 'target' | 'other' | null => {
  if (c.type === 'lpn.move') return unknownMove(view, c)
  if (c.type !== 'count.observed') return null
  const place = view.location(c.place.location)
  return place === undefined || isVirtual(place) ? 'other' : null
}
