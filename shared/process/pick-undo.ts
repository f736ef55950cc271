import type { Claim, Line, Task } from '../catalogue.ts'
import type { Effects, HoldChange } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import { commandText } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { CommandKey } from '../sync/command.ts'
import { countCalledOff } from './count-task.ts'
import type { MessageKey } from './message.ts'
import { undoMove } from './move-decide.ts'
import { isAt, release, sumOf, withClaim } from './pick-claims.ts'
import { isMobile } from './pick-lines.ts'
import { spoiltStatus } from './pick-short-decide.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { putBackLess } from './putback-task.ts'

type ActOf<T extends Act['type']> = Extract<Act, { type: T }>

/**
 * A pick goes back to its shelf and is reserved there again; a short lets go of what it held and gives back what it took; a
 * tote is the former one again; a count that nobody has begun is called off.
 */
export const undoPick = (view: View, act: Act, at: UndoAt): Effects => {
  switch (act.type) {
    case 'pick':
      return putBack(view, act, at)
    case 'short':
      return found(view, act, at)
    case 'tote.bind': {
      const task = view.task(act.task)
      return task === undefined || task.tote === null
        ? NOTHING
        : { ...NOTHING, tasks: [{ ...task, tote: act.was ?? null }] }
    }
    case 'count.request':
      return { ...NOTHING, tasks: countCalledOff(view, at.of) }
    case 'park': {
      const mobile = view.location(act.mobile)
      return mobile === undefined ? NOTHING : { ...NOTHING, locations: [{ ...mobile, parent: act.was ?? null }] }
    }
    case 'lpn.move':
      return undoMove(view, act, at)
    default:
      return NOTHING
  }
}

/** What left the building cannot come back by a key; what the goods were used for since must be taken back first. */
export const barPick = (view: View, act: Act): MessageKey | null => {
  if (act.type === 'pick') {
    const line = view.line(act.line)
    const order = view.document(act.document)
    if (order?.state === 'closed' || (line?.shipped ?? 0) > 0) return 'undo.shipped'
    return view.stock(keyOf({ ...act, ...act.to })).onHand < act.qty ? 'undo.order' : null
  }
  if (act.type !== 'tote.bind') return null
  const tote = act.tote ?? view.task(act.task)?.tote ?? null
  const isUsed = view.linesOf(act.document).some(line => line.claims.some(claim => claim.location === tote))
  return isUsed ? 'undo.order' : null
}

const putBack = (view: View, act: ActOf<'pick'>, { of, times }: UndoAt): Effects => {
  const line = view.line(act.line)
  const { client, item, lot, serial, from, to, qty } = act
  const movements = [{ client, item, lot, serial, from: to, to: from, qty, ...times }]
  if (line === undefined) return { ...NOTHING, movements }
  const isCancelled = line.state === 'cancelled'
  const done = line.done - qty
  const inTote = release(line.claims, qty, claim => isAt(claim, to, lot, serial))
  const back = sumOf(inTote.freed)
  const taken = (line.released ?? []).filter(one => one.by === commandText(of))
  // What came off the very row goes back to it; what was swapped goes back by what the line remembers.
  const exact = isCancelled ? 0 : Math.max(0, back - sumOf(taken))
  const claims = withClaim(inTote.claims, { ...from, lot, serial, qty: exact })
  const open: Line = { ...line, done, claims, state: line.state === 'done' && done < line.wanted ? 'open' : line.state }
  const lines = [open, ...otherLines(view, [line.id], of)].map(one => restored(view, one, of))
  return {
    ...NOTHING,
    movements,
    lines,
    tasks: [
      ...reopened(view, act.task),
      ...countCalledOff(view, of),
      ...(isCancelled ? putBackLess(view, { line: act.line, item, from: to, lot, serial, qty }) : []),
    ],
  }
}

