import * as v from 'valibot'
import type { StockQuery, StockRow } from './connector.ts'
import { lotOf } from './erpnext-items.ts'
import { number, text } from './erpnext-rpc.ts'
import type { Filter, Frappe } from './erpnext-rpc.ts'
import { placeId } from './erpnext-site.ts'
import type { Base } from './erpnext-site.ts'
import { nameOf, remoteId } from './erpnext-sweep.ts'
import { readTracked } from './erpnext-tracked.ts'
import { quantityOf } from './erpnext-units.ts'
import { baseQty } from './quantity.ts'

const ITEMS_PAGE = 500
const binRow = v.object({ item_code: text, warehouse: text, actual_qty: number })
const itemRow = v.object({ name: text })

/**
 * Stock on hand by item and warehouse, as ERPNext sums it. It keeps no such sum by batch: for items with batches it is made
 * here of the ledger, whose rows name the batch up to version 14 and a bundle of batches from 15 on.
 */
export async function* readStock(base: Base, query: StockQuery, signal: AbortSignal): AsyncIterable<StockRow> {
  const { own } = await base.site(signal)
  const places = query.locations.length > 0 ? query.locations.map(place => nameOf('Warehouse', place)) : [...own]
  if (places.length === 0) return
  for await (const items of pagesOf(base.frappe, places, query.items, signal)) {
    const tracked = await trackedIn(base.frappe, items, signal)
    const plain = items.filter(item => !tracked.batches.has(item) && !tracked.numbers.has(item))
    const batched = items.filter(item => tracked.batches.has(item) && !tracked.numbers.has(item))
    if (plain.length > 0) yield* plainStock(base.frappe, plain, places, signal)
    if (batched.length > 0) yield* batchStock(base.frappe, batched, places, signal)
    if (tracked.numbers.size > 0) yield* numberedStock(base.frappe, [...tracked.numbers], places, signal)
  }
}

async function* pagesOf(
  frappe: Frappe,
  places: readonly string[],
  items: readonly string[] | undefined,
  signal: AbortSignal,
): AsyncIterable<readonly string[]> {
  if (items !== undefined) {
    const names = [...new Set(items.map(item => nameOf('Item', item)))]
    for (let from = 0; from < names.length; from += ITEMS_PAGE) yield names.slice(from, from + ITEMS_PAGE)
    return
  }
  for (let after = '', more = true; more;) {
    const filters: Filter[] = [
      ['name', '>', after],
      ['is_stock_item', '=', 1],
      ['has_variants', '=', 0],
    ]
    const rows = await frappe.rows('Item', itemRow, { filters, limit: ITEMS_PAGE }, signal)
    if (rows.length > 0) yield rows.map(row => row.name)
    after = rows.at(-1)?.name ?? after
    more = rows.length === ITEMS_PAGE
  }
}

const trackedRow = v.object({ name: text, has_batch_no: number, has_serial_no: number })
const trackedIn = async (frappe: Frappe, items: readonly string[], signal: AbortSignal) => {
  const rows = await frappe.rows('Item', trackedRow, { filters: [['name', 'in', items]] }, signal)
  const those = (is: (row: v.InferOutput<typeof trackedRow>) => boolean): ReadonlySet<string> =>
    new Set(rows.filter(is).map(row => row.name))
  return { batches: those(row => row.has_batch_no === 1), numbers: those(row => row.has_serial_no === 1) }
}

const serialRow = v.object({ name: text, item_code: text, warehouse: text })
/** Unit by unit. What the sum has beyond them came before ERPNext kept numbers of the item. */
async function* numberedStock(
  frappe: Frappe,
  items: readonly string[],
  places: readonly string[],
  signal: AbortSignal,
): AsyncIterable<StockRow> {
  const filters: Filter[] = [
    ['item_code', 'in', items],
    ['warehouse', 'in', places],
  ]
  const named = new Map<string, number>()
  const at = (item: string, location: string): string => JSON.stringify([item, location])
  for (const row of await frappe.rows('Serial No', serialRow, { filters }, signal)) {
    const [item, location] = [remoteId('Item', row.item_code), placeId(row.warehouse)]
    named.set(at(item, location), (named.get(at(item, location)) ?? 0) + 1)
    yield { item, location, lot: row.name, expiry: null, quantity: baseQty(1) }
  }
  for (const bin of await frappe.rows('Bin', binRow, { filters }, signal)) {
    const [item, location] = [remoteId('Item', bin.item_code), placeId(bin.warehouse)]
    const quantity = quantityOf(bin.actual_qty - (named.get(at(item, location)) ?? 0))
    if (quantity !== null && quantity.n !== 0) yield { item, location, lot: '', expiry: null, quantity }
  }
}

