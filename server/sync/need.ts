import { virtualLocation } from '../../shared/ledger/world.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import type { Command } from '../../shared/sync/command.ts'
import type { Need } from './ports.ts'

const VIRTUAL = ['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'] as const

/** What must be loaded to judge these commands. Each id once. */
export const needOf = (warehouse: WarehouseId, commands: readonly Command[]): Need => {
  const items = new Set<Need['items'][number]>()
  const locations = new Set<Need['locations'][number]>(VIRTUAL.map(kind => virtualLocation(warehouse, kind)))
  const documents = new Set<Need['documents'][number]>()
  const tasks = new Set<Need['tasks'][number]>()
  const lines = new Set<Need['lines'][number]>()
  const serials = new Set<string>()
  const lots = new Map<string, Need['lots'][number]>()
  for (const command of commands) {
    if ('item' in command) {
      items.add(command.item)
      if (command.serial) serials.add(command.serial)
      if (command.lot)
        lots.set(`${command.client}|${command.item}|${command.lot}`, {
          client: command.client,
          item: command.item,
          lot: command.lot,
        })
    }
    if ('from' in command) locations.add(command.from.location)
    if ('to' in command) locations.add(command.to.location)
    if ('tote' in command && command.tote) locations.add(command.tote)
    if ('document' in command && command.document) documents.add(command.document)
    if ('task' in command && command.task) tasks.add(command.task)
    if ('line' in command && command.line) lines.add(command.line)
  }
  return {
    items: [...items],
    locations: [...locations],
    documents: [...documents],
    tasks: [...tasks],
    lines: [...lines],
    lots: [...lots.values()],
    serials: [...serials],
  }
}
