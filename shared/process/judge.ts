import type { QuarantineReason } from '../exception.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyAt, keyOf, stockKeyText } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import { claimChanges, virtualLocation } from '../ledger/world.ts'
import type { View, World } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import type { Outcome } from '../sync/wire.ts'
import { contradiction } from './contradiction.ts'
import { processOf } from './index.ts'
import type { CommandTimes, Process } from './process.ts'
import { isVirtual } from './virtual.ts'

export type Judgement = { outcome: Outcome; reason: QuarantineReason | null; effects: Effects }
export type Judge = (world: World, command: Command, key: CommandKey, times: CommandTimes) => Judgement

/**
 * What one command does to the world: the one function that handheld (overlay) and server (truth) both call. It changes
 * nothing itself. Roles, signatures and numbers are the server's affair and have been checked before.
 */
export const judge: Judge = (world, command, key, times) => {
  const process = processOf(command)
  if (process === undefined) return { outcome: 'quarantined', reason: 'unknown_type', effects: NOTHING }
  const unknown = unknownReference(process, world, command)
  if (unknown !== null) {
    const effects = unknown === 'target' ? toUnknown(world, command, times) : NOTHING
    return { outcome: 'quarantined', reason: 'unknown_reference', effects: checked(world, effects, key) }
  }
  const effects = checked(world, decided(process, world, command, key, times), key)
  return { outcome: effects.exceptions.length > 0 ? 'exception' : 'applied', reason: null, effects }
}

const decided = (process: Process, view: View, command: Command, key: CommandKey, times: CommandTimes): Effects =>
  command.type === 'undo'
    ? takenBack(process, view, command, key, times)
    : command.type === 'note'
      ? called(command, key)
      : command.type === 'unmatched' && !process.commands.includes('unmatched')
        ? parked(command, key)
        : process.decide(view, command, key, times)

const SUBJECT_MAX = 200

/** Somebody wants a supervisor at their work: one call for each work, however often it is made. */
const called = (c: CommandOf<'note'>, key: CommandKey): Effects => {
  const { text, task, document, worker, photos = [] } = c
  const body = { text, task, document, photos }
  return { ...NOTHING, exceptions: [contradiction(key, 'help_wanted', task ?? document ?? worker, body)] }
}

/** A code that was met outside of a delivery or a count: nothing is booked, somebody says what it is. */
const parked = (c: CommandOf<'unmatched'>, key: CommandKey): Effects => {
  const scan = c.scan.slice(0, SUBJECT_MAX)
  const body = { scan, client: c.client, place: c.place, photos: c.photos ?? [] }
  return { ...NOTHING, exceptions: [contradiction(key, 'unknown_code', scan, body)] }
}

/**
 * The opposite of an earlier act of the same handheld, once. Goods that have moved on meanwhile are fetched from where they
 * were all the same; the row that goes below zero by it is named by `undo_late` too, so that a person puts it right.
 */
const takenBack = (
  process: Process,
  view: View,
  c: CommandOf<'undo'>,
  key: CommandKey,
  times: CommandTimes,
): Effects => {
  const of: CommandKey = { device: key.device, ...c.of }
  if (view.isUndone(of)) return NOTHING
  const unknown = process.unknown(view, c.act)
  const effects =
    unknown === null
      ? process.undo(view, c.act, { of, key, times })
      : unknown === 'target'
        ? fromUnknown(view, c.act, times)
        : NOTHING
  const late = effects.movements.find(m => {
    const row = view.stock(keyOf({ ...m, ...m.from }))
    return row.onHand < m.qty && !isVirtual(view.location(m.from.location))
  })
  const row = late === undefined ? null : keyOf({ ...late, ...late.from })
  return {
    ...effects,
    undone: [of],
    exceptions: [
      ...effects.exceptions,
      ...(late === undefined || row === null
        ? []
        : [contradiction(key, 'undo_late', stockKeyText(row), { ...row, of: c.of, qty: late.qty })]),
    ],
  }
}

const unknownReference = (process: Process, view: View, command: Command): 'target' | 'other' | null => {
  const act = command.type === 'undo' ? command.act : command
  if ('item' in act && view.item(act.item)?.client !== act.client) return 'other'
  if ('from' in act && view.location(act.from.location) === undefined) return 'other'
  // What was taken back was judged when it happened: its own references are those of that day. A call is heard in any case.
  return command.type === 'undo' || command.type === 'note' ? null : process.unknown(view, command)
}

const toUnknown = (view: View, command: Command | Act, times: CommandTimes): Effects => {
  if (!('from' in command) || !('qty' in command) || !('item' in command)) return NOTHING
  const { client, item, lot, serial, from, qty } = command
  const to = { location: virtualLocation(view.warehouse, 'unknown'), lpn: NO_LPN, status: 'available' as const }
  return { ...NOTHING, movements: [{ client, item, lot, serial, from, to, qty, ...times }] }
}

/** What was booked as gone comes back; what could not be read at all has booked nothing. */
const fromUnknown = (view: View, act: Act, times: CommandTimes): Effects => {
  const { movements } = toUnknown(view, act, times)
  return { ...NOTHING, movements: movements.map(m => ({ ...m, from: m.to, to: m.from })) }
}

const checked = (view: View, effects: Effects, key: CommandKey): Effects => ({
  ...effects,
  exceptions: [...effects.exceptions, ...brokenBooks(view, effects, key)],
})

/** Real rows that this command takes below zero, or below what orders have reserved on them. */
const brokenBooks = (view: View, effects: Effects, key: CommandKey): ExceptionDraft[] => {
  // Goods that only come from the outside take nothing from any row.
  if (effects.movements.every(m => isVirtual(view.location(m.from.location)))) return []
  const rows = new Map<string, { stockKey: StockKey; onHand: number; reserved: number }>()
  const add = (stockKey: StockKey, onHand: number, reserved: number): void => {
    const text = stockKeyText(stockKey)
    const row = rows.get(text) ?? { stockKey, onHand: 0, reserved: 0 }
    rows.set(text, { stockKey, onHand: row.onHand + onHand, reserved: row.reserved + reserved })
  }
  for (const m of effects.movements) {
    add(keyAt(m, m.from), -m.qty, 0)
    add(keyAt(m, m.to), m.qty, 0)
  }
  for (const line of effects.lines)
    for (const change of claimChanges(view.line(line.id), line)) add(change.key, 0, change.qty)
  return [...rows].flatMap(([text, change]) => {
    const { stockKey } = change
    if (change.onHand >= 0 || isVirtual(view.location(stockKey.location))) return []
    const before = view.stock(stockKey)
    const onHand = before.onHand + change.onHand
    const reserved = before.reserved + change.reserved
    const kind = onHand < 0 ? 'negative_stock' : reserved > onHand ? 'reservation_broken' : null
    if (kind === null) return []
    const named = contradiction(key, kind, text, { ...stockKey, onHand, reserved })
    // One command may empty several rows: each has an exception of its own.
    return [{ ...named, id: derivedId('exception', key.device, key.epoch, key.seq, kind, text) }]
  })
}
