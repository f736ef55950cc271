import type { Line, Location, Task } from '../catalogue.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { countTask } from './count-task.ts'
import { movedPallet } from './move-decide.ts'
import { moveClaims, remembered, swapOthers } from './pick-claims.ts'
import { pickExceptions } from './pick-exceptions.ts'
import { isMobile } from './pick-lines.ts'
import { progress } from './pick-progress.ts'
import { shortDecided } from './pick-short-decide.ts'
import { newTote, rivalOf } from './pick-tote.ts'
import type { CommandTimes } from './process.ts'
import { putBackTask } from './putback-task.ts'

/** What picking books. The goods have moved already: whatever contradicts the order becomes an exception beside it. */
export const decidePick = (view: View, command: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (command.type) {
    case 'pick':
      return picked(view, command, key, times)
    case 'short':
      return shortDecided(view, command, key, times)
    case 'tote.bind':
      return bound(view, command, key)
    case 'lpn.move':
      return movedPallet(view, command, key, times)
    case 'park': {
      const mobile = view.location(command.mobile)
      return mobile === undefined ? NOTHING : { ...NOTHING, locations: [{ ...mobile, parent: command.place }] }
    }
    case 'count.request': {
      const { client, place, only, cause } = command
      return { ...NOTHING, tasks: countTask(view, key, { client, place, item: only, cause }) }
    }
    default:
      return NOTHING
  }
}

const picked = (view: View, c: CommandOf<'pick'>, key: CommandKey, times: CommandTimes): Effects => {
  const line = view.line(c.line)
  const task = view.task(c.task)
  if (line === undefined || task === undefined) return NOTHING
  const moved = moveClaims(line, c, view)
  const done = line.done + c.qty
  const isCancelled = line.state === 'cancelled' || view.document(c.document)?.state === 'cancelled'
  const isDone = !isCancelled && done >= line.wanted
  const after: Line = {
    ...remembered(line, [...moved.swapped, ...moved.excess], key),
    done,
    claims: moved.claims,
    state: isDone ? 'done' : line.state,
    reason: isDone ? null : line.reason,
  }
  const { client, item, lot, serial, from, to, qty } = c
  const swapped = swapOthers(view, c, moved, key)
  const way = progress(view, task, [after])
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from, to, qty, ...times }],
    ...way,
    lines: [...way.lines, ...swapped],
    tasks: [...way.tasks, ...counted(view, c, key), ...(isCancelled ? [toPutBack(view, c)] : [])],
    exceptions: pickExceptions(view, c, key, times, { line, task, moved, swapped, isCancelled }),
  }
}

/** A picked order that is cancelled lies in its tote until somebody puts it back. */
const toPutBack = (view: View, c: CommandOf<'pick'>): Task => {
  const { client, document, line, item, lot, serial, qty } = c
  const goods = { client, document, line, item, lot, serial, qty }
  return putBackTask(view, { ...goods, from: c.to, to: c.from.location, cause: 'cancelled' })
}

/** The pick that takes an item at its place below the threshold asks for a count there. */
const counted = (view: View, c: CommandOf<'pick'>, key: CommandKey): readonly Task[] => {
  const { zeroCheck, threshold } = policyFor(view.policies, c.client).pick
  if (zeroCheck !== 'belowThreshold' || threshold === null) return []
  const before = view
    .stockOf(c.client, c.item)
    .filter(row => row.location === c.from.location)
    .reduce((sum, row) => sum + row.onHand, 0)
  if (before < threshold || before - c.qty >= threshold) return []
  return countTask(view, key, { client: c.client, place: c.from.location, item: c.item, cause: 'threshold' })
}

/** A bound tote is with the picker, wherever it stood before. */
const bound = (view: View, c: CommandOf<'tote.bind'>, key: CommandKey): Effects => {
  const task = view.task(c.task)
  if (task === undefined) return NOTHING
  const id = c.tote ?? newTote(view, c.label)
  const known = view.location(id)
  const made: Location = {
    id,
    kind: 'tote',
    code: c.label,
    zone: null,
    sequence: 0,
    parent: null,
    active: true,
  }
  const isLeft = known !== undefined && known.parent !== null && !isMobile(view, known.parent)
  const rival = rivalOf(view, id, task)
  const hasEnded = task.state === 'done' || task.state === 'cancelled'
  return {
    ...NOTHING,
    locations: known === undefined ? [made] : isLeft ? [{ ...known, parent: null }] : [],
    tasks: hasEnded ? [] : [{ ...task, state: 'started', tote: id }],
    exceptions:
      rival === undefined
        ? []
        : [contradiction(key, 'tote_conflict', id, { tasks: [task.id, rival.id], tote: c.label })],
  }
}
