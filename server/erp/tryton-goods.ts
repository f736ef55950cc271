import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { Line } from './operation.ts'
import { baseOf } from './quantity.ts'
import { items, locations } from './tryton-catalogue.ts'
import { ARCHIVED_TOO } from './tryton-rpc.ts'
import type { Work } from './tryton-document.ts'
import { amountOfBase, baseName } from './tryton-unit.ts'
import type { Unit } from './tryton-unit.ts'
import { decimalValue, flag, id, idIn, rowsOf, text, toDate } from './tryton-value.ts'

/** A row of an operation in Tryton's terms. */
export type Goods = {
  product: number
  own: Unit
  lot: string
  lotId: number | null
  bases: number
  /** In the item's own unit, as Tryton writes it. */
  amount: number
  location: number | null
  line: string | null
  cost: string
  code: string
}

const productRow = v.object({
  id,
  default_uom: id,
  cost_price: v.nullish(decimalValue, null),
  code: text,
  active: flag,
  lot_required: v.nullish(v.array(v.string()), null),
  shelf_life_state: v.optional(text, ''),
  expiration_state: v.optional(text, ''),
})
type Product = v.InferOutput<typeof productRow>

const gap = (kind: string, key: string, words: string): ErpError =>
  new ErpError('config', words, { gap: { kind, key } })

/** Items, units and places of the rows, checked; lots found by number, and made where they are new. */
export const goodsOf = async (
  work: Work,
  lines: readonly (Omit<Line, 'location'> & { location: string | null })[],
): Promise<readonly Goods[]> => {
  const products = await readProducts(work, lines)
  const lots = await lotsOf(work, lines, products)
  return lines.map(line => {
    const product = productOf(line.item, products)
    const own = unitOf(work, product)
    if (line.unit !== undefined && line.unit !== null && line.unit !== baseName(own))
      throw gap(
        'unit',
        line.item,
        `${product.code} is counted in ${baseName(own)} in Tryton now, in our books in ${line.unit}.`,
      )
    const bases = baseOf(line.qty)
    if (bases === null || bases <= 0)
      throw new ErpError('rejected', `${product.code}: the quantity is no whole number of ${baseName(own)}.`)
    return {
      product: product.id,
      own,
      lot: line.lot,
      lotId: line.lot === '' ? null : (lots.get(`${product.id} ${line.lot}`) ?? null),
      bases,
      amount: amountOfBase(bases, own),
      location: placeOf(line.location),
      line: line.line,
      cost: product.cost_price ?? '0',
      code: product.code,
    }
  })
}

export const placeOf = (name: string | null): number | null => {
  if (name === null || name === '') return null
  const n = idIn(name, locations.model)
  if (n === null) throw gap('location', name, `${name} is no location of Tryton.`)
  return n
}

const readProducts = async (work: Work, lines: readonly { item: string }[]): Promise<ReadonlyMap<number, Product>> => {
  const { features } = work.site
  const wanted = [...new Set(lines.map(line => itemNumber(line.item)))]
  const rows = await work.rpc.read(
    'model.product.product.search_read',
    [
      [['id', 'in', wanted]],
      0,
      null,
      null,
      [
        'default_uom',
        'cost_price',
        'code',
        'active',
        ...(features.lots ? ['lot_required'] : []),
        ...(features.expiry ? ['shelf_life_state', 'expiration_state'] : []),
      ],
    ],
    rowsOf(productRow),
    work.signal,
    { context: ARCHIVED_TOO },
  )
  return new Map(rows.map(row => [row.id, row]))
}

const itemNumber = (item: string): number => {
  const n = idIn(item, items.model)
  if (n === null) throw gap('item', item, `${item} is no item of Tryton.`)
  return n
}
const productOf = (item: string, products: ReadonlyMap<number, Product>): Product => {
  const product = products.get(itemNumber(item))
  if (product === undefined) throw gap('item', item, `Item ${item} is no longer in Tryton: it was deleted there.`)
  return product
}
const unitOf = (work: Work, product: Product): Unit => {
  const own = work.site.units.get(product.default_uom)
  if (own === undefined)
    throw gap('unit', `product.uom,${product.default_uom}`, `The unit of ${product.code} is not known.`)
  return own
}

const lotRow = v.object({ id, number: text, product: id })

