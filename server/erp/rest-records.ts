import * as v from 'valibot'
import type { InboundKind } from './connector.ts'
import { decimalQty, ratioOf } from './quantity.ts'
import { documentRemote, lineRemote } from './remote-id.ts'

/** Where each kind is asked for. */
export const REST_PATHS: Readonly<Record<InboundKind, string>> = {
  item: '/items',
  partner: '/partners',
  location: '/locations',
  lot: '/lots',
  purchaseOrder: '/purchase-orders',
  asn: '/asns',
  salesOrder: '/sales-orders',
  cancellation: '/cancellations',
  delivery: '/deliveries',
  carrierLabel: '/carrier-labels',
}

/** A quantity on the wire: a whole number, or decimal text. A float would have been rounded before we see it. */
export const wireQuantity = v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.maxLength(30))])
export const quantityOf = (given: v.InferOutput<typeof wireQuantity>) => decimalQty(String(given))

const line = v.looseObject({ id: v.string(), quantity: wireQuantity, done: v.optional(wireQuantity, 0) })
const document = v.looseObject({ id: v.string(), lines: v.array(line) })
const item = v.looseObject({
  packagings: v.optional(v.array(v.looseObject({ quantity: v.nullable(wireQuantity) })), []),
})
const itemDefaults = {
  client: '',
  unit: 'pcs',
  barcodes: [],
  active: true,
  tracking: { lot: false, serial: false, expiry: false },
}
const documentDefaults = { client: '', partner: '', due: null, priority: 0, state: 'open' }

/** Records of the wire in the words of the port; what is not as it must be stays as it came and becomes a flaw. */
export const restRecord = (kind: InboundKind, raw: unknown): unknown => {
  switch (kind) {
    case 'item':
      return itemOf(raw)
    case 'purchaseOrder':
    case 'asn':
    case 'salesOrder':
      return documentOf(kind, raw)
    case 'cancellation':
      return named(raw, row => ({ document: documentRemote(String(row['of']), String(row['document'])) }))
    case 'delivery':
      return named(raw, row => ({
        order: typeof row['order'] === 'string' ? documentRemote('salesOrder', row['order']) : (row['order'] ?? null),
      }))
    case 'carrierLabel':
      return named(raw, row => ({ order: documentRemote('salesOrder', String(row['order'])) }))
    case 'partner':
    case 'location':
    case 'lot':
      return named(raw, row => ({ active: row['active'] ?? true }))
  }
}

const named = (raw: unknown, more: (row: Record<string, unknown>) => object): unknown => {
  const read = v.safeParse(v.looseObject({}), raw)
  return read.success ? { ...read.output, ...more(read.output) } : raw
}

const itemOf = (raw: unknown): unknown => {
  const read = v.safeParse(item, raw)
  if (!read.success) return raw
  const { packagings, ...rest } = read.output
  return {
    ...itemDefaults,
    ...rest,
    packagings: packagings.map(({ quantity, ...p }) => ({
      barcodes: [],
      ...p,
      ratio: quantity === null ? null : ratioOf(String(quantity)),
    })),
  }
}

const documentOf = (kind: 'purchaseOrder' | 'asn' | 'salesOrder', raw: unknown): unknown => {
  const read = v.safeParse(document, raw)
  if (!read.success) return raw
  const { lines, ...rest } = read.output
  const id = documentRemote(kind, rest.id)
  const order = typeof rest['order'] === 'string' ? documentRemote('purchaseOrder', rest['order']) : null
  return {
    ...documentDefaults,
    number: rest.id,
    ...rest,
    id,
    ...(kind === 'asn' ? { order } : {}),
    lines: lines.map(({ quantity, done, ...row }) => ({
      closed: false,
      ...row,
      id: lineRemote(id, row.id),
      quantity: quantityOf(quantity),
      done: quantityOf(done),
      ...(order !== null && typeof row['orderLine'] === 'string'
        ? { orderLine: lineRemote(order, row['orderLine']) }
        : {}),
    })),
  }
}

const DOCUMENTS: ReadonlySet<InboundKind> = new Set(['purchaseOrder', 'asn', 'salesOrder'])
/** An id of the wire as the port names it. */
export const restRemote = (kind: InboundKind, id: string): string =>
  DOCUMENTS.has(kind) ? documentRemote(kind, id) : id
