import * as v from 'valibot'
import { plainText } from './erpnext-answer.ts'
import type { Raw } from './erpnext-items.ts'
import { readAddresses } from './erpnext-partners.ts'
import { number, text, tick } from './erpnext-rpc.ts'
import type { Filter, Frappe } from './erpnext-rpc.ts'
import type { Base, Site } from './erpnext-site.ts'
import { nameOf, remoteId } from './erpnext-sweep.ts'
import type { Watched } from './erpnext-sweep.ts'
import { factorOf, quantityOf } from './erpnext-units.ts'
import { amountOf } from './quantity.ts'

/** Purchases are received by Purchase Receipts, sales delivered by Delivery Notes: two sides with the same shape. */
export type Side = {
  order: 'Purchase Order' | 'Sales Order'
  line: 'Purchase Order Item' | 'Sales Order Item'
  goods: 'Purchase Receipt' | 'Delivery Note'
  /** In a row of goods: the order, and its line. */
  toOrder: 'purchase_order' | 'against_sales_order'
  toLine: 'purchase_order_item' | 'so_detail'
  party: 'supplier' | 'customer'
  /** ERPNext's own function that makes the goods' document of an order: prices, taxes, addresses. */
  mapper: string
}
export const PURCHASE: Side = {
  order: 'Purchase Order',
  line: 'Purchase Order Item',
  goods: 'Purchase Receipt',
  toOrder: 'purchase_order',
  toLine: 'purchase_order_item',
  party: 'supplier',
  mapper: 'erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_receipt',
}
export const SALE: Side = {
  order: 'Sales Order',
  line: 'Sales Order Item',
  goods: 'Delivery Note',
  toOrder: 'against_sales_order',
  toLine: 'so_detail',
  party: 'customer',
  mapper: 'erpnext.selling.doctype.sales_order.sales_order.make_delivery_note',
}

/** Drafts are nobody's order yet. What is over is not read in the first sweep. */
const watched = (side: Side, company: string, over: readonly string[]): Watched => ({
  heads: [
    {
      doctype: side.order,
      filters: [
        ['company', '=', company],
        ['docstatus', 'in', [1, 2]],
      ],
      first: [
        ['docstatus', '=', 1],
        ['status', 'not in', over],
      ],
      active: [
        ['docstatus', '=', 1],
        ['status', 'not in', over],
      ],
    },
  ],
  children: [{ doctype: side.line, of: side.order }],
})
export const watchedPurchases = (company: string): Watched =>
  watched(PURCHASE, company, ['Closed', 'Completed', 'Delivered', 'To Bill'])
export const watchedSales = (company: string): Watched => watched(SALE, company, ['Closed', 'Completed', 'To Bill'])

const head = { name: text, docstatus: number, status: text }
const purchaseRow = v.object({
  ...head,
  supplier: text,
  supplier_name: text,
  schedule_date: text,
  per_received: number,
})
const saleRow = v.object({
  ...head,
  customer: text,
  customer_name: text,
  delivery_date: text,
  per_delivered: number,
  shipping_address_name: text,
  po_no: text,
})
const line = { name: text, parent: text, item_code: text, qty: number, conversion_factor: number, warehouse: text }
const purchaseLineRow = v.object({ ...line, received_qty: number, delivered_by_supplier: tick })
const saleLineRow = v.object({ ...line, delivered_qty: number, delivered_by_supplier: tick })
type OrderLine = v.InferOutput<v.ObjectSchema<typeof line, undefined>> & { done: number; elsewhere: boolean }

export const readPurchases = async (base: Base, wanted: readonly string[], signal: AbortSignal): Promise<Raw[]> => {
  const names = wanted.map(id => nameOf('Purchase Order', id))
  const [site, orders, rows] = await Promise.all([
    base.site(signal),
    base.frappe.rows('Purchase Order', purchaseRow, { filters: [['name', 'in', names]] }, signal),
    base.frappe.rows('Purchase Order Item', purchaseLineRow, linesOf('Purchase Order', names), signal),
  ])
  const lines = rows.map(row => ({ ...row, done: row.received_qty, elsewhere: row.delivered_by_supplier }))
  const goods = await readGoods(base, PURCHASE, names, lines, site, signal)
  return orders.map(order => ({
    id: remoteId('Purchase Order', order.name),
    record: {
      ...headOf(PURCHASE, order, { party: order.supplier, title: order.supplier_name, note: null }, goods),
      due: dayOf(order.schedule_date),
      state: stateOf(order, order.per_received),
    },
  }))
}

export const readSales = async (base: Base, wanted: readonly string[], signal: AbortSignal): Promise<Raw[]> => {
  const names = wanted.map(id => nameOf('Sales Order', id))
  const [site, orders, rows] = await Promise.all([
    base.site(signal),
    base.frappe.rows('Sales Order', saleRow, { filters: [['name', 'in', names]] }, signal),
    base.frappe.rows('Sales Order Item', saleLineRow, linesOf('Sales Order', names), signal),
  ])
  const lines = rows.map(row => ({ ...row, done: row.delivered_qty, elsewhere: row.delivered_by_supplier }))
  const [goods, addresses] = await Promise.all([
    readGoods(base, SALE, names, lines, site, signal),
    readAddresses(
      base.frappe,
      orders.map(order => order.shipping_address_name),
      signal,
    ),
  ])
  return orders.map(order => {
    const note = order.po_no === '' ? null : order.po_no
    return {
      id: remoteId('Sales Order', order.name),
      record: {
        ...headOf(SALE, order, { party: order.customer, title: order.customer_name, note }, goods),
        due: dayOf(order.delivery_date),
        state: stateOf(order, order.per_delivered),
        customer: order.customer === '' ? null : remoteId('Customer', order.customer),
        shipTo: addresses.get(order.shipping_address_name) ?? null,
        carrier: null,
      },
    }
  })
}

