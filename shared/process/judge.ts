import type { QuarantineReason } from '../exception.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import { virtualLocation } from '../ledger/world.ts'
import type { View, World } from '../ledger/world.ts'
import type { Command, CommandKey } from '../sync/command.ts'
import type { Outcome } from '../sync/wire.ts'
import { processOf } from './index.ts'
import type { CommandTimes } from './process.ts'

export type Judgement = { outcome: Outcome; reason: QuarantineReason | null; effects: Effects }

const VIRTUAL = new Set(['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'])

/**
 * What one command does to the world: the one function that handheld (overlay) and server (truth) both call. It changes
 * nothing itself. Roles, signatures and numbers are the server's affair and have been checked before.
 */
export const judge = (world: World, command: Command, key: CommandKey, times: CommandTimes): Judgement => {
  const process = processOf(command.type)
  if (process === undefined) return { outcome: 'quarantined', reason: 'unknown_type', effects: NOTHING }
  const unknown = unknownReference(world, command)
  if (unknown !== null)
    return {
      outcome: 'quarantined',
      reason: 'unknown_reference',
      effects: unknown === 'target' ? toUnknown(world, command, times) : NOTHING,
    }
  const decided = process.decide(world, command, key, times)
  const effects = { ...decided, exceptions: [...decided.exceptions, ...brokenBooks(world, decided, key)] }
  return { outcome: effects.exceptions.length > 0 ? 'exception' : 'applied', reason: null, effects }
}

/** 'target': only where the goods went is unknown, so that they can at least be booked as gone from where they were. */
const unknownReference = (view: View, command: Command): 'target' | 'other' | null => {
  if ('item' in command && view.item(command.item) === undefined) return 'other'
  if ('item' in command && view.item(command.item)?.client !== command.client) return 'other'
  if ('from' in command && view.location(command.from.location) === undefined) return 'other'
  if (command.type === 'pick' || command.type === 'short') {
    if (view.line(command.line) === undefined || view.task(command.task) === undefined) return 'other'
  }
  if (
    command.type === 'tote.bind' &&
    (view.task(command.task) === undefined || (command.tote !== null && view.location(command.tote) === undefined))
  )
    return 'other'
  if (command.type === 'close' && view.document(command.document) === undefined) return 'other'
  if (command.type === 'receive' && !command.blind && view.document(command.document) === undefined) return 'other'
  return 'to' in command && view.location(command.to.location) === undefined ? 'target' : null
}

const toUnknown = (view: View, command: Command, times: CommandTimes): Effects => {
  if (command.type !== 'pick') return NOTHING
  const goods = { client: command.client, item: command.item, lot: command.lot, serial: command.serial }
  const to = { location: virtualLocation(view.warehouse, 'unknown'), lpn: NO_LPN, status: 'available' as const }
  return { ...NOTHING, movements: [{ ...goods, from: command.from, to, qty: command.qty, ...times }] }
}

/** Rows that this command takes below zero, or below what other lines have reserved on them. */
const brokenBooks = (world: View, effects: Effects, key: CommandKey): ExceptionDraft[] => {
  const touched = new Map<string, number>()
  const keys = new Map(
    effects.movements
      .flatMap(m => [m.from, m.to].map(at => ({ ...keyOf({ ...m, ...at }) })))
      .map(stockKey => [stockKeyText(stockKey), stockKey]),
  )
  for (const m of effects.movements) {
    const from = stockKeyText({ ...m, ...m.from })
    const to = stockKeyText({ ...m, ...m.to })
    touched.set(from, (touched.get(from) ?? 0) - m.qty)
    touched.set(to, (touched.get(to) ?? 0) + m.qty)
  }
  return [...touched].flatMap(([text, change]) => {
    const stockKey = keys.get(text)
    if (stockKey === undefined || change >= 0 || VIRTUAL.has(world.location(stockKey.location)?.kind ?? '')) return []
    const after = world.stock(stockKey).onHand + change
    return after < 0
      ? [
          {
            id: derivedId('exception', key.device, key.epoch, key.seq, 'negative', text),
            kind: 'negative_stock' as const,
            subject: text,
            body: { ...stockKey, onHand: after },
          },
        ]
      : []
  })
}
