import * as v from 'valibot'
import type { Found, PostedLine } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { Wanted } from './erpnext-goods.ts'
import { wholeOf } from './erpnext-goods.ts'
import { lotOf } from './erpnext-items.ts'
import { maybe, number, text } from './erpnext-rpc.ts'
import type { Doc } from './erpnext-rpc.ts'
import type { Base } from './erpnext-site.ts'
import { nameOf, remoteId } from './erpnext-sweep.ts'
import { postedAt } from './erpnext-time.ts'
import { readTracked } from './erpnext-tracked.ts'
import type { Tracked } from './erpnext-tracked.ts'
import { quantityOf } from './erpnext-units.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'

export type Goodsdoc = 'Purchase Receipt' | 'Delivery Note' | 'Stock Entry'

/** Goods of an order are its receipt or its delivery note; everything else is a stock entry. */
export const doctypeOf = (op: OutboundOp): Goodsdoc => {
  if (op.type === 'receipt' && op.order !== null) return 'Purchase Receipt'
  if (op.type === 'shipment' || (op.type === 'return' && op.order !== null)) return 'Delivery Note'
  return 'Stock Entry'
}

export const refOf = (base: Base, doctype: string, name: string): RemoteRef => ({
  kind: doctype,
  id: remoteId(doctype, name),
  number: name,
  url: base.link(doctype, name),
})

const row = v.object({ name: text, docstatus: number })
export type Head = v.InferOutput<typeof row>
export const DRAFT = 0
export const POSTED = 1
export const CANCELLED = 2

/** The documents that carry our key, with the one that we remember: what ERPNext says now. */
export const findHead = async (
  base: Base,
  op: OutboundOp,
  ref: RemoteRef | null,
  signal: AbortSignal,
): Promise<{ state: 'absent' } | { state: 'many'; all: Head[] } | { state: 'one'; head: Head }> => {
  const doctype = doctypeOf(op)
  const read = (field: string, value: string): Promise<Head[]> =>
    base.frappe.rows(doctype, row, { filters: [[field, '=', value]], limit: 50 }, signal)
  const found = await read(base.keyField, op.key)
  // Somebody may have removed our key from a draft over there; then what we remember is all that we have.
  const rows = found.length === 0 && ref !== null ? await read('name', nameOf(doctype, ref.id)) : found
  // A document that was taken back is no second one.
  const alive = rows.filter(one => one.docstatus !== CANCELLED)
  const [head] = alive.length > 0 ? alive : rows
  if (head === undefined) return { state: 'absent' }
  return alive.length > 1 ? { state: 'many', all: alive } : { state: 'one', head }
}

const number0 = maybe.number
const goodsRow = v.object({
  item_code: v.string(),
  qty: number0,
  conversion_factor: v.optional(number, 1),
  /** Pieces, as ERPNext has reckoned them: in receipts and notes, and in stock entries. */
  stock_qty: v.optional(number),
  transfer_qty: v.optional(number),
  warehouse: maybe.text,
  s_warehouse: maybe.text,
  t_warehouse: maybe.text,
  batch_no: maybe.text,
  serial_no: maybe.text,
  serial_and_batch_bundle: maybe.text,
})
const document = v.object({
  name: v.string(),
  docstatus: number0,
  modified: maybe.text,
  is_return: maybe.tick,
  posting_date: maybe.text,
  posting_time: maybe.text,
  items: v.optional(v.array(goodsRow), []),
})
export type Document = v.InferOutput<typeof document>

export const readDocument = (doc: Doc): Document => {
  const read = v.safeParse(document, doc)
  if (read.success) return read.output
  throw new ErpError('transient', `ERPNext: unreadable document (${v.getDotPath(read.issues[0]) ?? 'as a whole'})`)
}

/** What a document moves, piece by piece of what is tracked. */
export type Moves = { item: string; lot: string; serial: string; from: string; to: string; pieces: number }

export const movesOf = (doctype: Goodsdoc, doc: Document, tracked: Tracked): Moves[] =>
  doc.items.flatMap(item => {
    const pieces = Math.abs(item.stock_qty ?? item.transfer_qty ?? item.qty * item.conversion_factor)
    const leaves = doctype === 'Delivery Note' && !doc.is_return
    const at =
      doctype === 'Stock Entry'
        ? { from: item.s_warehouse, to: item.t_warehouse }
        : leaves
          ? { from: item.warehouse, to: '' }
          : { from: '', to: item.warehouse }
    return tracked(item, pieces).map(part => ({
      item: item.item_code,
      lot: part.batch === '' ? '' : lotOf(part.batch, item.item_code),
      serial: part.serial,
      pieces: part.pieces,
      ...at,
    }))
  })

const sumsOf = (moves: readonly Moves[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { pieces, ...at } of moves) {
    const key = JSON.stringify([at.item, at.lot, at.serial, at.from, at.to])
    sums.set(key, (sums.get(key) ?? 0) + pieces)
  }
  return sums
}
/** Whether a document moves just what the message says. */
export const isSame = (moves: readonly Moves[], wanted: readonly Wanted[]): boolean => {
  const there = sumsOf(moves)
  const here = sumsOf(
    wanted.map(line => ({
      item: nameOf('Item', line.item),
      lot: line.lot,
      serial: line.serial,
      from: line.from ?? '',
      to: line.to ?? '',
      pieces: wholeOf(line),
    })),
  )
  return there.size === here.size && [...here].every(([key, n]) => Math.abs((there.get(key) ?? 0) - n) < 1e-6)
}

/** The document, and what it moves. */
export const readMoves = async (
  base: Base,
  doctype: Goodsdoc,
  name: string,
  signal: AbortSignal,
): Promise<{ doc: Doc; document: Document; moves: Moves[] }> => {
  const doc = await base.frappe.doc(doctype, name, signal)
  const document = readDocument(doc)
  const tracked = await readTracked(base.frappe, document.items, signal)
  return { doc, document, moves: movesOf(doctype, document, tracked) }
}

export const postedOf = async (base: Base, doctype: Goodsdoc, name: string, signal: AbortSignal): Promise<Found> => {
  const ref = refOf(base, doctype, name)
  const { zone } = await base.site(signal)
  const { document, moves } = await readMoves(base, doctype, name, signal)
  const lines = moves.flatMap(({ item, lot, serial, pieces }): PostedLine[] => {
    const qty = quantityOf(pieces)
    return qty === null || qty.n === 0 ? [] : [{ item: remoteId('Item', item), lot, serial, qty }]
  })
  const at = postedAt(document.posting_date, document.posting_time, zone)
  return { state: 'posted', ref, at, lines, documents: [] }
}