const linesOf = (parent: string, names: readonly string[]) =>
  ({ filters: [['parent', 'in', names]], parent, order: 'parent asc, idx asc' }) as const
const dayOf = (day: string): string | null => (day === '' ? null : day.slice(0, 10))

const stateOf = (order: { docstatus: number; status: string }, percent: number): 'open' | 'closed' | 'cancelled' => {
  if (order.docstatus === 2) return 'cancelled'
  return percent >= 100 || ['Closed', 'Completed', 'Delivered'].includes(order.status) ? 'closed' : 'open'
}

const headOf = (
  side: Side,
  order: { name: string; status: string },
  more: { party: string; title: string; note: string | null },
  goods: Goods,
) => ({
  id: remoteId(side.order, order.name),
  number: order.name,
  client: '',
  partner: more.title === '' ? more.party : more.title,
  partnerId: more.party === '' ? null : remoteId(side.party === 'supplier' ? 'Supplier' : 'Customer', more.party),
  priority: 0,
  note: more.note === null ? null : plainText(more.note).slice(0, 2000),
  lines: goods.lines
    .filter(row => row.parent === order.name)
    .map(row => lineOf(side, row, goods.done.get(row.name) ?? 0, order.status === 'Closed')),
})

const lineOf = (side: Side, row: OrderLine, pieces: number, closed: boolean) => {
  const ratio = factorOf(row.conversion_factor)
  // ERPNext counts what is done in the order's own unit, three digits: 13 pieces of a case of 12 read as 1.083 cases.
  const said = ratio === null ? 0 : amountOf({ n: 1, ...ratio }) * row.done
  return {
    id: remoteId(side.line, row.name),
    item: remoteId('Item', row.item_code),
    // A unit without an exact ratio leaves no quantity: the record becomes a flaw that names the line.
    quantity: ratio === null ? null : quantityOf(row.qty, ratio),
    done: quantityOf(pieces > said - 1 ? pieces : said),
    closed,
  }
}

type Goods = { lines: readonly OrderLine[]; done: ReadonlyMap<string, number> }
const itemRow = v.object({ name: text })

/** Lines of goods that are to lie in our warehouses, and what has moved of them in pieces. */
const readGoods = async (
  base: Base,
  side: Side,
  orders: readonly string[],
  rows: readonly OrderLine[],
  site: Site,
  signal: AbortSignal,
): Promise<Goods> => {
  const codes = [...new Set(rows.map(row => row.item_code))]
  const filters: Filter[] = [
    ['name', 'in', codes],
    ['is_stock_item', '=', 1],
  ]
  const [items, moved] = await Promise.all([
    codes.length === 0 ? [] : base.frappe.rows('Item', itemRow, { filters }, signal),
    readMoved(base.frappe, side, orders, signal),
  ])
  const stocked = new Set(items.map(item => item.name))
  const lines = rows.filter(
    row => stocked.has(row.item_code) && !row.elsewhere && (row.warehouse === '' || site.own.has(row.warehouse)),
  )
  const done = new Map<string, number>()
  const known = new Set(lines.map(row => row.name))
  for (const row of moved) {
    // What came over, or makes no whole case, names the order only: it counts for the item's first line.
    const own = known.has(row.line)
      ? row.line
      : lines.find(at => at.parent === row.order && at.item_code === row.item)?.name
    if (own !== undefined) done.set(own, (done.get(own) ?? 0) + row.pieces)
  }
  return { lines, done }
}

export type Moved = { parent: string; order: string; line: string; item: string; pieces: number }
const movedRow = (side: Side) =>
  v.object({ parent: text, item_code: text, stock_qty: number, [side.toOrder]: text, [side.toLine]: text })

/** Posted rows of goods of these orders; what came back counts the other way. */
export const readMoved = async (
  frappe: Frappe,
  side: Side,
  orders: readonly string[],
  signal: AbortSignal,
): Promise<Moved[]> => {
  if (orders.length === 0) return []
  const filters: Filter[] = [
    [side.toOrder, 'in', orders],
    ['docstatus', '=', 1],
  ]
  const query = { filters, parent: side.goods, order: 'creation asc, name asc' }
  const rows: Readonly<Record<string, string | number>>[] = await frappe.rows(
    `${side.goods} Item`,
    movedRow(side),
    query,
    signal,
  )
  return rows.map(row => ({
    parent: String(row['parent']),
    order: String(row[side.toOrder]),
    line: String(row[side.toLine]),
    item: String(row['item_code']),
    pieces: Number(row['stock_qty']),
  }))
}
