import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { momentOf } from './odoo-items.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import { idOf } from './odoo-sweep.ts'
import type { Line } from './operation.ts'
import { baseOf } from './quantity.ts'

/** One row of goods in Odoo's numbers. */
export type Goods = {
  item: number
  unit: number
  lot: number | null
  quantity: number
  /** The row of the order, where it is known. */
  orderLine: number | null
  from: number
  to: number
  package: number | null
}

const productRow = v.object({
  id: number,
  display_name: text,
  uom_id: reference,
  tracking: text,
  use_expiration_date: v.optional(v.boolean(), false),
})
export type Product = v.InferOutput<typeof productRow>

type Counted = Pick<Line, 'item' | 'qty' | 'unit'>

/**
 * The items of an operation as they are in Odoo now. Refuses what would be booked wrongly: an item that is gone, and one whose
 * unit is another than when it came in, which Odoo allows with stock on hand.
 */
export const readProducts = async (
  odoo: Odoo,
  lines: readonly Counted[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Product>> => {
  const remote = [...new Set(lines.map(line => line.item))]
  const domain = [['id', 'in', remote.map(item => idOf('product.product', item))]]
  const rows = await odoo.rows('product.product', productRow, { domain }, signal)
  const known = new Map(rows.map(row => [row.id, row]))
  const products = new Map<string, Product>()
  for (const line of lines) {
    const product = known.get(idOf('product.product', line.item))
    if (product === undefined)
      throw new ErpError('config', `${line.item} is no longer in Odoo: map the item anew, or skip the message`, {
        gap: { kind: 'item', key: line.item },
      })
    const there = product.uom_id?.name ?? ''
    if (line.unit !== undefined && line.unit !== null && line.unit !== there)
      throw new ErpError(
        'config',
        `Odoo now counts ${product.display_name} in ${there}, we count in ${line.unit}: correct the unit there`,
        { gap: { kind: 'unit', key: line.item } },
      )
    products.set(line.item, product)
  }
  return products
}

/** Whole base units, or refused: a fraction of a piece is a mistake of the mapping. */
export const wholeOf = (line: Counted): number => {
  const n = baseOf(line.qty)
  if (n === null || n <= 0)
    throw new ErpError('config', `${line.item}: ${line.qty.n} × ${line.qty.num}/${line.qty.den} is no whole quantity`, {
      gap: { kind: 'unit', key: line.item },
    })
  return n
}

const lotRow = v.object({ id: number, name: text, product_id: reference })

/**
 * Lots and serials by (item, name). Missing ones are made where goods come in; where goods leave, a lot that Odoo does not
 * know cannot have stock there, and the person who looks into it must see that.
 */
export const readLots = async (
  odoo: Odoo,
  lines: readonly Pick<Line, 'item' | 'lot' | 'serial' | 'expiry'>[],
  products: ReadonlyMap<string, Product>,
  /** The message that brings them in; null where goods leave. */
  makeFor: string | null,
  signal: AbortSignal,
): Promise<(line: Pick<Line, 'item' | 'lot' | 'serial'>) => number | null> => {
  const nameOf = (line: Pick<Line, 'item' | 'lot' | 'serial'>): string =>
    // Odoo takes a lot on an item without tracking; it would then be in two rows of stock for ever.
    products.get(line.item)?.tracking === 'none' ? '' : line.serial === '' ? line.lot : line.serial
  const named = lines.filter(line => nameOf(line) !== '')
  const lots = new Map<string, number>()
  const keyOf = (item: number, name: string): string => `${item}|${name}`
  if (named.length > 0) {
    const domain = [
      ['product_id', 'in', [...new Set(named.map(line => idOf('product.product', line.item)))]],
      ['name', 'in', [...new Set(named.map(nameOf))]],
    ]
    for (const row of await odoo.rows('stock.lot', lotRow, { domain }, signal))
      lots.set(keyOf(row.product_id?.id ?? 0, row.name), row.id)
  }
  const missing = new Map(
    named.flatMap(line => {
      const key = keyOf(idOf('product.product', line.item), nameOf(line))
      return lots.has(key) ? [] : [[key, line] as const]
    }),
  )
  const [first] = missing.values()
  if (first !== undefined && makeFor === null)
    throw new ErpError(
      'conflict',
      `Odoo does not know lot ${nameOf(first)} of ${products.get(first.item)?.display_name ?? first.item}`,
    )
  if (first !== undefined && makeFor !== null) {
    const dated = [...products.values()].some(product => product.use_expiration_date)
    const fields = ['id', 'name', 'product_id/.id', ...(dated ? ['expiration_date'] : [])]
    const rows = [...missing].map(([key, line]) => [
      externalId(makeFor, 'lot', hexOf(key)),
      nameOf(line),
      idOf('product.product', line.item),
      ...(dated ? [expiryOf(line, products.get(line.item))] : []),
    ])
    const ids = await load(odoo, 'stock.lot', fields, rows, signal)
    for (const [i, key] of [...missing.keys()].entries()) lots.set(key, ids[i] ?? 0)
  }
  return line => lots.get(keyOf(idOf('product.product', line.item), nameOf(line))) ?? null
}

const expiryOf = (line: Pick<Line, 'expiry'>, product: Product | undefined): string =>
  product?.use_expiration_date === true && line.expiry !== null ? momentOf(line.expiry) : ''

const stockRow = v.object({ product_id: reference, location_id: reference, lot_id: reference, quantity: number })
const placeRow = v.object({ id: number, complete_name: text })

/**
 * Refuses to take more than Odoo has in a place: Odoo itself would go below zero without a word. `outside` places (vendors,
 * customers, losses) give without limit.
 */
export const refuseShortage = async (
  odoo: Odoo,
  goods: readonly Goods[],
  outside: readonly number[],
  names: ReadonlyMap<number, string>,
  signal: AbortSignal,
): Promise<void> => {
  const taken = new Map<string, { goods: Goods; wanted: number }>()
  const keyOf = (item: number, place: number, lot: number | null): string => `${item}|${place}|${lot ?? 0}`
  for (const row of goods.filter(one => !outside.includes(one.from))) {
    const key = keyOf(row.item, row.from, row.lot)
    taken.set(key, { goods: row, wanted: (taken.get(key)?.wanted ?? 0) + row.quantity })
  }
  if (taken.size === 0) return
  const rows = [...taken.values()].map(one => one.goods)
  const domain = [
    ['product_id', 'in', [...new Set(rows.map(row => row.item))]],
    ['location_id', 'in', [...new Set(rows.map(row => row.from))]],
  ]
  const there = new Map<string, number>()
  for (const row of await odoo.rows('stock.quant', stockRow, { domain }, signal)) {
    const key = keyOf(row.product_id?.id ?? 0, row.location_id?.id ?? 0, row.lot_id?.id ?? null)
    there.set(key, (there.get(key) ?? 0) + row.quantity)
  }
  const short = [...taken].find(([key, { wanted }]) => (there.get(key) ?? 0) < wanted)
  if (short === undefined) return
  const [key, { goods: row, wanted }] = short
  const [place] = await odoo.rows('stock.location', placeRow, { domain: [['id', '=', row.from]] }, signal)
  throw new ErpError(
    'conflict',
    `Odoo has ${there.get(key) ?? 0} of ${names.get(row.item) ?? 'this item'} in ${place?.complete_name ?? 'this place'}, ` +
      `${wanted} are to leave: its stock would fall below zero`,
  )
}

const loaded = v.object({
  ids: v.union([v.array(number), v.literal(false)]),
  messages: v.array(v.looseObject({ message: text })),
})

/**
 * `load` writes rows under external ids of ours: the same id is the same record, however often the call arrives, so two
 * copies of one message make one document. It answers 200 with `ids: false` when nothing was written; a clash with another
 * transaction is such an answer too, so one repeat tells a clash from a refusal without reading a translated text.
 */
export const load = async (
  odoo: Odoo,
  model: string,
  fields: readonly string[],
  data: readonly (readonly (string | number)[])[],
  signal: AbortSignal,
): Promise<readonly number[]> => {
  const args = { fields, data: data.map(row => row.map(String)) }
  const call = { model, method: 'load', phase: 'write', args } as const
  for (let attempt = 1; ; attempt += 1) {
    const answer = await odoo.call(call, loaded, signal)
    if (answer.ids !== false) return answer.ids
    if (attempt === 2)
      throw new ErpError(
        'rejected',
        `Odoo: ${(answer.messages[0]?.message ?? 'not written').replaceAll(/\s+/g, ' ').slice(0, 280)}`,
      )
  }
}
const hexOf = (words: string): string => Buffer.from(words, 'utf8').toString('hex')
/** External ids are made of letters that a module's name may have. */
export const externalId = (key: string, ...parts: readonly (string | number)[]): string =>
  `stockhand.${[key, ...parts].join('_')}`
