import type { Line, Lot, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import type { ExceptionDraft } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import type { Moved } from './pick-claims.ts'
import { rivalOf } from './pick-tote.ts'
import type { CommandTimes } from './process.ts'
import { todayAt } from './shelf-life.ts'

type Picked = { line: Line; task: Task; moved: Moved; swapped: readonly Line[]; isCancelled: boolean }

/** What contradicts the order, the lease, the tote or the state of the goods: each rejection at the shelf has its twin here. */
export const pickExceptions = (
  view: View,
  c: CommandOf<'pick'>,
  key: CommandKey,
  times: CommandTimes,
  at: Picked,
): ExceptionDraft[] => {
  const found: ExceptionDraft[] = []
  const add = (kind: ExceptionKind, subject: string, body: Record<string, unknown> = {}): void =>
    void found.push(contradiction(key, kind, subject, { item: c.item, qty: c.qty, line: c.line, ...body }))
  ofWork(view, c, key, at, add)
  const stockKey = keyOf({ ...c, ...c.from })
  const row = view.stock(stockKey)
  const lot = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  const tookHeld = row.held > 0 && c.qty - at.moved.exact > row.onHand - row.reserved - row.held
  if (lot?.blocked === true || isExpired(lot, todayAt(view, times.at)) || c.from.status !== 'available' || tookHeld)
    add('not_available', stockKeyText(stockKey))
  ofLots(view, c, at, add)
  return found
}

type Add = (kind: ExceptionKind, subject: string, body?: Record<string, unknown>) => void

const ofWork = (view: View, c: CommandOf<'pick'>, key: CommandKey, at: Picked, add: Add): void => {
  const { line, task } = at
  const done = line.done + c.qty
  if (at.isCancelled) add('order_cancelled', c.document, { document: c.document })
  else if (line.done >= line.wanted) add('picked_twice', c.line, { picked: done, wanted: line.wanted })
  else if (done > line.wanted) add('over_pick', c.line, { picked: done, wanted: line.wanted })
  if (task.lease !== null && task.lease.device !== key.device) add('lease_lost', c.task, { holder: task.lease.device })
  const rival = view.location(c.to.location)?.kind === 'tote' ? rivalOf(view, c.to.location, task) : undefined
  // Binding it has said so already, where this order's own binding came later.
  if (rival !== undefined && task.tote !== c.to.location)
    add('tote_conflict', c.to.location, { tasks: [task.id, rival.id] })
}

/** Another lot against the policy, or one that somebody had begun to pick. */
const ofLots = (view: View, c: CommandOf<'pick'>, { moved, swapped }: Picked, add: Add): void => {
  const late = swapped.find(line => line.done > 0)
  if (late !== undefined) add('lot_swapped_late', late.id, { other: late.id, document: late.document })
  const instead = moved.swapped.find(claim => claim.lot !== c.lot)
  if (instead === undefined) return
  const { fefo } = policyFor(view.policies, c.client).pick
  const expiryOf = (lot: string): string => view.lot(c.client, c.item, lot)?.expiry ?? '9999'
  if (fefo === 'force') add('wrong_lot', c.line, { picked: c.lot, reserved: instead.lot, reason: c.reason ?? null })
  if (fefo === 'warn' && expiryOf(c.lot) > expiryOf(instead.lot))
    add('fefo_broken', c.line, { picked: c.lot, reserved: instead.lot, reason: c.reason ?? null })
}

const isExpired = (lot: Lot | undefined, today: string): boolean =>
  lot !== undefined && lot.expiry !== null && lot.expiry < today
