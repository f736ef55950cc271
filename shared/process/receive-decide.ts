import type { Document, Lot, Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { contradiction } from './contradiction.ts'
import { newPallet } from './lpn.ts'
import { movedLoose } from './move-decide.ts'
import { photosIn } from './photo.ts'
import type { CommandTimes } from './process.ts'
import { putawayTask } from './putaway-task.ts'
import { contradictionsOf, gatheredOtherwise, missingOnPallets } from './receive-contradictions.ts'
import { countedOnto, filled, refusedOn } from './receive-lines.ts'
import { blindNumber } from './receive-state.ts'

/** What receiving books. Nothing is refused: whatever contradicts the delivery becomes an exception beside the booking. */
export const decideReceive = (view: View, command: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (command.type) {
    case 'receive':
      return received(view, command, key, times)
    case 'reject':
      return rejected(view, command, key)
    case 'move':
      return gathered(view, command, key, times)
    case 'close':
      return closed(view, command, key)
    case 'unmatched':
      return { ...NOTHING, exceptions: [unknownCode(command, key)] }
    default:
      return NOTHING
  }
}

const SUBJECT_MAX = 200

const unknownCode = (c: CommandOf<'unmatched'>, key: CommandKey): ExceptionDraft => {
  const scan = c.scan.slice(0, SUBJECT_MAX)
  return contradiction(key, 'unknown_code', scan, {
    scan,
    client: c.client,
    document: c.document,
    ...photosIn(c.photos),
  })
}

const received = (view: View, c: CommandOf<'receive'>, key: CommandKey, times: CommandTimes): Effects => {
  const document = view.document(c.document) ?? blindDocument(c)
  const task = view.taskOf(c.document) ?? taskOf(c)
  const lines = filled(view, c, key)
  const isOver = document.state === 'closed' || document.state === 'cancelled'
  const { client, item, lot, serial, to, qty } = c
  const from = looseAt(virtualLocation(view.warehouse, 'supplier'))
  const toPutAway = putawayTask(view, keyOf({ ...c, ...to }))
  return {
    ...NOTHING,
    movements: [{ client, item, lot, serial, from, to, qty, ...times }],
    documents: isOver ? [] : [{ ...document, state: 'started' }],
    tasks: [
      ...(isOver || task.state === 'done' ? [] : [{ ...task, state: 'started' as const }]),
      ...(toPutAway === null ? [] : [toPutAway]),
    ],
    lines,
    lots: lotsFor(view, c, times),
    lpns: newPallet(view, c.client, to.lpn, c.label),
    exceptions: contradictionsOf(view, c, key, times, { document, lines, isOver }),
    // Goods on a closed receipt go to the ERP as a supplement, never as a second full message.
    messages: document.state === 'closed' ? [{ type: 'receipt', document: document.id, final: false }] : [],
  }
}

/** The first receipt of a lot makes it; one that came without a date gets the first date that is read. */
export const lotsFor = (
  view: View,
  c: Pick<CommandOf<'receive'>, 'client' | 'item' | 'lot' | 'expiry'>,
  times: CommandTimes,
): Lot[] => {
  if (c.lot === '') return []
  const { client, item, lot, expiry } = c
  const known = view.lot(client, item, lot)
  if (known === undefined) return [{ client, item, lot, expiry, firstReceivedAt: times.at, blocked: false }]
  return known.expiry === null && expiry !== null ? [{ ...known, expiry }] : []
}

const blindDocument = (c: CommandOf<'receive'>): Document => ({
  id: c.document,
  kind: 'receipt',
  client: c.client,
  number: blindNumber(c.document),
  partner: '',
  state: 'started',
  due: null,
  priority: 0,
  blind: true,
})
const taskOf = (c: CommandOf<'receive'>): Task => ({
  id: derivedId('task', 'receive', c.document),
  kind: 'receive',
  client: c.client,
  document: c.document,
  state: 'started',
  lease: null,
  tote: null,
})

/** Refused at the dock: written on the line, nothing moves and nothing is told to the ERP. */
const rejected = (view: View, c: CommandOf<'reject'>, key: CommandKey): Effects => {
  const document = view.document(c.document)
  const isOpen = document?.state === 'open' || document?.state === 'started'
  return {
    ...NOTHING,
    documents: document !== undefined && isOpen ? [{ ...document, state: 'started' }] : [],
    lines: refusedOn(view, c, key),
  }
}

/** Goods that were received loose go onto the pallet whose label came after them; the pallet is put away as one. */
const gathered = (view: View, c: CommandOf<'move'>, key: CommandKey, times: CommandTimes): Effects => {
  const moved = movedLoose(view, c, key, times)
  const toPutAway = putawayTask(view, keyOf({ ...c, ...c.to }))
  const known = c.document === undefined ? [] : view.linesOf(c.document)
  const lines = countedOnto(known, c, c.to.lpn)
  return {
    ...moved,
    lines: [...moved.lines, ...lines],
    tasks: [...moved.tasks, ...(toPutAway === null ? [] : [toPutAway])],
    exceptions: [...moved.exceptions, ...gatheredOtherwise(view, c, lines, key)],
  }
}

const closed = (view: View, c: CommandOf<'close'>, key: CommandKey): Effects => {
  const document = c.document === null ? undefined : view.document(c.document)
  const task = document === undefined ? undefined : view.taskOf(document.id)
  if (document === undefined || document.kind !== 'receipt' || document.state === 'closed') return NOTHING
  return {
    ...NOTHING,
    documents: document.state === 'cancelled' ? [] : [{ ...document, state: 'closed' }],
    tasks: task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'done', lease: null }],
    exceptions: missingOnPallets(view, document, key),
    messages: [{ type: 'receipt', document: document.id, final: document.reopened !== true }],
  }
}
