import * as v from 'valibot'

/** The sim's own records (profile `plain`), as they stand on its wire. Quantities are whole base units. */
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(120))
const text = v.pipe(v.string(), v.maxLength(120))
const words = v.pipe(v.string(), v.maxLength(300))
const units = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const day = v.pipe(v.string(), v.maxLength(40))
const orNull = <T extends v.GenericSchema>(schema: T) => v.optional(v.nullable(schema), null)

export const simItem = v.object({
  id,
  client: text,
  sku: text,
  name: words,
  unit: v.pipe(v.string(), v.maxLength(20)),
  barcodes: v.array(text),
  category: v.optional(v.nullable(words)),
  packagings: v.array(
    v.object({
      id,
      name: words,
      /** Null: somebody forgot it. */
      quantity: v.nullable(v.number()),
      barcodes: v.array(text),
    }),
  ),
  tracking: v.object({ lot: v.boolean(), serial: v.boolean(), expiry: v.boolean() }),
  value: v.optional(v.nullable(v.object({ minor: v.number(), currency: v.string() }))),
  weightG: v.optional(v.nullable(v.number())),
  /** A thumbnail, base64; not every article has one. */
  picture: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(14_000)))),
  active: v.boolean(),
})

const address = v.object({ name: words, street: words, postcode: text, city: words, country: text })
const orderLine = v.object({
  id,
  item: id,
  quantity: v.number(),
  done: units,
  closed: v.boolean(),
  lot: v.optional(v.nullable(text)),
  expiry: v.optional(v.nullable(day)),
  lpn: v.optional(v.nullable(text)),
})
export const ORDER_KINDS = ['purchase', 'asn', 'sales'] as const
export const simOrder = v.object({
  id,
  number: id,
  client: text,
  partner: words,
  due: v.nullable(day),
  priority: v.number(),
  state: v.picklist(['open', 'closed', 'cancelled']),
  note: v.optional(v.nullable(words)),
  carrier: v.optional(v.nullable(words)),
  shipTo: v.optional(v.nullable(address)),
  /** Of an announced delivery: its purchase order. */
  order: v.optional(v.nullable(id)),
  lines: v.array(orderLine),
  /** A rest will not come, and nobody has said over there what becomes of it. */
  exception: v.optional(v.boolean()),
})
export const simPlace = v.object({
  id,
  code: text,
  name: words,
  kind: v.picklist(['storage', 'view', 'loss', 'transit']),
})
export const simPartner = v.object({
  id,
  name: words,
  supplier: v.boolean(),
  customer: v.boolean(),
  address: orNull(address),
})

export const DOCUMENT_TYPES = ['receipt', 'shipment', 'adjustment', 'transfer', 'return'] as const
/** Every line moves goods from one place to another; null is outside: supplier, customer, loss. */
export const documentLine = v.object({
  item: id,
  lot: v.pipe(v.string(), v.maxLength(60)),
  serial: v.pipe(v.string(), v.maxLength(60)),
  expiry: v.nullable(day),
  quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  line: v.nullable(id),
  from: v.nullable(id),
  to: v.nullable(id),
})
export const documentDraft = v.object({
  key: v.pipe(v.string(), v.maxLength(60)),
  type: v.picklist(DOCUMENT_TYPES),
  client: text,
  order: v.nullable(id),
  lines: v.pipe(v.array(documentLine), v.minLength(1), v.maxLength(5000)),
  tracking: v.optional(v.array(text), []),
  reason: v.optional(v.nullable(words), null),
  /** Where the number is the key, the caller gives it. */
  number: v.optional(id),
  /** Of an adjustment, where the ERP swaps only what was compared. */
  changeFrom: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger()))),
})
export const postBody = v.object({
  /** Whether what is missing is still to come; null = not said. */
  backorder: v.optional(v.nullable(v.boolean()), null),
  /** Questions that are answered beforehand, by kind. */
  accept: v.optional(v.array(v.string()), []),
})
export const simDocument = v.object({
  ...documentDraft.entries,
  id,
  number: id,
  state: v.picklist(['draft', 'posted', 'cancelled']),
  postedAt: v.nullable(v.string()),
  /** Raised by every change, for profiles where a write must name it. */
  version: v.number(),
  /** Number of the accounting document that posting has made. */
  invoice: v.nullable(v.string()),
})
/** What the sim asks before it goes on; `kind` is stable, the hash before it is not. */
export const simQuestion = v.object({ question: v.object({ kind: v.string(), text: v.string() }) })

const boxed = v.object({
  label: text,
  type: v.nullable(text),
  weightG: v.nullable(v.number()),
  tracking: v.nullable(text),
})
/** How far an order is; the cartons of it that are closed and still here. */
export const statusDraft = v.object({
  key: v.pipe(v.string(), v.maxLength(60)),
  order: id,
  status: v.picklist(['picking', 'packed', 'ready', 'shipped', 'delivered', 'deliveryFailed']),
  carrier: v.nullable(words),
  tracking: v.pipe(v.array(text), v.maxLength(500)),
  packages: v.pipe(v.array(boxed), v.maxLength(500)),
})
/** What a carrier has said of a parcel. */
export const simDelivery = v.object({
  id,
  order: id,
  carrier: orNull(words),
  tracking: orNull(text),
  state: v.picklist(['announced', 'collected', 'inTransit', 'delivered', 'failed', 'returned']),
})
/** A label that the carrier has made for a carton. */
export const simLabel = v.object({
  id,
  order: id,
  package: text,
  tracking: text,
  format: v.picklist(['pdf', 'zpl']),
  content: v.string(),
})
