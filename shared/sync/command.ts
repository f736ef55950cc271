import * as v from 'valibot'
import type { DeviceId, Id, SessionId, WarehouseId, WorkerId } from '../ids.ts'
import type { ClientId } from '../ids.ts'
import { ACTS, undoable } from './act.ts'
import { isoInstant, text, uuid } from './fields.ts'

/** Every fact of the floor that the protocol knows. */
export const FACTS = [
  'receive',
  'unmatched',
  'reject',
  'putaway',
  'pick',
  'short',
  'pack',
  'move',
  'lpn.move',
  'status',
  'ship',
  'scrap',
  'return',
  'extra',
  'count.observed',
  'count.request',
  'tote.bind',
  'carton.open',
  'carton.close',
  'carton.print',
  'full',
  'park',
  'close',
  'note',
  'undo',
] as const
export type FactType = (typeof FACTS)[number]

/** Version of the newest body that this code writes. The server up-casts every older one. */
export const COMMAND_VERSION = 1

/** What the queue stamps on every command at the instant of the scan. Never re-labelled later. */
const stamp = {
  v: v.pipe(v.number(), v.integer(), v.minValue(1)),
  id: uuid<Id<'command'>>(),
  device: uuid<DeviceId>(),
  epoch: v.pipe(v.string(), v.regex(/^[a-z0-9]{12}$/)),
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  warehouse: uuid<WarehouseId>(),
  worker: uuid<WorkerId>(),
  session: uuid<SessionId>(),
  /** Versions of roster and policy that the handheld judged by. */
  roster: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  policy: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Device wall clock of the deciding scan, monotonic ms, measured offset and its uncertainty in ms (null = not known yet). */
  at: isoInstant,
  mono: v.number(),
  off: v.nullable(v.number()),
  unc: v.nullable(v.number()),
  app: text(40),
}

/** Nothing is deleted: a new fact names the one that it takes back, and holds its act so that both sides can reverse it. */
const undo = v.object({
  type: v.literal('undo'),
  client: v.nullable(uuid<ClientId>()),
  of: v.object({ epoch: stamp.epoch, seq: stamp.seq }),
  act: undoable,
})

const stamped = <E extends v.ObjectEntries>(act: v.ObjectSchema<E, undefined>) => v.object({ ...stamp, ...act.entries })

/** The body of a command as it is hashed, signed, archived and judged. */
export const commandSchema = v.variant('type', [
  stamped(ACTS.receive),
  stamped(ACTS.reject),
  stamped(ACTS.putaway),
  stamped(ACTS.pick),
  stamped(ACTS.short),
  stamped(ACTS.pack),
  stamped(ACTS.move),
  stamped(ACTS['lpn.move']),
  stamped(ACTS.status),
  stamped(ACTS.scrap),
  stamped(ACTS.ship),
  stamped(ACTS.return),
  stamped(ACTS.extra),
  stamped(ACTS['count.observed']),
  stamped(ACTS['count.request']),
  stamped(ACTS['tote.bind']),
  stamped(ACTS['carton.open']),
  stamped(ACTS['carton.close']),
  stamped(ACTS['carton.print']),
  stamped(ACTS.full),
  stamped(ACTS.park),
  stamped(ACTS.close),
  stamped(ACTS.unmatched),
  stamped(ACTS.note),
  stamped(undo),
])
export type Command = v.InferOutput<typeof commandSchema>
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>

type Stamped = keyof typeof stamp
type WithoutStamp<T> = T extends unknown ? Omit<T, Stamped> : never
/** What a process step returns; the queue stamps it when it is appended. */
export type Draft = WithoutStamp<Command>

/** What a command makes is named after it, so that both sides agree before they have spoken. */
export type CommandKey = { device: DeviceId; epoch: string; seq: number }
