import * as v from 'valibot'

const text = v.string()
const nullable = v.nullable(v.string())
const whole = v.pipe(v.number(), v.safeInteger())
const place = v.object({ location: text, status: text })
const lines = v.array(
  v.object({
    item: text,
    lot: text,
    serial: text,
    expiry: nullable,
    status: text,
    /** Missing in messages from before it was kept. */
    place: v.optional(nullable, null),
    qty: whole,
  }),
)
const common = { v: v.literal(1), document: text, client: text, final: v.boolean() }
const size = v.optional(v.nullable(v.object({ l: whole, w: whole, h: whole })), null)
const packages = v.array(
  v.object({ label: text, type: nullable, weightG: v.nullable(v.number()), size, tracking: nullable, lines }),
)

/**
 * The payloads of server/sync (outbound-message.ts, stock-message.ts), as they were kept: an older one may be read years
 * later.
 */
export const payloadSchema = v.variant('type', [
  v.object({ ...common, type: v.literal('receipt'), lines }),
  v.object({ ...common, type: v.literal('return'), origin: nullable, lines }),
  v.object({
    ...common,
    type: v.literal('shipment'),
    carrier: nullable,
    packages,
  }),
  v.object({
    v: v.literal(1),
    type: v.literal('adjustment'),
    client: text,
    item: text,
    lot: text,
    serial: text,
    place,
    delta: whole,
    reason: text,
    by: text,
    count: v.nullable(v.object({ counted: whole, bookAtCount: whole, countedAt: text, countLine: text })),
  }),
  v.object({
    v: v.literal(1),
    type: v.literal('transfer'),
    client: text,
    item: text,
    by: text,
    lines: v.array(v.object({ lot: text, serial: text, qty: whole, from: place, to: place })),
  }),
  v.object({
    v: v.literal(1),
    type: v.literal('orderStatus'),
    document: text,
    client: text,
    status: v.picklist(['picking', 'packed', 'ready', 'shipped', 'delivered', 'deliveryFailed']),
    carrier: nullable,
    tracking: v.array(text),
    /** Of its cartons that are closed and still here. */
    packages: v.optional(packages, []),
  }),
  /** Told by server/workers/promise.ts; the place is the ERP's own already. */
  v.object({
    v: v.literal(1),
    type: v.literal('reservation'),
    client: text,
    item: text,
    location: nullable,
    reserved: whole,
  }),
])
export type Payload = v.InferOutput<typeof payloadSchema>
export type PayloadOf<T extends Payload['type']> = Extract<Payload, { type: T }>
export type PayloadLine = v.InferOutput<typeof lines>[number]

/** Every item that a message names. */
export const itemsOf = (payload: Payload): readonly string[] => {
  switch (payload.type) {
    case 'receipt':
    case 'return':
      return payload.lines.map(line => line.item)
    case 'shipment':
    case 'orderStatus':
      return payload.packages.flatMap(box => box.lines.map(line => line.item))
    case 'adjustment':
    case 'transfer':
    case 'reservation':
      return [payload.item]
  }
}

/** Every place of ours that a message names. */
export const placesOf = (payload: Payload): readonly string[] => {
  switch (payload.type) {
    case 'receipt':
    case 'return':
      return payload.lines.flatMap(line => line.place ?? [])
    case 'shipment':
    case 'orderStatus':
      return payload.packages.flatMap(box => box.lines.flatMap(line => line.place ?? []))
    case 'adjustment':
      return [payload.place.location]
    case 'transfer':
      return payload.lines.flatMap(line => [line.from.location, line.to.location])
    case 'reservation':
      return []
  }
}

/** The documents of ours that a message names. */
export const documentsOf = (payload: Payload): readonly string[] =>
  payload.type === 'adjustment' || payload.type === 'transfer' || payload.type === 'reservation'
    ? []
    : [payload.document, ...(payload.type === 'return' && payload.origin !== null ? [payload.origin] : [])]
