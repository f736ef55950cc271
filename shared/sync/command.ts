import * as v from 'valibot'
import { isUuid } from '../ids.ts'
import type {
  ClientId,
  DeviceId,
  DocumentId,
  Id,
  ItemId,
  LineId,
  LocationId,
  LpnId,
  SessionId,
  TaskId,
  WarehouseId,
  WorkerId,
} from '../ids.ts'
import { STATUSES } from '../ledger/stock.ts'
import { MAX_SCAN } from '../scan/scan.ts'

/** Every fact of the floor that the protocol knows; the ones without a schema below follow with their processes. */
export const FACTS = [
  'receive',
  'unmatched',
  'reject',
  'putaway',
  'pick',
  'short',
  'pack',
  'move',
  'status',
  'ship',
  'scrap',
  'return',
  'count.observed',
  'tote.bind',
  'carton.open',
  'carton.close',
  'full',
  'park',
  'close',
  'note',
  'undo',
] as const
export type FactType = (typeof FACTS)[number]

/** Version of the newest body that this code writes. The server up-casts every older one. */
export const COMMAND_VERSION = 1

export const uuid = <T extends Id<string>>() =>
  v.pipe(
    v.string(),
    v.check(isUuid, 'not a UUID'),
    v.transform(text => text as T),
  )
const control = /[\u0000-\u001c\u001e\u001f\u007f]/
/** Free text from outside: bounded, no control characters (GS is part of labels and may stay). */
export const text = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check(value => !control.test(value), 'control characters'),
  )
/** Whole base units, 1 to 1,000,000,000. A fraction or a negative number is no quantity. */
export const quantity = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000_000))
export const isoInstant = v.pipe(v.string(), v.maxLength(30), v.isoTimestamp())
export const isoDay = v.pipe(v.string(), v.maxLength(10), v.isoDate())

const address = v.object({ location: uuid<LocationId>(), lpn: uuid<LpnId>(), status: v.picklist(STATUSES) })

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

const scan = v.optional(v.pipe(v.string(), v.maxLength(MAX_SCAN)))
const goods = {
  client: uuid<ClientId>(),
  item: uuid<ItemId>(),
  lot: text(40),
  serial: text(40),
}
/** What was keyed or scanned: 2 × case of 12 is `{ n: 2, packaging: "case" }` with qty 24. */
const entered = v.optional(v.object({ n: quantity, packaging: v.nullable(text(60)) }))
const reason = text(40)

const variants = {
  receive: v.object({
    ...stamp,
    type: v.literal('receive'),
    ...goods,
    /** A receipt without document gets its id here, from the handheld, and is made by the first command that names it. */
    document: uuid<DocumentId>(),
    blind: v.boolean(),
    expiry: v.nullable(isoDay),
    to: address,
    qty: quantity,
    entered,
    scan,
    reason: v.optional(reason),
    takenAt: v.optional(isoInstant),
  }),
  pick: v.object({
    ...stamp,
    type: v.literal('pick'),
    ...goods,
    task: uuid<TaskId>(),
    document: uuid<DocumentId>(),
    line: uuid<LineId>(),
    from: address,
    to: address,
    qty: quantity,
    entered,
    scan,
    takenAt: v.optional(isoInstant),
  }),
  short: v.object({
    ...stamp,
    type: v.literal('short'),
    ...goods,
    task: uuid<TaskId>(),
    document: uuid<DocumentId>(),
    line: uuid<LineId>(),
    /** The stock row that disappointed. What was there was picked by a `pick` before this command. */
    from: address,
    reason,
  }),
  'tote.bind': v.object({
    ...stamp,
    type: v.literal('tote.bind'),
    client: uuid<ClientId>(),
    task: uuid<TaskId>(),
    document: uuid<DocumentId>(),
    /** Known tote, or a new one named by its label when the policy allows. */
    tote: v.nullable(uuid<LocationId>()),
    label: text(60),
    scan,
  }),
  close: v.object({
    ...stamp,
    type: v.literal('close'),
    client: uuid<ClientId>(),
    task: v.nullable(uuid<TaskId>()),
    document: uuid<DocumentId>(),
  }),
  unmatched: v.object({
    ...stamp,
    type: v.literal('unmatched'),
    client: v.nullable(uuid<ClientId>()),
    document: v.nullable(uuid<DocumentId>()),
    scan: v.pipe(v.string(), v.maxLength(MAX_SCAN)),
  }),
}

/** The body of a command as it is hashed, signed, archived and judged. */
export const commandSchema = v.variant('type', [
  variants.receive,
  variants.pick,
  variants.short,
  variants['tote.bind'],
  variants.close,
  variants.unmatched,
])
export type Command = v.InferOutput<typeof commandSchema>
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>

type Stamped = keyof typeof stamp
type WithoutStamp<T> = T extends unknown ? Omit<T, Stamped> : never
/** What a process step returns; the queue stamps it when it is appended. */
export type Draft = WithoutStamp<Command>

/** What a command makes is named after it, so that both sides agree before they have spoken. */
export type CommandKey = { device: DeviceId; epoch: string; seq: number }
