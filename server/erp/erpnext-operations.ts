import * as v from 'valibot'
import type { Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import { isMissing, isTaken } from './erpnext-answer.ts'
import {
  CANCELLED,
  DRAFT,
  doctypeOf,
  findHead,
  isSame,
  POSTED,
  postedOf,
  readMoves,
  refOf,
} from './erpnext-documents.ts'
import { readGoods, refuseShortage } from './erpnext-goods.ts'
import type { Goods, Wanted } from './erpnext-goods.ts'
import { composeOrder, trackedFields } from './erpnext-order.ts'
import { PURCHASE, SALE } from './erpnext-orders.ts'
import { composeReturn } from './erpnext-return.ts'
import { number, text } from './erpnext-rpc.ts'
import type { Doc } from './erpnext-rpc.ts'
import { warehouseOf } from './erpnext-site.ts'
import type { Base, Site } from './erpnext-site.ts'
import { nameOf } from './erpnext-sweep.ts'
import { wallOf } from './erpnext-time.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'
import { baseQty } from './quantity.ts'

/** Large documents take minutes over there; the message's lease is five. */
const SUBMIT_MS = 120_000

/** Which goods move, from where to where; null is outside. */
const wantedOf = (op: OutboundOp, site: Site): Wanted[] => {
  switch (op.type) {
    case 'receipt':
    case 'return':
      return op.lines.map(line => ({ ...line, from: null, to: warehouseOf(site, line.location) }))
    case 'shipment':
      return op.lines.map(line => ({ ...line, from: warehouseOf(site, line.location), to: null }))
    case 'transfer':
      return op.lines.map(line => ({
        ...line,
        from: nameOf('Warehouse', line.from),
        to: nameOf('Warehouse', line.to),
      }))
    case 'adjustment': {
      const place = warehouseOf(site, op.line.location)
      const [from, to] = op.delta < 0 ? [place, null] : [null, place]
      return [{ ...op.line, line: null, qty: baseQty(Math.abs(op.delta)), from, to }]
    }
    case 'orderStatus':
    case 'reservation':
      throw new ErpError('config', `ERPNext takes no messages of type ${op.type}`)
  }
}

const arrives = (op: OutboundOp): boolean =>
  op.type === 'receipt' || op.type === 'return' || (op.type === 'adjustment' && op.delta > 0)

const noteOf = (op: OutboundOp): string => {
  const head = `Stockhand ${op.key}; ${op.by}`
  if (op.type === 'adjustment')
    return `${head}; counted ${op.counted}, books said ${op.bookAtCount} (${op.countedAt}); ${op.reason}; approved by ${op.approvedBy}`
  return op.type === 'return' ? `${head}; ${op.reason}` : head
}

/** Finds the document of an earlier attempt, or makes a draft. Our key is unique over there, so no call makes a second one. */
export const prepare = async (
  base: Base,
  op: OutboundOp,
  known: RemoteRef | null,
  signal: AbortSignal,
): Promise<RemoteRef> => {
  const doctype = doctypeOf(op)
  const wanted = wantedOf(op, await base.site(signal))
  if (wanted.length === 0) throw new ErpError('config', 'This message has no goods')
  const before = await findHead(base, op, known, signal)
  if (before.state === 'many') throw new ErpError('conflict', 'Our key stands on more than one document in ERPNext')
  const head = before.state === 'one' ? before.head : null
  if (head?.docstatus === CANCELLED)
    throw new ErpError('conflict', `${head.name} was cancelled in ERPNext: enter it there anew, and skip this message`)
  if (head?.docstatus === POSTED) return refOf(base, doctype, head.name)
  if (head?.docstatus === DRAFT && isSame((await readMoves(base, doctype, head.name, signal)).moves, wanted))
    return refOf(base, doctype, head.name)
  const goods = await readGoods(base.frappe, wanted, arrives(op), signal)
  const doc = await compose(base, op, goods, signal)
  // A draft that somebody changed, or whose message was edited, is written anew.
  if (head !== null) await base.frappe.update(doctype, head.name, { ...doc, [base.keyField]: op.key }, signal)
  return refOf(base, doctype, head?.name ?? (await create(base, op, doc, signal)))
}

const create = async (base: Base, op: OutboundOp, doc: Doc, signal: AbortSignal): Promise<string> => {
  const doctype = doctypeOf(op)
  try {
    const made = await base.frappe.create(doctype, { ...doc, [base.keyField]: op.key }, signal)
    if (typeof made['name'] === 'string') return made['name']
    throw new ErpError('unknownOutcome', `ERPNext: no name of the new ${doctype}`)
  } catch (error) {
    // The same call has been there already, carried out twice on the way: its document is ours.
    if (!isTaken(error)) throw error
    const found = await findHead(base, op, null, signal)
    if (found.state !== 'one') throw error
    return found.head.name
  }
}

const compose = async (base: Base, op: OutboundOp, goods: readonly Goods[], signal: AbortSignal): Promise<Doc> => {
  const site = await base.site(signal)
  const day = await postingDay(base, op.at, site.zone, signal)
  const head = { company: site.company, ...day }
  if (op.type === 'receipt' && op.order !== null) {
    const doc = await composeOrder(base, PURCHASE, nameOf('Purchase Order', op.order.id), goods, signal)
    return { ...doc, ...head, remarks: noteOf(op) }
  }
  if (op.type === 'shipment') {
    const doc = await composeOrder(base, SALE, nameOf('Sales Order', op.order.id), goods, signal)
    const numbers = [...new Set([...op.shipping.tracking, ...op.packages.flatMap(carton => carton.tracking ?? [])])]
    return { ...doc, ...head, ...(numbers.length === 0 ? {} : { lr_no: numbers.join(', ').slice(0, 140) }) }
  }
  if (op.type === 'return' && op.order !== null)
    return { ...(await composeReturn(base, nameOf('Sales Order', op.order.id), goods, signal)), ...head }
  return { ...head, ...entryOf(op, goods), remarks: noteOf(op) }
}

/** A reason may name the account that the difference goes to. */
const ACCOUNT = 'Account,'
const entryOf = (op: OutboundOp, goods: readonly Goods[]): Doc => {
  const purpose =
    op.type === 'transfer' ? 'Material Transfer' : goods[0]?.to === null ? 'Material Issue' : 'Material Receipt'
  const reason = op.type === 'adjustment' ? op.reason : ''
  const account = reason.startsWith(ACCOUNT) ? { expense_account: reason.slice(ACCOUNT.length) } : {}
  return {
    stock_entry_type: purpose,
    purpose,
    items: goods.map(row => ({
      item_code: row.item,
      qty: row.pieces,
      uom: row.unit,
      stock_uom: row.unit,
      conversion_factor: 1,
      ...(row.from === null ? {} : { s_warehouse: row.from }),
      ...(row.to === null ? {} : { t_warehouse: row.to }),
      ...account,
      ...trackedFields(row.batch, row.serials),
    })),
  }
}

/**
 * Today's goods are booked at ERPNext's own time: a posting before others makes it reckon the ledger anew. Goods of another
 * day, which waited for the line, are booked on their day.
 */
const postingDay = async (base: Base, at: string, zone: string, signal: AbortSignal): Promise<Doc> => {
  const today = wallOf(await base.frappe.clock(signal), zone).slice(0, 10)
  const [day = '', time = ''] = wallOf(at, zone).split(' ')
  return day < today ? { set_posting_time: 1, posting_date: day, posting_time: time } : {}
}

/** Submits the draft, unless that has happened. What is submitted is the document as we have read it, and as the message says. */
export const post = async (base: Base, op: OutboundOp, ref: RemoteRef, signal: AbortSignal): Promise<void> => {
  const doctype = doctypeOf(op)
  const name = nameOf(doctype, ref.id)
  const { doc, document, moves } = await readMoves(base, doctype, name, signal).catch((error: unknown) => {
    // Somebody has deleted our draft: nothing was booked, and `prepare` makes it anew.
    throw isMissing(error) ? new ErpError('transient', `${name} is no longer in ERPNext`) : error
  })
  if (document.docstatus === CANCELLED) throw new ErpError('conflict', `${name} was cancelled in ERPNext meanwhile`)
  if (document.docstatus === DRAFT) {
    if (!isSame(moves, wantedOf(op, await base.site(signal))))
      throw new ErpError('conflict', `Somebody has changed ${name} in ERPNext: it moves other goods than the floor did`)
    const taken = moves.flatMap(({ item, from, pieces }) => (from === '' ? [] : [{ item, from, pieces }]))
    await refuseShortage(base.frappe, taken, signal)
    // With the time of its last change in it: ERPNext refuses it where somebody was quicker.
    const args = { doc: { ...doc, doctype } }
    const call = { name: 'frappe.client.submit', phase: 'write', args, timeoutMs: SUBMIT_MS } as const
    await base.frappe.method(call, v.unknown(), signal)
  }
  if (op.type === 'shipment' && op.shorts === 'cancel') await closeRest(base, op.order, signal)
}

const CLOSE = 'erpnext.selling.doctype.sales_order.sales_order.update_status'
const orderRow = v.object({ name: text, status: text, per_delivered: number })

const isOver = async (base: Base, order: RemoteRef, signal: AbortSignal): Promise<boolean> => {
  const filters = [['name', '=', nameOf('Sales Order', order.id)]] as const
  const [row] = await base.frappe.rows('Sales Order', orderRow, { filters: [...filters] }, signal)
  return row === undefined || row.per_delivered >= 100 || ['Closed', 'Completed'].includes(row.status)
}
/** What did not leave will not come: the order is closed over there, which frees what it has reserved. */
const closeRest = async (base: Base, order: RemoteRef, signal: AbortSignal): Promise<void> => {
  if (await isOver(base, order, signal)) return
  const args = { status: 'Closed', name: nameOf('Sales Order', order.id) }
  await base.frappe.method({ name: CLOSE, phase: 'write', args }, v.unknown(), signal)
}

export const find = async (base: Base, op: OutboundOp, ref: RemoteRef | null, signal: AbortSignal): Promise<Found> => {
  const doctype = doctypeOf(op)
  const found = await findHead(base, op, ref, signal)
  if (found.state === 'absent') return found
  if (found.state === 'many') return { state: 'many', refs: found.all.map(row => refOf(base, doctype, row.name)) }
  const { name, docstatus } = found.head
  const at = refOf(base, doctype, name)
  if (docstatus === CANCELLED) return { state: 'cancelled', ref: at }
  if (docstatus !== POSTED) return { state: 'draft', ref: at }
  // The last shipment of an order is done when the order is closed as well: until then there is something left to post.
  if (op.type === 'shipment' && op.shorts === 'cancel' && !(await isOver(base, op.order, signal)))
    return { state: 'draft', ref: at }
  return postedOf(base, doctype, name, signal)
}

/** ERPNext books a cancelled document backwards by itself. A draft is deleted. */
export const reverse = async (base: Base, op: OutboundOp, ref: RemoteRef, signal: AbortSignal): Promise<void> => {
  const doctype = doctypeOf(op)
  const name = nameOf(doctype, ref.id)
  const { document } = await readMoves(base, doctype, name, signal)
  if (document.docstatus === CANCELLED) return
  const method = document.docstatus === POSTED ? 'frappe.client.cancel' : 'frappe.client.delete'
  await base.frappe.method({ name: method, phase: 'write', args: { doctype, name } }, v.unknown(), signal)
}
