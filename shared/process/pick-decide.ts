import type { Line, Location, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import { derivedId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { dayOf } from '../time.ts'
import { contradiction } from './contradiction.ts'
import { isAt, moveClaims, sumOf, swapOthers } from './pick-claims.ts'
import type { Moved } from './pick-claims.ts'
import { shelfClaims } from './pick-lines.ts'
import { newTote, rivalOf } from './pick-open.ts'
import { followUp } from './pack-decide.ts'
import type { CommandTimes } from './process.ts'

/** What picking books. The goods have moved already: whatever contradicts the order becomes an exception beside it. */
export const decidePick = (view: View, command: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (command.type) {
    case 'pick':
      return picked(view, command, key, times)
    case 'short':
      return short(view, command, key)
    case 'tote.bind':
      return bound(view, command, key)
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
  const after: Line = {
    ...line,
    done,
    claims: moved.claims,
    state: !isCancelled && done >= line.wanted ? 'done' : line.state,
  }
  const { client, item, lot, serial, from, to, qty } = c
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from, to, qty, ...times }],
    lines: [after, ...swapOthers(view, c, moved)],
    ...progress(view, task, [after]),
    exceptions: pickExceptions(view, c, key, times, { line, task, moved, isCancelled }),
  }
}

const pickExceptions = (
  view: View,
  c: CommandOf<'pick'>,
  key: CommandKey,
  times: CommandTimes,
  at: { line: Line; task: Task; moved: Moved; isCancelled: boolean },
): ExceptionDraft[] => {
  const { line, task, moved } = at
  const found: ExceptionDraft[] = []
  const add = (kind: ExceptionKind, subject: string, body: Record<string, unknown> = {}): void =>
    void found.push(contradiction(key, kind, subject, { item: c.item, qty: c.qty, line: c.line, ...body }))
  const done = line.done + c.qty
  if (at.isCancelled) add('order_cancelled', c.document, { document: c.document })
  else if (line.done >= line.wanted) add('picked_twice', c.line, { picked: done, wanted: line.wanted })
  else if (done > line.wanted) add('over_pick', c.line, { picked: done, wanted: line.wanted })
  if (task.lease !== null && task.lease.device !== key.device) add('lease_lost', c.task, { holder: task.lease.device })
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const lot = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  const tookHeld = row.held > 0 && c.qty - moved.exact > row.onHand - row.reserved - row.held
  if (lot?.blocked === true || isExpired(lot, times) || c.from.status !== 'available' || tookHeld)
    add('not_available', stockKeyText(stockKey))
  const instead = moved.swapped.find(claim => claim.lot !== c.lot)
  if (instead === undefined) return found
  const { fefo } = policyFor(view.policies, c.client).pick
  const before = view.lot(c.client, c.item, instead.lot)?.expiry ?? '9999'
  if (fefo === 'force') add('wrong_lot', c.line, { picked: c.lot, reserved: instead.lot })
  if (fefo === 'warn' && (lot?.expiry ?? '9999') > before)
    add('fefo_broken', c.line, { picked: c.lot, reserved: instead.lot })
  return found
}

const isExpired = (lot: { expiry: string | null } | undefined, times: CommandTimes): boolean =>
  lot !== undefined && lot.expiry !== null && lot.expiry < dayOf(times.at)

/** The task goes on until no line is open; then it and its lease end by themselves. */
const progress = (view: View, task: Task, changed: readonly Line[]): Pick<Effects, 'tasks' | 'documents'> => {
  const document = task.document === null ? undefined : view.document(task.document)
  const lines = document === undefined ? changed : view.linesOf(document.id)
  const isOver = lines.every(line => (changed.find(c => c.id === line.id) ?? line).state !== 'open')
  const hasEnded = task.state === 'done' || task.state === 'cancelled'
  const next: Task[] = hasEnded
    ? []
    : [{ ...task, state: isOver ? 'done' : 'started', lease: isOver ? null : task.lease }]
  // What was picked is packed next; a task that was there before (a line was picked again) begins anew.
  if (isOver && !hasEnded && document !== undefined && document.state !== 'cancelled')
    next.push(followUp(document, 'pack'))
  return {
    tasks: next,
    documents: document === undefined || document.state !== 'open' ? [] : [{ ...document, state: 'started' }],
  }
}

/**
 * The row had less than the books say (flows 5). All lines of the order let go of it; what no other order has reserved on
 * it is held, free stock included, because the picker looked and there is none. On-hand stays until a person decides.
 */
const short = (view: View, c: CommandOf<'short'>, key: CommandKey): Effects => {
  const task = c.task === null ? undefined : view.task(c.task)
  if (task === undefined || c.document === null || c.line === null || view.line(c.line) === undefined) return NOTHING
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const here = (claim: Line['claims'][number]): boolean => isAt(claim, c.from, c.lot, c.serial)
  const own = view
    .linesOf(c.document)
    .filter(line => line.client === c.client && line.item === c.item)
    .filter(line => line.id === c.line || (line.state === 'open' && line.claims.some(here)))
  const mine = sumOf(own.flatMap(line => line.claims.filter(here)))
  const missing = Math.max(0, row.onHand - (row.reserved - mine))
  const lines = own.map((line): Line => {
    const after = { ...line, claims: line.claims.filter(claim => !here(claim)) }
    const isShort = line.state === 'open' && shelfClaims(after, view).length === 0
    return isShort ? { ...after, state: 'short', reason: c.reason } : after
  })
  const subject = stockKeyText(stockKey)
  // One pending variance per row: its name is the row's, and the newest observation replaces what it holds.
  const variance = derivedId('variance', view.warehouse, subject)
  const body = { ...stockKey, reason: c.reason, missing, line: c.line, document: c.document, variance }
  return {
    ...NOTHING,
    lines,
    ...progress(view, task, lines),
    holds: missing === row.held ? [] : [{ owner: variance, key: stockKey, qty: missing - row.held }],
    exceptions: [contradiction(key, 'short_pick', subject, body)],
  }
}

const bound = (view: View, c: CommandOf<'tote.bind'>, key: CommandKey): Effects => {
  const task = view.task(c.task)
  if (task === undefined) return NOTHING
  const id = c.tote ?? newTote(view, c.label)
  const made: Location = {
    id,
    kind: 'tote',
    code: c.label,
    zone: null,
    sequence: 0,
    parent: null,
    active: true,
  }
  const rival = rivalOf(view, id, task.id)
  const hasEnded = task.state === 'done' || task.state === 'cancelled'
  return {
    ...NOTHING,
    locations: view.location(id) === undefined ? [made] : [],
    tasks: hasEnded ? [] : [{ ...task, state: 'started', tote: id }],
    exceptions:
      rival === undefined
        ? []
        : [contradiction(key, 'tote_conflict', id, { tasks: [task.id, rival.id], tote: c.label })],
  }
}
