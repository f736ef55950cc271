import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { Goods } from './erpnext-goods.ts'
import { readMoved } from './erpnext-orders.ts'
import type { Moved, Side } from './erpnext-orders.ts'
import { maybe, number, text } from './erpnext-rpc.ts'
import type { Doc } from './erpnext-rpc.ts'
import { shareOut } from './erpnext-share.ts'
import type { OrderLine, Share } from './erpnext-share.ts'
import type { Base } from './erpnext-site.ts'
import { factorOf } from './erpnext-units.ts'
import { amountOf } from './quantity.ts'
import type { Ratio } from './quantity.ts'

const orderRow = v.looseObject({
  name: v.string(),
  item_code: maybe.text,
  qty: maybe.number,
  conversion_factor: v.optional(number, 1),
  rate: maybe.number,
})
export const orderDoc = v.looseObject({
  name: v.string(),
  docstatus: maybe.number,
  status: maybe.text,
  items: v.optional(v.array(orderRow), []),
})
type OrderRow = v.InferOutput<typeof orderRow>

/** A document as one of ERPNext's own functions makes it of another: the head, and rows to copy. */
export type Template = { head: Doc; rows: readonly Doc[] }
const mapped = v.looseObject({ items: v.optional(v.array(v.record(v.string(), v.unknown())), []) })

export const readTemplate = async (
  base: Base,
  method: string,
  name: string,
  signal: AbortSignal,
): Promise<Template> => {
  const call = { name: method, phase: 'read', args: { source_name: name } } as const
  const { items, ...head } = await base.frappe.method(call, mapped, signal)
  return { head: clean(head), rows: items.map(clean) }
}

/** What belongs to one record and is not copied to the next. */
const OWN =
  /^(__.*|_.*|name|owner|creation|modified|modified_by|docstatus|idx|parent|parentfield|parenttype|doctype|amended_from)$/
const clean = (doc: Doc): Doc =>
  Object.fromEntries(Object.entries(doc).filter(([field, value]) => !OWN.test(field) && value !== null))

/** Only what every row needs: where the order's line is full, ERPNext's function leaves it out. */
const KEPT = [
  'item_code',
  'item_name',
  'description',
  'uom',
  'stock_uom',
  'conversion_factor',
  'rate',
  'cost_center',
  'project',
]
const rowOf = (row: Doc): Doc =>
  Object.fromEntries(KEPT.flatMap(field => (row[field] === undefined ? [] : [[field, row[field]]])))

const ratioOf = (row: OrderRow): Ratio => {
  const ratio = factorOf(row.conversion_factor)
  if (ratio === null)
    throw new ErpError('config', `The order counts ${row.item_code} in a unit that is no exact number of pieces`, {
      gap: { kind: 'unit', key: `Item,${row.item_code}` },
    })
  return ratio
}

/**
 * The goods' document of an order, composed of what ERPNext's own function makes of it (prices, taxes, addresses) and our rows.
 */
export const composeOrder = async (
  base: Base,
  side: Side,
  order: string,
  goods: readonly Goods[],
  signal: AbortSignal,
): Promise<Doc> => {
  const read = v.safeParse(orderDoc, await base.frappe.doc(side.order, order, signal))
  if (!read.success) throw new ErpError('transient', `ERPNext: unreadable ${side.order}`)
  refuseOver(side, read.output.docstatus, read.output.status)
  const moved = await readMoved(base.frappe, side, [order], signal)
  const lines = read.output.items.map((row): OrderLine => {
    const ratio = ratioOf(row)
    const done = moved.filter(one => one.line === row.name).reduce((sum, one) => sum + one.pieces, 0)
    return { line: row.name, item: row.item_code, ratio, open: amountOf({ n: 1, ...ratio }) * row.qty - done }
  })
  const shares = shareOut(goods, lines)
  await refuseDouble(base, side, shares, moved, signal)
  const template = await readTemplate(base, side.mapper, order, signal)
  const items = shares.map(share => {
    const row = read.output.items.find(one => one.name === share.line?.line)
    if (row === undefined || share.line === null) return { ...loose(share, read.output.items), [side.toOrder]: order }
    const copied = template.rows.find(one => one[side.toLine] === row.name) ?? rowOf(row)
    return { ...copied, ...unitsOf(share), [side.toOrder]: order, [side.toLine]: row.name }
  })
  return { ...template.head, items: items.map(row => withGoods(row, side)) }
}

