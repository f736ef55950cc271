import * as v from 'valibot'
import { qtySchema, ratioSchema } from './quantity.ts'

/** Everything that comes from an ERP, bounded. Remote ids carry their kind in front ("product.product,5"). */
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(120))
const code = v.pipe(v.string(), v.maxLength(120))
const words = v.pipe(v.string(), v.maxLength(300))
const note = v.pipe(v.string(), v.maxLength(2000))
const day = v.pipe(v.string(), v.maxLength(40))
const listOf = <T extends v.GenericSchema>(item: T, max: number) => v.pipe(v.array(item), v.maxLength(max))
const maybe = <T extends v.GenericSchema>(schema: T) => v.optional(v.nullable(schema), null)
const grams = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const itemRecord = v.object({
  id,
  /** The ERP's key of the owner (3PL client); '' where the ERP knows one owner only. */
  client: code,
  sku: code,
  name: words,
  unit: v.pipe(v.string(), v.maxLength(20)),
  barcodes: listOf(code, 200),
  category: maybe(words),
  packagings: listOf(
    v.object({
      id,
      name: words,
      /** Base units in one of it, exactly; null = the ERP does not say, or says no small ratio. */
      ratio: v.nullable(ratioSchema),
      barcodes: listOf(code, 50),
    }),
    50,
  ),
  tracking: v.object({ lot: v.boolean(), serial: v.boolean(), expiry: v.boolean() }),
  /** Cost of one base unit in minor units of the currency, for limits of counts. */
  value: maybe(v.object({ minor: v.pipe(v.number(), v.safeInteger()), currency: v.pipe(v.string(), v.maxLength(3)) })),
  weightG: maybe(grams),
  shelfLifeDays: maybe(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** JPEG, PNG or WebP of at most 10 kB, base64; another one never holds up its item. */
  picture: v.fallback(maybe(v.pipe(v.string(), v.maxLength(14_000), v.base64())), null),
  active: v.boolean(),
})

const address = v.object({
  name: words,
  lines: listOf(words, 6),
  postcode: code,
  city: words,
  region: v.optional(words, ''),
  /** ISO 3166-1 alpha-2, '' where the ERP has none. */
  country: v.pipe(v.string(), v.maxLength(2)),
  phone: v.optional(code, ''),
  email: v.optional(words, ''),
})
export type Address = v.InferOutput<typeof address>

export const partnerRecord = v.object({
  id,
  client: v.optional(code, ''),
  number: maybe(code),
  name: words,
  supplier: v.boolean(),
  customer: v.boolean(),
  address: maybe(address),
  active: v.boolean(),
})

/** Candidates for the mapping. Our own places are not made from them. */
export const locationRecord = v.object({
  id,
  code,
  name: words,
  parent: maybe(id),
  /** `view` only groups others and holds no stock itself. */
  kind: v.picklist(['storage', 'view', 'loss', 'supplier', 'customer', 'transit', 'other']),
  active: v.boolean(),
})

export const lotRecord = v.object({
  id,
  item: id,
  lot: code,
  expiry: maybe(day),
  /** Not to be shipped, says the ERP. */
  blocked: v.optional(v.boolean(), false),
  active: v.optional(v.boolean(), true),
})

const documentHead = {
  id,
  number: code,
  client: code,
  partner: words,
  partnerId: maybe(id),
  due: v.nullable(day),
  priority: v.pipe(v.number(), v.safeInteger()),
  state: v.picklist(['open', 'closed', 'cancelled']),
  note: maybe(note),
}
/** `done` = already received or shipped, whoever did it. */
const documentLine = { id, item: id, quantity: qtySchema, done: qtySchema, closed: v.boolean() }

export const purchaseRecord = v.object({ ...documentHead, lines: listOf(v.object(documentLine), 5000) })

/** What a supplier announces for one delivery: lots, serials and pallets beforehand. */
export const asnRecord = v.object({
  ...documentHead,
  /** The purchase order that it belongs to, where there is one. */
  order: maybe(id),
  lines: listOf(
    v.object({
      ...documentLine,
      orderLine: maybe(id),
      lot: maybe(code),
      serial: maybe(code),
      expiry: maybe(day),
      /** Label of the pallet that it comes on. */
      lpn: maybe(code),
    }),
    5000,
  ),
})

export const salesRecord = v.object({
  ...documentHead,
  customer: maybe(id),
  shipTo: maybe(address),
  carrier: maybe(words),
  service: maybe(words),
  lines: listOf(v.object({ ...documentLine, lot: maybe(code) }), 5000),
})

/** An order or delivery that will not come to pass. Comes besides the order's own state, where the ERP tells it apart. */
export const cancellationRecord = v.object({
  id,
  of: v.picklist(['purchaseOrder', 'asn', 'salesOrder']),
  document: id,
  at: day,
  reason: maybe(words),
})

/** What the carrier has said about a parcel, as the ERP, the shop or a carriers' service knows it. */
export const deliveryRecord = v.pipe(
  v.object({
    id,
    /** Null where only the parcel's number is known. */
    order: maybe(id),
    carrier: maybe(words),
    tracking: maybe(code),
    state: v.picklist(['announced', 'collected', 'inTransit', 'delivered', 'failed', 'returned']),
    at: day,
  }),
  v.check(({ order, tracking }) => order !== null || tracking !== null, 'names neither an order nor a parcel'),
)

/** Judged by its first bytes, whatever it says that it is. */
const BEGINS = { pdf: '%PDF', zpl: '^XA' } as const

export const carrierLabelRecord = v.pipe(
  v.object({
    id,
    order: id,
    /** Label of the carton that it is for; null = the order has one carton. */
    package: maybe(code),
    tracking: maybe(code),
    format: v.picklist(['pdf', 'zpl']),
    /** Base64, at most 1 MB. */
    content: v.pipe(v.string(), v.maxLength(1_400_000), v.base64()),
  }),
  v.check(
    ({ format, content }) => atob(content.slice(0, 16)).trimStart().startsWith(BEGINS[format]),
    'not what its format says',
  ),
)

export const INBOUND = {
  item: itemRecord,
  partner: partnerRecord,
  location: locationRecord,
  lot: lotRecord,
  purchaseOrder: purchaseRecord,
  asn: asnRecord,
  salesOrder: salesRecord,
  cancellation: cancellationRecord,
  delivery: deliveryRecord,
  carrierLabel: carrierLabelRecord,
} as const
export type InboundKind = keyof typeof INBOUND
export type Inbound = { [K in InboundKind]: v.InferOutput<(typeof INBOUND)[K]> }
/** The order in which they refer to each other, so that one pass finds everything that a record names. */
export const INBOUND_KINDS = Object.keys(INBOUND) as readonly InboundKind[]

/**
 * A record, or a part of one, that could not be read: named, so that a person can mend it over there, and never a reason to
 * hold up the others.
 */
export type Flaw = { id: string; field: string; problem: string; value: string }

/** `>=` cursors repeat; `next` is opaque to the core and never goes backwards. */
export type InboundPage<K extends InboundKind> = {
  items: readonly Inbound[K][]
  flaws: readonly Flaw[]
  next: string
  more: boolean
}

/**
 * Reads each raw record by the schema of its kind: the good ones are taken, each bad one becomes a flaw that names its field.
 * For connectors, as the last step of `pull`.
 */
export const readRecords = <K extends InboundKind>(
  kind: K,
  raw: readonly { id: string; record: unknown }[],
): { items: Inbound[K][]; flaws: Flaw[] } => {
  const items: Inbound[K][] = []
  const flaws: Flaw[] = []
  for (const { id: remote, record } of raw) {
    const read = v.safeParse(INBOUND[kind] as unknown as v.GenericSchema<unknown, Inbound[K]>, record)
    if (read.success) items.push(read.output)
    else
      flaws.push(
        ...read.issues.slice(0, 5).map(issue => ({
          id: remote,
          field: v.getDotPath(issue) ?? '',
          problem: issue.message.slice(0, 200),
          value: JSON.stringify(issue.input)?.slice(0, 120) ?? '',
        })),
      )
  }
  return { items, flaws }
}
