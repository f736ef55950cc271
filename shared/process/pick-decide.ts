import type { Claim, Line, Location, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import { derivedId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { Address } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
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

const exception = (
  key: CommandKey,
  kind: ExceptionKind,
  subject: string,
  body: Record<string, unknown>,
): ExceptionDraft => ({
  id: derivedId('exception', key.device, key.epoch, key.seq, kind),
  kind,
  subject,
  body,
})

const isAt = (claim: Claim, at: Address, lot: string, serial: string): boolean =>
  claim.location === at.location &&
  claim.lpn === at.lpn &&
  claim.status === at.status &&
  claim.lot === lot &&
  claim.serial === serial

/** Takes up to `qty` off the claims, the fitting one first, then any other of the shelf (a swapped lot). */
const release = (
  claims: readonly Claim[],
  qty: number,
  first: (claim: Claim) => boolean,
  next: (claim: Claim) => boolean,
): { claims: Claim[]; taken: number } => {
  let rest = qty
  const order = [...claims.filter(first), ...claims.filter(claim => !first(claim) && next(claim))]
  const taken = new Map<Claim, number>()
  for (const claim of order) {
    const n = Math.min(rest, claim.qty)
    taken.set(claim, n)
    rest -= n
  }
  return {
    claims: claims
      .map(claim => ({ ...claim, qty: claim.qty - (taken.get(claim) ?? 0) }))
      .filter(claim => claim.qty > 0),
    taken: qty - rest,
  }
}

const withClaim = (claims: readonly Claim[], at: Address, lot: string, serial: string, qty: number): Claim[] => {
  if (qty <= 0) return [...claims]
  const same = claims.find(claim => isAt(claim, at, lot, serial))
  return same === undefined
    ? [...claims, { ...at, lot, serial, qty }]
    : claims.map(claim => (claim === same ? { ...claim, qty: claim.qty + qty } : claim))
}

const picked = (view: View, c: CommandOf<'pick'>, key: CommandKey, times: CommandTimes): Effects => {
  const line = view.line(c.line)
  const task = view.task(c.task)
  const document = view.document(c.document)
  if (line === undefined || task === undefined) return NOTHING
  const room = Math.max(0, Math.min(c.qty, line.wanted - line.done))
  const fits = (claim: Claim): boolean => isAt(claim, c.from, c.lot, c.serial)
  const { claims, taken } = release(
    line.claims,
    room,
    fits,
    claim => claim.location === c.from.location && claim.lpn === c.from.lpn,
  )
  const cancelled = document?.state === 'cancelled' || line.state === 'cancelled'
  const done = line.done + c.qty
  const after: Line = {
    ...line,
    done,
    // A reservation follows the goods: it stays with the order in the tote until it ships. Only what was reserved moves.
    claims: cancelled
      ? claims
      : withClaim(claims, c.to, c.lot, c.serial, Math.max(taken, Math.min(room, freeAt(view, c)))),
    state: cancelled ? line.state : done >= line.wanted ? 'done' : line.state,
  }
  const exceptions = pickExceptions(view, c, key, { line, task, cancelled })
  return {
    ...NOTHING,
    movements: [
      { client: c.client, item: c.item, lot: c.lot, serial: c.serial, from: c.from, to: c.to, qty: c.qty, ...times },
    ],
    lines: [after],
    ...progress(view, task, [after]),
    exceptions,
  }
}

const freeAt = (view: View, c: CommandOf<'pick'>): number => {
  const row = view.stock(keyOf({ ...c, ...c.from }))
  return Math.max(0, row.onHand - row.reserved - row.held)
}

const pickExceptions = (
  view: View,
  c: CommandOf<'pick'>,
  key: CommandKey,
  at: { line: Line; task: Task; cancelled: boolean },
): ExceptionDraft[] => {
  const found: ExceptionDraft[] = []
  const add = (kind: ExceptionKind, subject: string, body: Record<string, unknown> = {}): void =>
    void found.push(exception(key, kind, subject, { item: c.item, qty: c.qty, line: c.line, ...body }))
  if (at.cancelled) add('order_cancelled', c.document, { document: c.document })
  else if (at.line.state === 'done' && at.line.done >= at.line.wanted) add('picked_twice', c.line)
  else if (at.line.done + c.qty > at.line.wanted)
    add('over_pick', c.line, { picked: at.line.done + c.qty, wanted: at.line.wanted })
  const lot = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  if (lot?.blocked === true || c.from.status !== 'available')
    add('not_available', stockKeyText(keyOf({ ...c, ...c.from })))
  if (at.task.lease !== null && at.task.lease.device !== key.device)
    add('lease_lost', c.task, { holder: at.task.lease.device })
  const planned = at.line.claims.find(claim => claim.location === c.from.location && claim.lot !== c.lot)
  const exact = at.line.claims.some(claim => isAt(claim, c.from, c.lot, c.serial))
  if (!exact && planned !== undefined) {
    const before = view.lot(c.client, c.item, planned.lot)?.expiry ?? '9999'
    if ((lot?.expiry ?? '9999') > before) add('fefo_broken', c.line, { picked: c.lot, reserved: planned.lot })
  }
  return found
}

/** The task goes on until no line is open; then it and its lease end by themselves. */
const progress = (view: View, task: Task, changed: readonly Line[]): Pick<Effects, 'tasks' | 'documents'> => {
  const document = task.document === null ? undefined : view.document(task.document)
  const lines =
    task.document === null ? [] : view.linesOf(task.document).map(line => changed.find(c => c.id === line.id) ?? line)
  const over = lines.every(line => line.state !== 'open')
  const ended = task.state === 'done' || task.state === 'cancelled'
  return {
    tasks: ended ? [] : [{ ...task, state: over ? 'done' : 'started', lease: over ? null : task.lease }],
    documents: document === undefined || document.state !== 'open' ? [] : [{ ...document, state: 'started' }],
  }
}

/** The row had less than the books say: the line lets go of it, and what is missing is held until a person has looked. */
const short = (view: View, c: CommandOf<'short'>, key: CommandKey): Effects => {
  const line = view.line(c.line)
  const task = view.task(c.task)
  if (line === undefined || task === undefined) return NOTHING
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const mine = line.claims
    .filter(claim => isAt(claim, c.from, c.lot, c.serial))
    .reduce((sum, claim) => sum + claim.qty, 0)
  const claims = line.claims.filter(claim => !isAt(claim, c.from, c.lot, c.serial))
  const missing = Math.max(0, row.onHand - (row.reserved - mine))
  const shelf = claims.some(claim => !['tote', 'carton', 'cart'].includes(view.location(claim.location)?.kind ?? ''))
  const after: Line = {
    ...line,
    claims,
    state: line.state !== 'open' ? line.state : shelf ? 'open' : 'short',
    reason: c.reason,
  }
  const variance = derivedId('variance', view.warehouse, stockKeyText(stockKey))
  // UNREACHABLE and DAMAGED say nothing about the number; one pending variance per row, so the new one replaces the old hold.
  const held = c.reason === 'UNREACHABLE' ? Math.max(0, row.onHand - (row.reserved - mine)) : missing
  return {
    ...NOTHING,
    lines: [after],
    ...progress(view, task, [after]),
    holds: held === row.held ? [] : [{ owner: variance, key: stockKey, qty: held - row.held }],
    exceptions: [
      exception(key, 'short_pick', stockKeyText(stockKey), {
        ...stockKey,
        reason: c.reason,
        missing,
        line: c.line,
        document: c.document,
        variance,
      }),
    ],
  }
}

const bound = (view: View, c: CommandOf<'tote.bind'>, key: CommandKey): Effects => {
  const task = view.task(c.task)
  if (task === undefined) return NOTHING
  const tote: Location | undefined =
    c.tote === null
      ? {
          id: derivedId('location', view.warehouse, 'tote', c.label),
          kind: 'tote',
          code: c.label,
          zone: null,
          sequence: 0,
          parent: null,
          active: true,
        }
      : view.location(c.tote)
  if (tote === undefined) return NOTHING
  const other = [...view.tasks()].find(
    t => t.id !== task.id && t.tote === tote.id && t.state !== 'cancelled' && t.state !== 'done',
  )
  return {
    ...NOTHING,
    locations: c.tote === null && view.location(tote.id) === undefined ? [tote] : [],
    tasks: task.state === 'done' || task.state === 'cancelled' ? [] : [{ ...task, state: 'started', tote: tote.id }],
    exceptions:
      other === undefined
        ? []
        : [exception(key, 'tote_conflict', tote.id, { tasks: [task.id, other.id], tote: tote.code })],
  }
}