const unitsOf = (share: Share): Doc => ({ qty: share.units, stock_qty: share.pieces, ...placeOf(share) })

/** Pieces that go to no line of the order, at the price of its line. */
export const loose = (share: Share, rows: readonly OrderRow[]): Doc => {
  const like = rows.find(row => row.item_code === share.goods.item)
  const price = like === undefined ? {} : { rate: like.rate / (like.conversion_factor || 1) }
  const { item, unit } = share.goods
  const counted = { qty: share.pieces, uom: unit, stock_uom: unit, conversion_factor: 1, stock_qty: share.pieces }
  return { item_code: item, ...counted, ...price, ...placeOf(share) }
}

/** Where, and which: from version 15 on the row says that it means its own fields, and not a bundle. */
const placeOf = ({ goods, serials }: Share): Doc => ({
  warehouse: goods.to ?? goods.from ?? '',
  ...trackedFields(goods.batch, serials),
})
export const trackedFields = (batch: string, serials: readonly string[]): Doc =>
  batch === '' && serials.length === 0
    ? {}
    : {
        use_serial_batch_fields: 1,
        ...(batch === '' ? {} : { batch_no: batch }),
        ...(serials.length === 0 ? {} : { serial_no: serials.join('\n') }),
      }

const withGoods = (row: Doc, side: Side): Doc =>
  side.goods === 'Purchase Receipt' ? { ...row, received_qty: row['qty'], rejected_qty: 0 } : row

/** Of an order that is over over there nothing is booked: a person must see where the goods are. */
const refuseOver = (side: Side, docstatus: number, status: string): void => {
  const where = side.order === 'Sales Order' ? 'have left the warehouse' : 'have arrived'
  const words =
    docstatus === 2 ? 'was cancelled' : status === 'Closed' ? 'was closed' : status === 'On Hold' ? 'is on hold' : null
  if (docstatus === 0) throw new ErpError('conflict', `The order is a draft in ERPNext again; these goods ${where}`)
  if (words !== null) throw new ErpError('conflict', `The order ${words} in ERPNext; these goods ${where}`)
}

/** More than is open, while somebody else has booked a part: our goods may be the ones that they booked. */
const refuseDouble = async (
  base: Base,
  side: Side,
  shares: readonly Share[],
  moved: readonly Moved[],
  signal: AbortSignal,
): Promise<void> => {
  const step = (item: string): number =>
    Math.max(1, ...shares.flatMap(one => (one.line?.item === item ? [amountOf({ n: 1, ...one.line.ratio })] : [])))
  const over = new Set(
    shares.flatMap(({ line, goods, pieces }) => (line === null && pieces >= step(goods.item) ? [goods.item] : [])),
  )
  const booked = moved.filter(one => one.pieces > 0 && over.has(one.item))
  const names = [...new Set(booked.map(one => one.parent))]
  if (names.length === 0) return
  const ours = await keysOf(base, side.goods, names, signal)
  const theirs = booked.find(one => !ours.has(one.parent))
  if (theirs !== undefined)
    throw new ErpError(
      'conflict',
      `Somebody has booked ${theirs.item} in ERPNext with ${theirs.parent}: are they the same goods?`,
    )
}

/** Our key of each document that has one. */
export const keysOf = async (
  base: Base,
  doctype: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> => {
  const keyed = v.object({ name: text, [base.keyField]: text })
  const filters = [['name', 'in', names]] as const
  const rows: Readonly<Record<string, string>>[] = await base.frappe.rows(
    doctype,
    keyed,
    { filters: [...filters] },
    signal,
  )
  return new Map(rows.flatMap(row => (row[base.keyField] ? [[row['name'] ?? '', row[base.keyField] ?? '']] : [])))
}
