import type { Document, Line, Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { ExceptionKind } from '../exception.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { dayOf } from '../time.ts'
import type { CommandTimes } from './process.ts'
import { limitOf } from './receive-limit.ts'

/** What receiving books. Nothing is refused: whatever contradicts the delivery becomes an exception beside the booking. */
export const decideReceive = (view: View, command: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (command.type) {
    case 'receive':
      return received(view, command, key, times)
    case 'close':
      return closed(view, command)
    case 'unmatched':
      return {
        ...NOTHING,
        exceptions: [
          exception(key, 'unknown_code', command.scan.slice(0, 200), {
            scan: command.scan.slice(0, 200),
            document: command.document,
          }),
        ],
      }
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

const received = (view: View, c: CommandOf<'receive'>, key: CommandKey, times: CommandTimes): Effects => {
  const before = view.document(c.document)
  const document = before ?? blindDocument(c)
  const task = view.taskOf(c.document) ?? taskOf(c)
  const { line, isNew } = lineFor(view, c, key)
  const done = line.done + c.qty
  const after: Line = { ...line, done, state: line.wanted > 0 && done >= line.wanted ? 'done' : 'open' }
  const over = document.state === 'closed' || document.state === 'cancelled'
  const known = c.lot === '' ? undefined : view.lot(c.client, c.item, c.lot)
  return {
    ...NOTHING,
    movements: [
      {
        client: c.client,
        item: c.item,
        lot: c.lot,
        serial: c.serial,
        from: looseAt(virtualLocation(view.warehouse, 'supplier')),
        to: c.to,
        qty: c.qty,
        ...times,
      },
    ],
    documents: over ? [] : [{ ...document, state: 'started' }],
    tasks: over || task.state === 'done' ? [] : [{ ...task, state: 'started' }],
    lines: [after],
    lots:
      c.lot === '' || known !== undefined
        ? []
        : [{ client: c.client, item: c.item, lot: c.lot, expiry: c.expiry, firstReceivedAt: times.at, blocked: false }],
    exceptions: exceptionsOf(view, c, key, times, { document, line, isNew, over, knownExpiry: known?.expiry ?? null }),
    // Goods on a closed receipt go to the ERP as a supplement, never as a second full message.
    messages: document.state === 'closed' ? [{ type: 'receipt', document: document.id, final: false }] : [],
  }
}

const exceptionsOf = (
  view: View,
  c: CommandOf<'receive'>,
  key: CommandKey,
  times: CommandTimes,
  at: { document: Document; line: Line; isNew: boolean; over: boolean; knownExpiry: string | null },
): ExceptionDraft[] => {
  const item = view.item(c.item)
  if (item === undefined) return []
  const found: ExceptionDraft[] = []
  const { limit, received: had } = limitOf(view, c.document, item)
  const add = (kind: ExceptionKind, subject: string, body: Record<string, unknown>): void =>
    void found.push(exception(key, kind, subject, { item: c.item, qty: c.qty, ...body }))
  if (at.over) add('late_line', c.document, { document: c.document, state: at.document.state })
  if (at.document.client !== c.client) add('other_client', c.document, { client: c.client })
  if (at.isNew && !at.document.blind) add('unexpected_item', at.line.id, { line: at.line.id })
  if (!at.isNew && had + c.qty > limit) add('over_receipt', at.line.id, { received: had + c.qty, limit })
  if (at.knownExpiry !== null && c.expiry !== null && at.knownExpiry !== c.expiry)
    add('lot_date', `${c.item}/${c.lot}`, { known: at.knownExpiry, came: c.expiry })
  const days = policyFor(view.policies, c.client).shelf.acceptDays
  if (days !== null && c.expiry !== null && c.expiry < dayOf(times.at, days))
    add('short_life', `${c.item}/${c.lot}`, { expiry: c.expiry })
  return found
}

const blindDocument = (c: CommandOf<'receive'>): Document => ({
  id: c.document,
  kind: 'receipt',
  client: c.client,
  number: `B-${c.document.slice(0, 8).toUpperCase()}`,
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

/** The open line of the item with room, else the last one of it, else a new one that the delivery did not name. */
const lineFor = (view: View, c: CommandOf<'receive'>, key: CommandKey): { line: Line; isNew: boolean } => {
  const all = view.linesOf(c.document)
  const lines = all.filter(line => line.item === c.item && line.client === c.client && line.state !== 'cancelled')
  const line = lines.find(l => l.done < l.wanted) ?? lines.at(-1)
  if (line !== undefined) return { line, isNew: line.source === null }
  return {
    line: {
      id: derivedId('line', key.device, key.epoch, key.seq),
      document: c.document,
      client: c.client,
      item: c.item,
      source: null,
      no: all.length + 1,
      wanted: 0,
      done: 0,
      state: 'open',
      claims: [],
      reason: 'UNEXPECTED',
    },
    isNew: true,
  }
}

const closed = (view: View, c: CommandOf<'close'>): Effects => {
  const document = view.document(c.document)
  const task = view.taskOf(c.document)
  if (document === undefined || document.kind !== 'receipt' || document.state === 'closed') return NOTHING
  return {
    ...NOTHING,
    documents: document.state === 'cancelled' ? [] : [{ ...document, state: 'closed' }],
    tasks: task === undefined ? [] : [{ ...task, state: 'done', lease: null }],
    messages: [{ type: 'receipt', document: document.id, final: true }],
  }
}
