import type { ClientId, DocumentId, LocationId } from '../ids.ts'
import { derivedId, isUuid } from '../ids.ts'
import type { Command, FactType } from '../sync/command.ts'
import { isoOf, msOf } from '../time.ts'

/** What figures need of a command, before anything else is known of it. */
export type Step = {
  type: FactType
  process: string
  client: ClientId | null
  /** Where it was done; its zone is the step's. */
  place: LocationId | null
  at: string
  skewed: boolean
  line: string | null
  count: string | null
  /** The command of the same handheld that it takes back. */
  undoes: { epoch: string; seq: number } | null
  /** What it means for an order. */
  order: { document: DocumentId; event: OrderEvent } | null
}
/** The instants of an order that commands tell of; see orders.ts. */
export type OrderEvent = 'pick' | 'ready' | 'ship'

/** Bodies that say nothing of their process belong to the first that had their type (act.ts). */
const FIRST_PROCESS: Partial<Readonly<Record<FactType, string>>> = {
  'lpn.move': 'move',
  status: 'move',
  scrap: 'move',
  short: 'pick',
  extra: 'pack',
  'count.observed': 'count',
  'count.request': 'pick',
  'tote.bind': 'pick',
  'carton.open': 'pack',
  'carton.close': 'pack',
  full: 'putaway',
  park: 'pick',
  close: 'receive',
  unmatched: 'receive',
  note: 'receive',
  reject: 'receive',
}

/** Null = no command of a handheld (a decision, or bytes that nobody could read). */
export const stepOf = (body: string, receivedAt: string): Step | null => {
  const command = read(body)
  if (command === null) return null
  const act = command.type === 'undo' ? command.act : command
  const process =
    'process' in act && typeof act.process === 'string' ? act.process : (FIRST_PROCESS[act.type] ?? act.type)
  const captured = msOf(command.at) + (command.off ?? 0)
  const latest = msOf(receivedAt)
  return {
    type: command.type,
    process,
    client: command.client ?? null,
    place: placeOf(act),
    at: isoOf(Math.min(captured, latest)),
    skewed: captured > latest,
    line: command.type === 'undo' ? null : lineOf(command, process),
    count: 'count' in command ? (command.count ?? null) : null,
    undoes: command.type === 'undo' ? { epoch: command.of.epoch, seq: command.of.seq } : null,
    order: orderOf(command, process),
  }
}

/** Bodies in the archive were judged when they came; one that was kept unread is told by what it lacks. */
const read = (body: string): Command | null => {
  try {
    const command = JSON.parse(body) as Partial<Command> | null
    const isCommand =
      typeof command === 'object' &&
      command !== null &&
      typeof command.type === 'string' &&
      typeof command.at === 'string' &&
      typeof command.device === 'string' &&
      isUuid(command.device) &&
      !Number.isNaN(msOf(command.at)) &&
      (command.type !== 'undo' || typeof command.act === 'object')
    return isCommand ? (command as Command) : null
  } catch {
    return null
  }
}

type Act = Exclude<Command, { type: 'undo' }> | Extract<Command, { type: 'undo' }>['act']

const placeOf = (act: Act): LocationId | null => {
  if ('from' in act) return act.from.location
  if ('to' in act) return act.to.location
  if ('fromPlace' in act) return act.fromPlace
  if (!('place' in act)) return null
  return typeof act.place === 'string' || act.place === null || act.place === undefined
    ? (act.place ?? null)
    : act.place.location
}

/** A line of work: what the person would call one thing done, however many scans it took. */
const lineOf = (command: Exclude<Command, { type: 'undo' }>, process: string): string | null => {
  const named = (...parts: (string | null)[]): string =>
    derivedId('line of work', process, ...parts.map(part => part ?? ''))
  switch (command.type) {
    case 'receive':
    case 'return':
      return named(command.document, command.item, command.lot)
    case 'pick':
    case 'pack':
      return named(command.line)
    case 'short':
      // A line that is shorted is the one that was picked from.
      return command.line === null ? named(command.from.location, command.item, command.lot) : named(command.line)
    case 'putaway':
      return named(command.task ?? command.from.location, command.item, command.lot)
    case 'move':
      return command.task === null
        ? named(command.device, command.epoch, `${command.seq}`)
        : named(command.task, command.item, command.lot)
    case 'lpn.move':
      return command.task === null ? named(command.device, command.epoch, `${command.seq}`) : named(command.task)
    case 'ship':
      return named(command.document)
    case 'count.observed': {
      const { count, place, item, lot, serial } = command
      return named(count, place.location, place.lpn, place.status, item, lot, serial)
    }
    default:
      return null
  }
}

const orderOf = (command: Command, process: string): Step['order'] => {
  if (command.type === 'pick') return { document: command.document, event: 'pick' }
  if (command.type === 'ship') return { document: command.document, event: 'ship' }
  return command.type === 'close' && process === 'pack' && command.document !== null
    ? { document: command.document, event: 'ready' }
    : null
}
