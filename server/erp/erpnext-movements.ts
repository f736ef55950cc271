import * as v from 'valibot'
import type { ErpConnector, ErpMove } from './connector.ts'
import { lotOf } from './erpnext-items.ts'
import { keysOf } from './erpnext-order.ts'
import { refOf } from './erpnext-documents.ts'
import { number, text } from './erpnext-rpc.ts'
import type { Frappe } from './erpnext-rpc.ts'
import { placeId } from './erpnext-site.ts'
import type { Base } from './erpnext-site.ts'
import { ledgerRow } from './erpnext-stock.ts'
import { nameOf, remoteId, sweep } from './erpnext-sweep.ts'
import type { Watched } from './erpnext-sweep.ts'
import { postedAt } from './erpnext-time.ts'
import { readTracked } from './erpnext-tracked.ts'
import { quantityOf } from './erpnext-units.ts'

const LEDGER = 'Stock Ledger Entry'
const BOOKED = 'creation asc, name asc'
const movedRow = v.object({
  ...ledgerRow.entries,
  voucher_type: text,
  voucher_no: text,
  voucher_detail_no: text,
  posting_date: text,
  posting_time: text,
})
type Moved = v.InferOutput<typeof movedRow>

/** Doctypes that carry our key. */
const OURS = ['Purchase Receipt', 'Delivery Note', 'Stock Entry']

/**
 * What ERPNext has booked: the rows of its stock ledger, cancelled ones and their counter-rows among them. A transfer is two
 * rows. ERPNext gives a row its number later, by night: the id is made of what stays, the voucher's row and the warehouse.
 */
export const readMovements =
  (base: Base): ErpConnector['movementsSince'] =>
  async (cursor, limit, signal) => {
    const { frappe } = base
    const { company, zone, own } = await base.site(signal)
    const watched: Watched = { heads: [{ doctype: LEDGER, filters: [['company', '=', company]] }] }
    const { ids, next, more } = await sweep(frappe, watched, { cursor, limit, zone }, signal)
    if (ids.length === 0) return { moves: [], next, more }
    const names = ids.map(id => nameOf(LEDGER, id))
    const rows = (
      await frappe.rows(LEDGER, movedRow, { filters: [['name', 'in', names]], order: BOOKED }, signal)
    ).filter(row => own.has(row.warehouse))
    const [tracked, counted, keys] = await Promise.all([
      readTracked(frappe, rows, signal, 'bundle'),
      readCounted(frappe, rows, signal),
      readKeys(base, rows, signal),
    ])
    const moves = rows.flatMap(row => {
      const change = row.actual_qty === 0 ? (counted.get(row.voucher_detail_no) ?? 0) : row.actual_qty
      const at = { at: postedAt(row.posting_date, row.posting_time, zone), key: keys.get(row.voucher_no) ?? null }
      return tracked(row, Math.abs(change)).flatMap((part): ErpMove[] => {
        const quantity = quantityOf(part.pieces)
        if (change === 0 || quantity === null || quantity.n === 0) return []
        const way = change > 0 ? 'in' : 'out'
        const place = placeId(row.warehouse)
        return [
          {
            id: [row.voucher_no, row.voucher_detail_no, row.warehouse, way, part.batch, part.serial].join('/'),
            item: remoteId('Item', row.item_code),
            lot: part.serial || (part.batch === '' ? '' : lotOf(part.batch, row.item_code)),
            quantity,
            from: way === 'out' ? place : null,
            to: way === 'in' ? place : null,
            document: refOf(base, row.voucher_type, row.voucher_no),
            ...at,
          },
        ]
      })
    })
    return { moves, next, more }
  }

const countedRow = v.object({ name: text, qty: number, current_qty: number })
/** A count of goods without batches stands in the ledger with the new figure only; its document knows the difference. */
const readCounted = async (
  frappe: Frappe,
  rows: readonly Moved[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> => {
  const names = rows.flatMap(row =>
    row.voucher_type === 'Stock Reconciliation' && row.actual_qty === 0 ? [row.voucher_detail_no] : [],
  )
  if (names.length === 0) return new Map()
  const query = { filters: [['name', 'in', names]], parent: 'Stock Reconciliation' } as const
  const counts = await frappe.rows('Stock Reconciliation Item', countedRow, query, signal)
  return new Map(counts.map(row => [row.name, row.qty - row.current_qty]))
}

const readKeys = async (
  base: Base,
  rows: readonly Moved[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> => {
  const keys = new Map<string, string>()
  for (const doctype of OURS) {
    const names = [...new Set(rows.flatMap(row => (row.voucher_type === doctype ? [row.voucher_no] : [])))]
    if (names.length === 0) continue
    for (const [name, key] of await keysOf(base, doctype, names, signal)) keys.set(name, key)
  }
  return keys
}
