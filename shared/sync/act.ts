import * as v from 'valibot'
import { COUNT_MODES } from '../catalogue.ts'
import type { ClientId, DocumentId, Id, ItemId, LineId, LocationId, LpnId, TaskId } from '../ids.ts'
import { STATUSES } from '../ledger/stock.ts'
import { PHOTOS_MAX } from '../process/photo.ts'
import { MAX_SCAN } from '../scan/scan.ts'
import { isoDay, isoInstant, isWritable, quantity, text, uuid } from './fields.ts'

const address = v.object({ location: uuid<LocationId>(), lpn: uuid<LpnId>(), status: v.picklist(STATUSES) })

/** As the scanner gave it, control characters too. */
const rawScan = v.pipe(v.string(), v.maxLength(MAX_SCAN), v.check(isWritable, 'U+0000 or half a character'))
const scan = v.optional(rawScan)
const goods = {
  client: uuid<ClientId>(),
  item: uuid<ItemId>(),
  lot: text(40),
  serial: text(40),
}
/** What was keyed or scanned: 2 × case of 12 is `{ n: 2, packaging: "case" }` with qty 24. */
const entered = v.optional(v.object({ n: quantity, packaging: v.nullable(text(60)) }))
const reason = text(40)
const takenAt = v.optional(isoInstant)
/** A statement of zero is a statement. */
const seen = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000_000_000))
/** Pictures travel apart, by their content (SHA-256, hex); losing one loses no stock. */
const photos = v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))), v.maxLength(PHOTOS_MAX)))
const millimetres = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100_000))

/** Processes that share a kind of command: it says which of them judges it and whose role it needs. */
export const COMMAND_PROCESSES = [
  'receive',
  'putaway',
  'pick',
  'pack',
  'ship',
  'count',
  'move',
  'replenish',
  'return',
  'putback',
] as const
/** Bodies from before the field were the first process's that had the type. */
const by = (first: (typeof COMMAND_PROCESSES)[number]) => v.optional(v.picklist(COMMAND_PROCESSES), first)