/** Lines that the command took reservations of, besides those named. */
const otherLines = (view: View, named: readonly Line['id'][], of: CommandKey): readonly Line[] => {
  const by = commandText(of)
  return [...view.documents()]
    .filter(document => document.kind === 'order' && (document.state === 'open' || document.state === 'started'))
    .flatMap(document => view.linesOf(document.id))
    .filter(line => !named.includes(line.id) && (line.released ?? []).some(one => one.by === by))
}

/**
 * A line has again what the command took of its reservations, instead of what it was given for it: its newest claims on
 * shelves. Never more than it wants.
 */
const restored = (view: View, line: Line, of: CommandKey): Line => {
  const by = commandText(of)
  const taken = (line.released ?? []).filter(one => one.by === by)
  const { released: _, held: __, ...rest } = line
  const left = (line.released ?? []).filter(one => one.by !== by)
  const holds = (line.held ?? []).filter(one => one.by !== by)
  const kept: Line = {
    ...rest,
    ...(left.length > 0 ? { released: left } : {}),
    ...(holds.length > 0 ? { held: holds } : {}),
  }
  if (taken.length === 0 || line.state === 'cancelled') return kept
  const lacks = Math.max(0, line.wanted - sumOf(line.claims))
  const newestFirst = [...line.claims].reverse()
  const given = release(newestFirst, Math.max(0, sumOf(taken) - lacks), claim => !isMobile(view, claim.location))
  const room = lacks + sumOf(given.freed)
  const back = release(
    taken.map(({ by: ___, ...claim }) => claim),
    room,
    () => true,
  )
  return { ...kept, claims: back.freed.reduce<Claim[]>(withClaim, [...given.claims].reverse()) }
}

/** The order is being picked again; packing that nobody has begun waits for it. */
const reopened = (view: View, id: Task['id'] | null): Task[] => {
  const task = id === null ? undefined : view.task(id)
  if (task?.state !== 'done') return []
  const pack = task.document === null ? undefined : view.taskOf(task.document, 'pack')
  return [{ ...task, state: 'started' }, ...(pack?.state === 'ready' ? [{ ...pack, state: 'cancelled' as const }] : [])]
}

/** The goods are there after all: nothing is in doubt any more, and the lines have what they had. */
const found = (view: View, act: ActOf<'short'>, { of, times }: UndoAt): Effects => {
  const by = commandText(of)
  const own = act.line === null ? [] : [view.line(act.line)].flatMap(line => line ?? [])
  const lines = [
    ...own,
    ...otherLines(
      view,
      own.map(line => line.id),
      of,
    ),
  ].map((line): Line => {
    const isTouched = line.id === act.line || (line.released ?? []).some(one => one.by === by)
    const open = isTouched && line.state === 'short' ? { ...line, state: 'open' as const } : line
    const back = restored(view, open, of)
    return isTouched && back.state === 'open' ? { ...back, reason: null } : back
  })
  const tasks = [...new Set(lines.map(line => line.document))].flatMap(id =>
    reopened(view, view.taskOf(id, 'pick')?.id ?? null),
  )
  return {
    ...NOTHING,
    movements: healed(act, times),
    holds: unheld(view, act, of),
    lines,
    tasks: [...tasks, ...countCalledOff(view, of)],
  }
}

const healed = (act: ActOf<'short'>, times: CommandTimes): Effects['movements'] => {
  const status = spoiltStatus(act.reason)
  if (status === null || act.damaged === undefined) return []
  const { client, item, lot, serial, from, damaged } = act
  return [{ client, item, lot, serial, from: { ...from, status }, to: from, qty: damaged, ...times }]
}

/** What the command has put on hold, and of that what no person has let go of since. Other holds of the rows stay. */
const unheld = (view: View, act: ActOf<'short'>, of: CommandKey): readonly HoldChange[] => {
  const by = commandText(of)
  const line = act.line === null ? undefined : view.line(act.line)
  return (line?.held ?? [])
    .filter(hold => hold.by === by)
    .map(({ owner, key, qty }) => ({ owner, key, qty: qty > 0 ? -Math.min(qty, view.stock(key).held) : -qty }))
    .filter(hold => hold.qty !== 0)
}
