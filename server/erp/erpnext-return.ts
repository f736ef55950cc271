import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { Goods } from './erpnext-goods.ts'
import { loose, orderDoc, readTemplate, trackedFields } from './erpnext-order.ts'
import { readMoved, SALE } from './erpnext-orders.ts'
import type { Moved } from './erpnext-orders.ts'
import type { Doc } from './erpnext-rpc.ts'
import { shareOut } from './erpnext-share.ts'
import type { Base } from './erpnext-site.ts'
import { factorOf } from './erpnext-units.ts'
import { amountOf, ONE } from './quantity.ts'

const MAKE_RETURN = 'erpnext.stock.doctype.delivery_note.delivery_note.make_sales_return'

/**
 * Goods that come back from a customer: a delivery note with negative quantities, against the newest one that delivered them
 * all, so that price, tax and delivered quantities follow. Where none alone did, it stands for itself and names the order.
 */
export const composeReturn = async (
  base: Base,
  order: string,
  goods: readonly Goods[],
  signal: AbortSignal,
): Promise<Doc> => {
  const against = coveredBy(await readMoved(base.frappe, SALE, [order], signal), goods)
  const template = await readTemplate(base, against === null ? SALE.mapper : MAKE_RETURN, against ?? order, signal)
  const read = v.safeParse(orderDoc, await base.frappe.doc('Sales Order', order, signal))
  if (!read.success) throw new ErpError('transient', 'ERPNext: unreadable Sales Order')
  const rows = against === null ? [] : template.rows
  const lines = rows.map((row, n) => {
    const ratio = factorOf(Number(row['conversion_factor'] ?? 1)) ?? ONE
    const open = amountOf({ n: 1, ...ratio }) * Math.abs(Number(row['qty'] ?? 0))
    return { line: String(n), item: String(row['item_code']), ratio, open }
  })
  const shares = shareOut(
    goods.map(row => ({ ...row, orderLine: null })),
    lines,
  )
  const items = shares.map(share => {
    const ordered = read.output.items
    const copied =
      share.line === null
        ? { ...loose(share, ordered), ...lineFor(share.goods.item, ordered) }
        : (rows[Number(share.line.line)] ?? {})
    const place = { warehouse: share.goods.to, ...trackedFields(share.goods.batch, share.serials) }
    const counted = { qty: -(share.line === null ? share.pieces : share.units), stock_qty: -share.pieces }
    return { ...withoutTracking(copied), ...counted, ...place, against_sales_order: order }
  })
  return { ...template.head, is_return: 1, ...(against === null ? {} : { return_against: against }), items }
}

/** Of several that delivered all of it the newest; what has come back already may have been its goods. */
const coveredBy = (moved: readonly Moved[], goods: readonly Goods[]): string | null => {
  const wanted = new Map<string, number>()
  for (const row of goods) wanted.set(row.item, (wanted.get(row.item) ?? 0) + row.pieces)
  const sum = (rows: readonly Moved[]): number => rows.reduce((all, one) => all + one.pieces, 0)
  const left = (note: string, item: string): number =>
    sum(moved.filter(one => one.item === item && (one.parent === note || one.pieces < 0)))
  const notes = [...new Set(moved.filter(one => one.pieces > 0).map(one => one.parent))]
  return notes.toReversed().find(note => [...wanted].every(([item, n]) => left(note, item) >= n)) ?? null
}

/** The order's line in pieces, so that what it has delivered goes down. */
const lineFor = (
  item: string,
  rows: readonly { name: string; item_code: string; conversion_factor: number }[],
): Doc => {
  const line = rows.find(row => row.item_code === item && row.conversion_factor === 1)
  return line === undefined ? {} : { so_detail: line.name }
}

/** The batch that was delivered is not necessarily the one that comes back. */
const withoutTracking = (row: Doc): Doc =>
  Object.fromEntries(
    Object.entries(row).filter(([field]) => !['batch_no', 'serial_no', 'serial_and_batch_bundle'].includes(field)),
  )
