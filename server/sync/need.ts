import type { Act } from '../../shared/sync/act.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import { NO_LPN } from '../../shared/ids.ts'
import type { LocationId, WarehouseId } from '../../shared/ids.ts'
import type { Command } from '../../shared/sync/command.ts'
import { keyOf } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { putawayTaskId } from '../../shared/process/putaway-task.ts'
import type { Need } from './ports.ts'

/** What must be loaded to judge these commands. Each id once. */
export const needOf = (warehouse: WarehouseId, commands: readonly Command[]): Need => {
  const items = new Set<Need['items'][number]>()
  const locations = new Set<Need['locations'][number]>(VIRTUAL_KINDS.map(kind => virtualLocation(warehouse, kind)))
  const documents = new Set<Need['documents'][number]>()
  const tasks = new Set<Need['tasks'][number]>()
  const lines = new Set<Need['lines'][number]>()
  const serials = new Set<string>()
  const lots = new Map<string, Need['lots'][number]>()
  const lpns = new Set<Need['lpns'][number]>()
  const undone: Need['undone'][number][] = []
  const pallet = (id: Need['lpns'][number]): void => {
    if (id !== NO_LPN) lpns.add(id)
  }
  const read = (command: Act | Command): void => {
    if (command.type === 'undo') {
      undone.push({ device: command.device, ...command.of })
      return read(command.act)
    }
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
    for (const place of placesOf(command)) locations.add(place)
    for (const row of waitingRows(command)) tasks.add(putawayTaskId(row))
    if ('from' in command) pallet(command.from.lpn)
    if ('to' in command) pallet(command.to.lpn)
    if ('lpn' in command) pallet(command.lpn)
    if (command.type === 'count.observed') pallet(command.place.lpn)
    if ('order' in command && command.order) documents.add(command.order)
    if (command.type === 'count.request' && command.only) items.add(command.only)
    if ('document' in command && command.document) documents.add(command.document)
    if ('task' in command && command.task) tasks.add(command.task)
    if ('line' in command && command.line) lines.add(command.line)
  }
  for (const command of commands) read(command)
  const acts = commands.map(command => (command.type === 'undo' ? command.act : command))
  return {
    items: [...items],
    locations: [...locations],
    documents: [...documents],
    tasks: [...tasks],
    lines: [...lines],
    lots: [...lots.values()],
    serials: [...serials],
    lpns: [...lpns],
    undone,
    everywhere: commands.some(needsOtherStock),
    batches: acts.some(act => act.type === 'short'),
    contents: acts.flatMap(act => (act.type === 'short' ? [act.from.location] : [])),
    takes: acts.some(takesGoods),
  }
}

/** What must be loaded to judge them in one transaction, one after the other. */
export const needOfAll = (needs: readonly Need[]): Need => {
  const all = <T>(of: (need: Need) => readonly T[]): T[] => [...new Set(needs.flatMap(need => of(need)))]
  const lots = new Map(needs.flatMap(need => need.lots.map(lot => [`${lot.client}|${lot.item}|${lot.lot}`, lot])))
  return {
    items: all(need => need.items),
    locations: all(need => need.locations),
    documents: all(need => need.documents),
    tasks: all(need => need.tasks),
    lines: all(need => need.lines),
    lots: [...lots.values()],
    serials: all(need => need.serials),
    lpns: all(need => need.lpns),
    undone: needs.flatMap(need => need.undone),
    everywhere: needs.some(need => need.everywhere),
    batches: needs.some(need => need.batches),
    contents: all(need => need.contents),
    takes: needs.some(need => need.takes),
  }
}

/** A short, a pallet that is put away while orders have reserved it, and goods that an order lacks again look for other stock. */
export const needsOtherStock = (command: Command): boolean =>
  command.type === 'short' ||
  (command.type === 'lpn.move' && command.process === 'putaway') ||
  (command.type === 'move' && command.process === 'putback')

const takesGoods = (command: Act | Command): boolean =>
  'from' in command ||
  'fromPlace' in command ||
  command.type === 'count.observed' ||
  command.type === 'count.request' ||
  command.type === 'ship' ||
  command.type === 'tote.bind'

/** Goods that come to the dock open their put-away task, goods that leave it end it. */
const waitingRows = (command: Act | Command): readonly StockKey[] => {
  if (command.type === 'receive' || command.type === 'return') return [keyOf({ ...command, ...command.to })]
  // A label that gathers loose goods at the dock makes the task of the pallet.
  if (command.type === 'move' && command.process === 'receive')
    return [keyOf({ ...command, ...command.from }), keyOf({ ...command, ...command.to })]
  // Broken goods at the dock wait by themselves.
  if (command.type === 'short' && command.process === 'putaway') {
    const { from } = command
    return [keyOf({ ...command, ...from }), keyOf({ ...command, ...from, lpn: NO_LPN, status: 'damaged' })]
  }
  if (command.type === 'putaway' || command.type === 'move') return [keyOf({ ...command, ...command.from })]
  // The task of a pallet is named by the pallet alone.
  return command.type === 'lpn.move' ? [{ lpn: command.lpn } as StockKey] : []
}

const placesOf = (command: Act | Command): readonly LocationId[] => [
  ...('from' in command ? [command.from.location] : []),
  ...('to' in command ? [command.to.location] : []),
  ...('fromPlace' in command ? [command.fromPlace, command.toPlace] : []),
  ...('tote' in command && command.tote !== null ? [command.tote] : []),
  ...('carton' in command ? [command.carton] : []),
  ...('cartons' in command ? command.cartons : []),
  ...('door' in command && command.door !== null ? [command.door] : []),
  ...('parent' in command && command.parent !== null ? [command.parent] : []),
  ...('mobile' in command ? [command.mobile] : []),
  ...('place' in command && command.place !== null
    ? [typeof command.place === 'string' ? command.place : command.place.location]
    : []),
]