/** The acts of the floor, without who, when and where: what a process step returns. */
export const ACTS = {
  receive: v.object({
    type: v.literal('receive'),
    /** Text of the pallet label that the goods go onto, so that a new one has a name. With loose `to`: that they came on. */
    label: v.optional(text(60)),
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
    photos,
    takenAt,
  }),
  /** Not taken in: recorded, nothing moves. */
  reject: v.object({
    type: v.literal('reject'),
    /** Text of the label of the pallet that they came on. */
    label: v.optional(text(60)),
    ...goods,
    document: uuid<DocumentId>(),
    qty: quantity,
    reason,
    photos,
    scan,
  }),
  putaway: v.object({
    type: v.literal('putaway'),
    label: v.optional(text(60)),
    ...goods,
    task: v.nullable(uuid<TaskId>()),
    from: address,
    to: address,
    qty: quantity,
    entered,
    scan,
    reason: v.optional(reason),
    takenAt,
  }),
  pick: v.object({
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
    reason: v.optional(reason),
    takenAt,
  }),
  short: v.object({
    type: v.literal('short'),
    process: by('pick'),
    ...goods,
    task: v.nullable(uuid<TaskId>()),
    document: v.nullable(uuid<DocumentId>()),
    line: v.nullable(uuid<LineId>()),
    /** The stock row that disappointed. What was there was taken by the command before this one. */
    from: address,
    /** Of what the books have there: found broken. It becomes damaged stock at once. */
    damaged: v.optional(quantity),
    /** The stock row that the picker has chosen to take the rest from. */
    instead: v.optional(v.object({ ...address.entries, lot: text(40), serial: text(40) })),
    reason,
    photos,
  }),
  pack: v.object({
    type: v.literal('pack'),
    ...goods,
    document: uuid<DocumentId>(),
    line: uuid<LineId>(),
    /** Tote → carton; carton → tote is unpacking. */
    from: address,
    to: address,
    qty: quantity,
    entered,
    scan,
    takenAt,
  }),
  /** Loose goods from here to there, or onto a pallet at the same place. */
  move: v.object({
    type: v.literal('move'),
    process: by('move'),
    label: v.optional(text(60)),
    ...goods,
    task: v.nullable(uuid<TaskId>()),
    /** Of a put-back: the order line that lets go of the goods. */
    line: v.optional(v.nullable(uuid<LineId>()), null),
    /** Of a label that gathers: the delivery that the goods were counted on. */
    document: v.optional(uuid<DocumentId>()),
    from: address,
    to: address,
    qty: quantity,
    entered,
    scan,
    reason: v.optional(reason),
    takenAt,
  }),
  /** Everything on a pallet, whatever the books say is on it. */
  'lpn.move': v.object({
    type: v.literal('lpn.move'),
    process: by('move'),
    client: uuid<ClientId>(),
    lpn: uuid<LpnId>(),
    label: text(60),
    task: v.nullable(uuid<TaskId>()),
    fromPlace: uuid<LocationId>(),
    toPlace: uuid<LocationId>(),
    scan,
    reason: v.optional(reason),
    takenAt,
  }),
  /** Same place, another status: `to.status` differs from `from.status`. */
  status: v.object({
    type: v.literal('status'),
    process: by('move'),
    ...goods,
    from: address,
    to: address,
    qty: quantity,
    reason,
    photos,
    scan,
  }),
  scrap: v.object({
    type: v.literal('scrap'),
    process: by('move'),
    ...goods,
    from: address,
    qty: quantity,
    reason,
    photos,
    scan,
  }),
  /** Cartons leave; the stock in them goes to the customer. */
  ship: v.object({
    type: v.literal('ship'),
    client: uuid<ClientId>(),
    document: uuid<DocumentId>(),
    cartons: v.pipe(v.array(uuid<LocationId>()), v.minLength(1), v.maxLength(200)),
    door: v.nullable(uuid<LocationId>()),
    scan,
  }),
  return: v.object({
    type: v.literal('return'),
    label: v.optional(text(60)),
    ...goods,
    /** The return; one without document is made by the first command that names it. */
    document: uuid<DocumentId>(),
    blind: v.boolean(),
    /** The order it was sent on, where known. */
    order: v.nullable(uuid<DocumentId>()),
    expiry: v.nullable(isoDay),
    to: address,
    qty: quantity,
    entered,
    disposition: v.picklist(['check', 'restock', 'damaged', 'quarantine', 'scrap']),
    reason,
    photos,
    scan,
    takenAt,
  }),
  /** A unit that nobody asked for and no book has: put aside, settled when its source is counted. */
  extra: v.object({
    type: v.literal('extra'),
    process: by('pack'),
    ...goods,
    document: v.nullable(uuid<DocumentId>()),
    to: address,
    qty: quantity,
    scan,
    photos,
  }),
  /** "I saw N here": one for each stock row, when the counter leaves the row. Books nothing. */
  'count.observed': v.object({
    type: v.literal('count.observed'),
    ...goods,
    /** The count: the task's id, or for a spot count an id of the handheld. */
    count: uuid<Id<'count'>>(),
    task: v.nullable(uuid<TaskId>()),
    place: address,
    /** Text of the pallet label that they stand on, so that a new one has a name. */
    label: v.optional(text(60)),
    attempt: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
    mode: v.picklist(COUNT_MODES),
    qty: seen,
    /** Scanned piece by piece, or typed. */
    typed: v.boolean(),
    expiry: v.nullable(isoDay),
    reason: v.optional(reason),
    photos,
    scan,
    /** The row's last scan or number: the point of the statement. */
    takenAt,
  }),
  /** Somebody should look: the shelf was not empty, goods are missing. One open count per place and item. */
  'count.request': v.object({
    type: v.literal('count.request'),
    process: by('pick'),
    client: uuid<ClientId>(),
    /** Only this item; null = the whole place. */
    only: v.nullable(uuid<ItemId>()),
    place: uuid<LocationId>(),
    cause: text(40),
  }),
  'tote.bind': v.object({
    type: v.literal('tote.bind'),
    client: uuid<ClientId>(),
    task: uuid<TaskId>(),
    document: uuid<DocumentId>(),
    /** Known tote, or a new one named by its label when the policy allows. */
    tote: v.nullable(uuid<LocationId>()),
    label: text(60),
    /** The tote that was bound before and is full; an undo binds it again. */
    was: v.optional(v.nullable(uuid<LocationId>())),
    scan,
  }),
  'carton.open': v.object({
    type: v.literal('carton.open'),
    client: uuid<ClientId>(),
    document: uuid<DocumentId>(),
    /** Derived from the label, so that two handhelds that open it mean the same one. */
    carton: uuid<LocationId>(),
    label: text(60),
    cartonType: v.nullable(text(60)),
    /** The pack station. */
    parent: v.nullable(uuid<LocationId>()),
    scan,
  }),
  'carton.close': v.object({
    type: v.literal('carton.close'),
    client: uuid<ClientId>(),
    document: uuid<DocumentId>(),
    carton: uuid<LocationId>(),
    weightG: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000_000))),
    size: v.nullable(v.object({ l: millimetres, w: millimetres, h: millimetres })),
    tracking: v.nullable(text(80)),
    scan,
  }),
  /** The carrier's label of a box is wanted once more; it prints as soon as the server hears of it. */
  'carton.print': v.object({
    type: v.literal('carton.print'),
    client: uuid<ClientId>(),
    document: uuid<DocumentId>(),
    carton: uuid<LocationId>(),
  }),
  /** No room here: the next suggestion passes the place by. */
  full: v.object({
    type: v.literal('full'),
    process: by('putaway'),
    client: v.nullable(uuid<ClientId>()),
    place: uuid<LocationId>(),
    task: v.nullable(uuid<TaskId>()),
  }),
  /** A tote, carton or cart is left standing somewhere: its parent changes, no stock. */
  park: v.object({
    type: v.literal('park'),
    process: by('pick'),
    client: v.nullable(uuid<ClientId>()),
    mobile: uuid<LocationId>(),
    place: uuid<LocationId>(),
    /** Where it stood before, as far as that was known; an undo puts it back there. */
    was: v.optional(v.nullable(uuid<LocationId>())),
    task: v.nullable(uuid<TaskId>()),
    scan,
  }),
  /** DONE: the work on a document, a place or a task is over as far as this worker is concerned. */
  close: v.object({
    type: v.literal('close'),
    process: by('receive'),
    client: uuid<ClientId>(),
    task: v.nullable(uuid<TaskId>()),
    document: v.nullable(uuid<DocumentId>()),
    place: v.optional(v.nullable(uuid<LocationId>()), null),
    /** The count that nothing more is coming of; for a task its own id. */
    count: v.optional(v.nullable(uuid<Id<'count'>>())),
    reason: v.optional(reason),
  }),
  unmatched: v.object({
    type: v.literal('unmatched'),
    process: by('receive'),
    client: v.nullable(uuid<ClientId>()),
    document: v.nullable(uuid<DocumentId>()),
    place: v.optional(v.nullable(uuid<LocationId>()), null),
    scan: rawScan,
    photos,
  }),
  note: v.object({
    type: v.literal('note'),
    process: by('receive'),
    client: v.nullable(uuid<ClientId>()),
    task: v.nullable(uuid<TaskId>()),
    document: v.nullable(uuid<DocumentId>()),
    text: v.pipe(text(500), v.minLength(1)),
    photos,
  }),
}

/** Acts that can be taken back; the others are undone by doing the opposite. */
export const undoable = v.variant('type', [
  ACTS.receive,
  ACTS.reject,
  ACTS.putaway,
  ACTS.pick,
  ACTS.short,
  ACTS.pack,
  ACTS.move,
  ACTS['lpn.move'],
  ACTS.status,
  ACTS.scrap,
  ACTS.return,
  ACTS.extra,
  ACTS['count.observed'],
  ACTS['count.request'],
  ACTS['tote.bind'],
  ACTS['carton.open'],
  ACTS['carton.close'],
  ACTS.full,
  ACTS.park,
  ACTS.unmatched,
])

/** What an undo can take back. */
export type Act = v.InferOutput<typeof undoable>