/**
 * Lots by item and number. A number is not unique in Tryton; the oldest lot of a number is meant. A new one is made, then
 * looked up again, so that a late twin of the making does not count.
 */
const lotsOf = async (
  work: Work,
  lines: readonly Pick<Line, 'item' | 'lot' | 'expiry'>[],
  products: ReadonlyMap<number, Product>,
): Promise<ReadonlyMap<string, number>> => {
  const wanted = new Map(
    lines.filter(line => line.lot !== '').map(line => [`${itemNumber(line.item)} ${line.lot}`, line] as const),
  )
  if (wanted.size === 0) return new Map()
  if (!work.site.features.lots)
    throw new ErpError('config', 'The module stock_lot is not active in Tryton, and goods with a lot are on the way.')
  const find = async (): Promise<Map<string, number>> => {
    const numbers = [...new Set([...wanted.values()].map(line => line.lot))]
    const rows = await work.rpc.read(
      'model.stock.lot.search_read',
      [
        [
          ['number', 'in', numbers],
          ['product', 'in', [...products.keys()]],
        ],
        0,
        null,
        [['id', 'DESC']],
        ['number', 'product'],
      ],
      rowsOf(lotRow),
      work.signal,
    )
    return new Map(rows.map(row => [`${row.product} ${row.number}`, row.id]))
  }
  const found = await find()
  const missing = [...wanted]
    .filter(([at]) => !found.has(at))
    .map(([, line]) => newLot(productOf(line.item, products), line))
  if (missing.length === 0) return found
  await work.rpc.write('model.stock.lot.create', [missing], v.array(id), work.signal)
  return find()
}

const newLot = (product: Product, line: Pick<Line, 'lot' | 'expiry'>) => {
  const date = line.expiry === null ? null : toDate(line.expiry)
  const dated = (state: string): boolean => date !== null && (state === 'required' || state === 'optional')
  return {
    number: line.lot,
    product: product.id,
    ...(dated(product.shelf_life_state) ? { shelf_life_expiration_date: date } : {}),
    ...(dated(product.expiration_state) ? { expiration_date: date } : {}),
  }
}

/** Quantities by item and lot, for comparing a document with its operation. */
export const foldOf = (rows: readonly { product: number; lotId: number | null; bases: number }[]): string =>
  JSON.stringify(
    Object.entries(
      rows.reduce<Record<string, number>>((sums, row) => {
        const at = `${row.product} ${row.lotId ?? ''}`
        return { ...sums, [at]: (sums[at] ?? 0) + row.bases }
      }, {}),
    ).sort(([a], [b]) => (a < b ? -1 : 1)),
  )

const movedRow = v.object({
  id,
  state: text,
  quantity: v.number(),
  internal_quantity: v.number(),
  uom: id,
  origin: v.nullish(v.string(), null),
  shipment: v.nullish(v.string(), null),
  from_location: id,
  to_location: id,
  unit_price: v.nullish(decimalValue, null),
  currency: v.nullish(id, null),
  lot: v.nullish(id, null),
  package: v.nullish(id, null),
  'product.': v.object({ id, default_uom: id }),
})
export type Move = Omit<v.InferOutput<typeof movedRow>, 'product.' | 'lot'> & {
  product: number
  own: Unit
  lotId: number | null
  bases: number
}

const MOVE_FIELDS = [
  'state',
  'quantity',
  'internal_quantity',
  'uom',
  'origin',
  'shipment',
  'from_location',
  'to_location',
  'unit_price',
  'currency',
  'product.default_uom',
] as const
/** Moves by number, with their quantities in whole base units. */
export const movesOf = async (work: Work, domain: readonly unknown[]): Promise<readonly Move[]> => {
  const { features, units } = work.site
  const rows = await work.rpc.read(
    'model.stock.move.search_read',
    [
      domain,
      0,
      null,
      [['id', 'ASC']],
      [...MOVE_FIELDS, ...(features.lots ? ['lot'] : []), ...(features.packages ? ['package'] : [])],
    ],
    rowsOf(movedRow),
    work.signal,
  )
  return rows.map(({ 'product.': product, lot, ...row }) => {
    const own = units.get(product.default_uom)
    if (own === undefined) throw new ErpError('config', `Unit product.uom,${product.default_uom} is not known.`)
    return { ...row, product: product.id, own, lotId: lot, bases: Math.round(row.internal_quantity * 10 ** own.digits) }
  })
}
