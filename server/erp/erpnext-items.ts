import * as v from 'valibot'
import type { Inbound } from './connector.ts'
import { number, text, tick } from './erpnext-rpc.ts'
import type { Frappe } from './erpnext-rpc.ts'
import { nameOf, remoteId } from './erpnext-sweep.ts'
import type { Watched } from './erpnext-sweep.ts'
import { factorOf } from './erpnext-units.ts'

/** A record in the words of the port, not yet checked against its schema. */
export type Raw = { id: string; record: unknown }

const itemRow = v.object({
  name: text,
  item_code: text,
  item_name: text,
  stock_uom: text,
  item_group: text,
  has_batch_no: tick,
  has_serial_no: tick,
  has_expiry_date: tick,
  shelf_life_in_days: number,
  valuation_rate: number,
  weight_per_unit: number,
  weight_uom: text,
  disabled: tick,
})
type Item = v.InferOutput<typeof itemRow>
const barcodeRow = v.object({ parent: text, barcode: text, uom: v.optional(text, '') })
const unitRow = v.object({ parent: text, uom: text, conversion_factor: number })

/** Goods whose stock ERPNext keeps; the template of several variants has none itself. */
export const watchedItems: Watched = {
  heads: [
    {
      doctype: 'Item',
      filters: [
        ['is_stock_item', '=', 1],
        ['has_variants', '=', 0],
      ],
      active: [['disabled', '=', 0]],
    },
  ],
  children: [
    { doctype: 'Item Barcode', of: 'Item' },
    { doctype: 'UOM Conversion Detail', of: 'Item' },
  ],
}

export const readItems = async (
  frappe: Frappe,
  wanted: readonly string[],
  currency: string,
  signal: AbortSignal,
): Promise<Raw[]> => {
  const names = wanted.map(id => nameOf('Item', id))
  const filters = [['name', 'in', names], ...(watchedItems.heads[0]?.filters ?? [])] as const
  const of = { filters: [['parent', 'in', names]], parent: 'Item', order: 'parent asc, idx asc' } as const
  const [items, barcodes, units] = await Promise.all([
    frappe.rows('Item', itemRow, { filters: [...filters] }, signal),
    frappe.rows('Item Barcode', barcodeRow, of, signal),
    frappe.rows('UOM Conversion Detail', unitRow, of, signal),
  ])
  const ofItem = <T extends { parent: string }>(rows: readonly T[], item: Item): T[] =>
    rows.filter(row => row.parent === item.name)
  return items.map(item => {
    const id = remoteId('Item', item.name)
    return { id, record: recordOf(id, item, ofItem(barcodes, item), ofItem(units, item), currency) }
  })
}

const recordOf = (
  id: string,
  item: Item,
  barcodes: readonly v.InferOutput<typeof barcodeRow>[],
  units: readonly v.InferOutput<typeof unitRow>[],
  currency: string,
): Inbound['item'] => {
  const others = units.filter(row => row.uom !== item.stock_uom)
  const known = new Set(others.map(row => row.uom))
  return {
    id,
    client: '',
    sku: item.item_code === '' ? item.name : item.item_code,
    name: item.item_name === '' ? item.name : item.item_name,
    unit: item.stock_uom,
    // A barcode of a unit that the item does not have means one piece.
    barcodes: barcodes.filter(row => row.barcode !== '' && !known.has(row.uom)).map(row => row.barcode),
    category: item.item_group === '' ? null : item.item_group,
    packagings: others.map(row => ({
      id: remoteId('UOM', row.uom),
      name: row.uom,
      ratio: factorOf(row.conversion_factor),
      barcodes: barcodes.flatMap(code => (code.uom === row.uom && code.barcode !== '' ? [code.barcode] : [])),
    })),
    tracking: { lot: item.has_batch_no, serial: item.has_serial_no, expiry: item.has_expiry_date },
    value: item.valuation_rate > 0 ? { minor: minorOf(item.valuation_rate, currency), currency } : null,
    weightG: gramsOf(item),
    shelfLifeDays: item.has_expiry_date && item.shelf_life_in_days > 0 ? Math.round(item.shelf_life_in_days) : null,
    picture: null,
    active: !item.disabled,
  }
}

const minorOf = (value: number, currency: string): number => {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
  return Math.round(value * 10 ** (digits ?? 2))
}
const GRAMS: Readonly<Record<string, number>> = {
  gram: 1,
  g: 1,
  kg: 1000,
  kilogram: 1000,
  pound: 453.59237,
  lb: 453.59237,
}
const gramsOf = (item: Item): number | null => {
  const grams = Math.round(item.weight_per_unit * (GRAMS[item.weight_uom.toLowerCase()] ?? 0))
  return grams > 0 ? grams : null
}

const batchRow = v.object({ name: text, item: text, expiry_date: text, disabled: tick })
export const watchedLots: Watched = { heads: [{ doctype: 'Batch', filters: [], active: [['disabled', '=', 0]] }] }

export const readLots = async (frappe: Frappe, wanted: readonly string[], signal: AbortSignal): Promise<Raw[]> => {
  const names = wanted.map(id => nameOf('Batch', id))
  const rows = await frappe.rows('Batch', batchRow, { filters: [['name', 'in', names]] }, signal)
  return rows.map(row => {
    const id = remoteId('Batch', row.name)
    const expiry = row.expiry_date === '' ? null : row.expiry_date.slice(0, 10)
    const lot = lotOf(row.name, row.item)
    return { id, record: { id, item: remoteId('Item', row.item), lot, expiry, blocked: row.disabled, active: true } }
  })
}

/**
 * The name of a batch is unique over all items, and lots of two items may have one number (a date, often). The first one has
 * the number alone; those of other items carry their item behind it.
 */
export const batchNames = (lot: string, item: string): readonly [alone: string, together: string] => [
  lot,
  `${lot} / ${item}`,
]
export const lotOf = (batch: string, item: string): string =>
  batch.endsWith(` / ${item}`) ? batch.slice(0, -` / ${item}`.length) : batch
