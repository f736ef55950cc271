import * as v from 'valibot'
import type { Inbound } from './connector.ts'
import { ids, number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import { isoTime, remoteId } from './odoo-sweep.ts'
import type { Watched } from './odoo-sweep.ts'
import { readUnits } from './odoo-units.ts'

/** A record in the words of the port, not yet checked against its schema. */
export type Raw = { id: string; record: unknown }

const productRow = v.object({
  id: number,
  default_code: text,
  display_name: text,
  barcode: text,
  uom_id: reference,
  categ_id: reference,
  tracking: text,
  standard_price: number,
  currency_id: reference,
  weight: number,
  weight_uom_name: text,
  active: v.boolean(),
  /** From 19 on a product's other units are its packagings, their barcodes lie in rows of their own. */
  uom_ids: v.optional(ids, []),
  /** These come with the module of expiry dates. */
  use_expiration_date: v.optional(v.boolean(), false),
  expiration_time: v.optional(number, 0),
  image_128: v.optional(text, ''),
})
type Product = v.InferOutput<typeof productRow>

/** Goods whose stock Odoo keeps; `path` leads to the item. Before 18 that was a type of its own. */
export const storable = async (
  odoo: Odoo,
  path: '' | 'product_id.',
  signal: AbortSignal,
): Promise<readonly unknown[]> =>
  (await odoo.fields('product.product', signal)).has('is_storable')
    ? [[`${path}is_storable`, '=', true]]
    : [[`${path}type`, '=', 'product']]

export const watchedItems = async (odoo: Odoo, signal: AbortSignal): Promise<Watched> => {
  const there = await odoo.fields('product.product', signal)
  const children = ['product_tmpl_id', 'categ_id', 'uom_id', 'uom_ids', 'product_uom_ids', 'packaging_ids']
  return {
    model: 'product.product',
    domain: await storable(odoo, '', signal),
    // Renaming a template or a category, or adding a barcode to a case, is a change of the item.
    watch: ['', ...children.filter(name => there.has(name))],
  }
}

export const readItems = async (odoo: Odoo, wanted: readonly number[], signal: AbortSignal): Promise<Raw[]> => {
  const context = { display_default_code: false }
  const [products, units, packs, currencies] = await Promise.all([
    odoo.rows('product.product', productRow, { domain: [['id', 'in', wanted]], order: 'id', context }, signal),
    readUnits(odoo, signal),
    readPacks(odoo, wanted, signal),
    odoo.rows('res.currency', currencyRow, { domain: [['active', '=', true]], limit: 500 }, signal),
  ])
  const digits = new Map(currencies.map(row => [row.id, row.decimal_places]))
  return products.map(product => {
    const id = remoteId('product.product', product.id)
    const own = packs.filter(pack => pack.product === product.id)
    const base = product.uom_id?.id ?? 0
    const others = [...new Set([...product.uom_ids, ...own.map(pack => pack.unit)])].filter(unit => unit !== base)
    const record: Inbound['item'] = {
      id,
      client: '',
      sku: product.default_code,
      name: product.display_name,
      unit: product.uom_id?.name ?? '',
      barcodes: [product.barcode, ...own.flatMap(pack => (pack.unit === base ? [pack.barcode] : []))].filter(Boolean),
      category: product.categ_id?.name ?? null,
      packagings: [
        ...others.map(unit => ({
          id: remoteId('uom.uom', unit),
          name: units.name(unit),
          ratio: units.ratio(unit, base),
          barcodes: own.flatMap(pack => (pack.unit === unit && pack.barcode !== '' ? [pack.barcode] : [])),
        })),
        ...own.flatMap(pack => (pack.packaging === null ? [] : [pack.packaging])),
      ],
      tracking: {
        lot: product.tracking === 'lot',
        serial: product.tracking === 'serial',
        expiry: product.use_expiration_date,
      },
      value: valueOf(product, digits),
      weightG: gramsOf(product),
      shelfLifeDays: product.use_expiration_date && product.expiration_time > 0 ? product.expiration_time : null,
      picture: pictureOf(product.image_128),
      active: product.active,
    }
    return { id, record }
  })
}

type Pack = { product: number; unit: number; barcode: string; packaging: Inbound['item']['packagings'][number] | null }
const packRow = v.object({ id: number, product_id: reference, uom_id: reference, barcode: text })
/** Up to Odoo 18: a packaging is a record with a quantity in base units. */
const packagingRow = v.object({ id: number, product_id: reference, name: text, qty: number, barcode: text })
const currencyRow = v.object({ id: number, decimal_places: number })

const readPacks = async (odoo: Odoo, products: readonly number[], signal: AbortSignal): Promise<Pack[]> => {
  const domain = [['product_id', 'in', products]]
  if ((await odoo.fields('product.product', signal)).has('product_uom_ids')) {
    const rows = await odoo.rows('product.uom', packRow, { domain, order: 'id' }, signal)
    return rows.map(row => ({
      product: row.product_id?.id ?? 0,
      unit: row.uom_id?.id ?? 0,
      barcode: row.barcode,
      packaging: null,
    }))
  }
  const rows = await odoo.rows('product.packaging', packagingRow, { domain, order: 'id' }, signal)
  return rows.map(row => ({
    product: row.product_id?.id ?? 0,
    unit: 0,
    barcode: '',
    packaging: {
      id: remoteId('product.packaging', row.id),
      name: row.name,
      ratio: Number.isSafeInteger(row.qty) && row.qty > 0 ? { num: row.qty, den: 1 } : null,
      barcodes: row.barcode === '' ? [] : [row.barcode],
    },
  }))
}

const valueOf = (product: Product, digits: ReadonlyMap<number, number>): Inbound['item']['value'] => {
  const currency = product.currency_id
  if (currency === null || product.standard_price <= 0) return null
  return { minor: Math.round(product.standard_price * 10 ** (digits.get(currency.id) ?? 2)), currency: currency.name }
}
const GRAMS: Readonly<Record<string, number>> = { kg: 1000, lb: 453.59237 }
const gramsOf = (product: Product): number | null => {
  const grams = Math.round(product.weight * (GRAMS[product.weight_uom_name] ?? 0))
  return grams > 0 ? grams : null
}
const MAX_PICTURE = 14_000
/** JPEG, PNG or WebP by their first bytes; a large one is left out, it never holds up its item. */
const pictureOf = (base64: string): string | null =>
  base64.length <= MAX_PICTURE && /^(\/9j\/|iVBORw|UklGR)/.test(base64) ? base64 : null

const lotRow = v.object({ id: number, name: text, product_id: reference, expiration_date: v.optional(text, '') })
export const watchedLots: Watched = { model: 'stock.lot', domain: [], watch: [''] }

export const readLots = async (
  odoo: Odoo,
  wanted: readonly number[],
  zone: string,
  signal: AbortSignal,
): Promise<Raw[]> => {
  const rows = await odoo.rows('stock.lot', lotRow, { domain: [['id', 'in', wanted]], order: 'id' }, signal)
  return rows.map(row => {
    const id = remoteId('stock.lot', row.id)
    const item = remoteId('product.product', row.product_id?.id ?? 0)
    return { id, record: { id, item, lot: row.name, expiry: dayThere(row.expiration_date, zone) } }
  })
}

/** Odoo keeps the moment at which a lot expires; its day is the one that a user over there reads. */
export const dayThere = (odoo: string, zone: string): string | null => {
  if (odoo === '') return null
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(new Date(isoTime(odoo)))
}
/** Noon in UTC is the same day in nearly every time zone. */
export const momentOf = (day: string): string => `${day.slice(0, 10)} 12:00:00`
