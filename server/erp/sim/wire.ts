import * as v from 'valibot'

/** The demo ERP's own records (profile `plain`), as they stand on its wire. Quantities are whole base units. */
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(120))
const words = v.pipe(v.string(), v.maxLength(300))
const units = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const simItem = v.object({
  id,
  client: id,
  sku: id,
  name: words,
  unit: v.pipe(v.string(), v.maxLength(20)),
  barcodes: v.array(id),
  packagings: v.array(
    v.object({ id, name: words, quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), barcodes: v.array(id) }),
  ),
  tracking: v.object({ lot: v.boolean(), serial: v.boolean(), expiry: v.boolean() }),
  active: v.boolean(),
})
export const simOrder = v.object({
  id,
  number: id,
  client: id,
  partner: words,
  due: v.nullable(v.string()),
  priority: v.number(),
  state: v.picklist(['open', 'closed', 'cancelled']),
  lines: v.array(v.object({ id, item: id, quantity: units, done: units, closed: v.boolean() })),
})
