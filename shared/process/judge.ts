import type { QuarantineReason } from '../exception.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import { claimChanges, virtualLocation } from '../ledger/world.ts'
import type { View, World } from '../ledger/world.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import type { Outcome } from '../sync/wire.ts'
import { contradiction } from './contradiction.ts'
import { processOf } from './index.ts'
import { isMobile } from './pick-lines.ts'
import type { CommandTimes } from './process.ts'
import { isVirtual } from './virtual.ts'

export type Judgement = { outcome: Outcome; reason: QuarantineReason | null; effects: Effects }

/**
 * What one command does to the world: the one function that handheld (overlay) and server (truth) both call. It changes
 * nothing itself. Roles, signatures and numbers are the server's affair and have been checked before.
 */
export const judge = (world: World, command: Command, key: CommandKey, times: CommandTimes): Judgement => {
  const process = processOf(command.type)
  if (process === undefined) return { outcome: 'quarantined', reason: 'unknown_type', effects: NOTHING }
  const unknown = unknownReference(world, command)
  if (unknown !== null) {
    const effects = unknown === 'target' ? toUnknown(world, command, times) : NOTHING
    return { outcome: 'quarantined', reason: 'unknown_reference', effects: checked(world, effects, key) }
  }
  const effects = checked(world, process.decide(world, command, key, times), key)
  return { outcome: effects.exceptions.length > 0 ? 'exception' : 'applied', reason: null, effects }
}

/**
 * 'target': goods have left a known place, only where they went or for whom is not known; they can at least be booked as
 * gone. 'other': not even that can be read.
 */
const unknownReference = (view: View, command: Command): 'target' | 'other' | null => {
  if ('item' in command && view.item(command.item)?.client !== command.client) return 'other'
  if ('from' in command && view.location(command.from.location) === undefined) return 'other'
  switch (command.type) {
    case 'receive': {
      const document = view.document(command.document)
      const isKnown = document === undefined ? command.blind : document.kind === 'receipt'
      return isKnown && view.location(command.to.location) !== undefined ? null : 'other'
    }
    case 'pick':
      return isWork(view, command) && view.location(command.to.location) !== undefined ? null : 'target'
    case 'short':
      return isWork(view, command) ? null : 'other'
    case 'tote.bind': {
      const isTote = command.tote === null || isMobile(view, command.tote)
      return isTote && view.task(command.task)?.document === command.document ? null : 'other'
    }
    case 'close':
      return view.document(command.document) === undefined ? 'other' : null
    case 'unmatched':
      return null
  }
}

/** Task, document and line belong together, and the line wants this item of this client. */
const isWork = (view: View, c: CommandOf<'pick' | 'short'>): boolean => {
  const line = view.line(c.line)
  return (
    view.document(c.document) !== undefined &&
    view.task(c.task)?.document === c.document &&
    line?.document === c.document &&
    line.item === c.item &&
    line.client === c.client
  )
}

const toUnknown = (view: View, command: Command, times: CommandTimes): Effects => {
  if (command.type !== 'pick') return NOTHING
  const { client, item, lot, serial, from, qty } = command
  const to = { location: virtualLocation(view.warehouse, 'unknown'), lpn: NO_LPN, status: 'available' as const }
  return { ...NOTHING, movements: [{ client, item, lot, serial, from, to, qty, ...times }] }
}

const checked = (view: View, effects: Effects, key: CommandKey): Effects => ({
  ...effects,
  exceptions: [...effects.exceptions, ...brokenBooks(view, effects, key)],
})

/** Real rows that this command takes below zero, or below what orders have reserved on them. */
const brokenBooks = (view: View, effects: Effects, key: CommandKey): ExceptionDraft[] => {
  const rows = new Map<string, { stockKey: StockKey; onHand: number; reserved: number }>()
  const add = (stockKey: StockKey, onHand: number, reserved: number): void => {
    const text = stockKeyText(stockKey)
    const row = rows.get(text) ?? { stockKey, onHand: 0, reserved: 0 }
    rows.set(text, { stockKey, onHand: row.onHand + onHand, reserved: row.reserved + reserved })
  }
  for (const m of effects.movements) {
    add(keyOf({ ...m, ...m.from }), -m.qty, 0)
    add(keyOf({ ...m, ...m.to }), m.qty, 0)
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
