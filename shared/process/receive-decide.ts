import type { Document, Line, Lot, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import { derivedId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { dayOf } from '../time.ts'
import { contradiction } from './contradiction.ts'
import { photosIn } from './photo.ts'
import type { CommandTimes } from './process.ts'
import { putawayTask } from './putaway-task.ts'
import { limitOf } from './receive-limit.ts'
import { blindNumber } from './receive-state.ts'
import { isVirtual } from './virtual.ts'

/** What receiving books. Nothing is refused: whatever contradicts the delivery becomes an exception beside the booking. */
export const decideReceive = (view: View, command: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (command.type) {
    case 'receive':
      return received(view, command, key, times)
    case 'close':
      return closed(view, command)
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
  const lines = linesFor(view, c, key)
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
    exceptions: exceptionsOf(view, c, key, times, { document, lines, isOver }),
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

const exceptionsOf = (
  view: View,
  c: CommandOf<'receive'>,
  key: CommandKey,
  times: CommandTimes,
  at: { document: Document; lines: readonly Line[]; isOver: boolean },
): ExceptionDraft[] => {
  const item = view.item(c.item)
  const [line] = at.lines
  if (item === undefined || line === undefined) return []
  const found: ExceptionDraft[] = []
  const add = (kind: ExceptionKind, subject: string, body: Record<string, unknown>): void =>
    void found.push(contradiction(key, kind, subject, { item: c.item, qty: c.qty, document: c.document, ...body }))
  if (at.isOver) add('late_line', c.document, { state: at.document.state })
  if (at.document.client !== c.client) add('other_client', c.document, { client: c.client })
  if (line.source === null && !at.document.blind) add('unexpected_item', line.id, { line: line.id })
  const { limit, received } = limitOf(view, c.document, item)
  if (received + c.qty > limit) add('over_receipt', line.id, { received: received + c.qty, limit })
  const known = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  if (known !== undefined && known.expiry !== null && c.expiry !== null && known.expiry !== c.expiry)
    add('lot_date', `${c.item}/${c.lot}`, { known: known.expiry, came: c.expiry })
  // Expired goods are short of life whatever the client accepts.
  const days = policyFor(view.policies, c.client).shelf.acceptDays ?? 0
  if (c.expiry !== null && c.expiry < dayOf(times.at, days))
    add('short_life', `${c.item}/${c.lot}`, { expiry: c.expiry, days })
  const twice = c.serial === '' ? undefined : elsewhere(view, c)
  if (twice !== undefined) add('serial_twice', `${c.item}/${c.serial}`, { serial: c.serial, place: twice })
  return found
}

const elsewhere = (view: View, c: CommandOf<'receive'>): string | undefined =>
  view
    .stockOf(c.client, c.item)
    .find(row => row.serial === c.serial && row.onHand > 0 && !isVirtual(view.location(row.location)))?.location

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

/** Fills the open lines of the item in their order; what is over stays with the last one. No line = a new, unexpected one. */
const linesFor = (view: View, c: CommandOf<'receive'>, key: CommandKey): Line[] => {
  const all = view.linesOf(c.document)
  const own = all.filter(line => line.item === c.item && line.client === c.client && line.state !== 'cancelled')
  const open = own.filter(line => line.done < line.wanted)
  const last = open.at(-1) ?? own.at(-1)
  if (last === undefined) return [unexpected(c, key, all.length + 1)]
  const changed: Line[] = []
  let rest = c.qty
  for (const line of open) {
    const n = line.id === last.id ? rest : Math.min(rest, line.wanted - line.done)
    if (n > 0) changed.push(grown(line, n))
    rest -= n
  }
  return open.length === 0 ? [grown(last, rest)] : changed
}

const grown = (line: Line, n: number): Line => {
  const done = line.done + n
  return { ...line, done, state: line.wanted > 0 && done >= line.wanted ? 'done' : line.state }
}

const unexpected = (c: CommandOf<'receive'>, key: CommandKey, no: number): Line => ({
  id: derivedId('line', key.device, key.epoch, key.seq),
  document: c.document,
  client: c.client,
  item: c.item,
  source: null,
  no,
  wanted: 0,
  done: c.qty,
  state: 'open',
  claims: [],
  reason: 'UNEXPECTED',
})

const closed = (view: View, c: CommandOf<'close'>): Effects => {
  const document = c.document === null ? undefined : view.document(c.document)
  const task = document === undefined ? undefined : view.taskOf(document.id)
  if (document === undefined || document.kind !== 'receipt' || document.state === 'closed') return NOTHING
  return {
    ...NOTHING,
    documents: document.state === 'cancelled' ? [] : [{ ...document, state: 'closed' }],
    tasks: task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'done', lease: null }],
    messages: [{ type: 'receipt', document: document.id, final: true }],
  }
}