async function* plainStock(
  frappe: Frappe,
  items: readonly string[],
  places: readonly string[],
  signal: AbortSignal,
): AsyncIterable<StockRow> {
  const filters: Filter[] = [
    ['item_code', 'in', items],
    ['warehouse', 'in', places],
    ['actual_qty', '!=', 0],
  ]
  for (const row of await frappe.rows('Bin', binRow, { filters }, signal)) {
    const quantity = quantityOf(row.actual_qty)
    if (quantity === null || quantity.n === 0) continue
    const item = remoteId('Item', row.item_code)
    yield { item, location: placeId(row.warehouse), lot: '', expiry: null, quantity }
  }
}

export const ledgerRow = v.object({
  name: text,
  item_code: text,
  warehouse: text,
  actual_qty: number,
  batch_no: text,
  serial_no: text,
  serial_and_batch_bundle: v.optional(text, ''),
})
const batchRow = v.object({ name: text, expiry_date: text })
const LEDGER_PAGE = 5000

async function* batchStock(
  frappe: Frappe,
  items: readonly string[],
  places: readonly string[],
  signal: AbortSignal,
): AsyncIterable<StockRow> {
  const sums = new Map<string, { item: string; place: string; batch: string; n: number }>()
  for await (const rows of ledgerOf(frappe, items, places, signal)) {
    const tracked = await readTracked(frappe, rows, signal, 'bundle')
    for (const row of rows)
      for (const part of tracked(row, Math.abs(row.actual_qty))) {
        const at = { item: row.item_code, place: row.warehouse, batch: part.batch }
        const key = JSON.stringify(at)
        const n = (sums.get(key)?.n ?? 0) + Math.sign(row.actual_qty) * part.pieces
        sums.set(key, { ...at, n })
      }
  }
  const names = [...new Set([...sums.values()].map(row => row.batch).filter(Boolean))]
  const batches =
    names.length === 0 ? [] : await frappe.rows('Batch', batchRow, { filters: [['name', 'in', names]] }, signal)
  const expiries = new Map(batches.map(row => [row.name, row.expiry_date.slice(0, 10)]))
  for (const { item, place, batch, n } of sums.values()) {
    const quantity = quantityOf(n)
    if (quantity === null || quantity.n === 0) continue
    const at = { item: remoteId('Item', item), location: placeId(place) }
    yield { ...at, lot: lotOf(batch, item), expiry: expiries.get(batch) || null, quantity }
  }
}

/** Page by page by name; what is renamed meanwhile (ERPNext does so by night) keeps its moment of making. */
async function* ledgerOf(
  frappe: Frappe,
  items: readonly string[],
  places: readonly string[],
  signal: AbortSignal,
): AsyncIterable<v.InferOutput<typeof ledgerRow>[]> {
  for (let from = '', limit = LEDGER_PAGE, seen = new Set<string>(); ;) {
    const filters: Filter[] = [
      ['item_code', 'in', items],
      ['warehouse', 'in', places],
      ['is_cancelled', '=', 0],
      ...(from === '' ? [] : ([['creation', '>=', from]] as const)),
    ]
    const asked = { filters, order: 'creation asc, name asc', limit }
    const rows = await frappe.rows('Stock Ledger Entry', madeRow, asked, signal)
    yield rows.filter(row => !seen.has(row.name))
    if (rows.length < limit) return
    const last = rows.at(-1)?.creation ?? ''
    // Rows of one moment may fill a page: then a longer one is asked for.
    limit = last === from ? limit * 4 : LEDGER_PAGE
    from = last
    seen = new Set(rows.map(row => row.name))
  }
}
const madeRow = v.object({ ...ledgerRow.entries, creation: text })
