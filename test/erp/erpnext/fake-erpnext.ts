import { makeDb, Thrown } from './fake-db.ts'
import type { Row, Values } from './fake-db.ts'
import { BUYING, makeOrders, SELLING, sideOf } from './fake-orders.ts'
import { itemsOf, makeStock, rounded } from './fake-stock.ts'

export type FakeDeps = {
  nowMs: () => number
  version: number
  offsetMs: number
  negative?: () => boolean
  /** The accounts have closed the period. */
  closed?: () => boolean
}
export const COMPANY = 'Marmara'

/** ERPNext as far as the connector sees it: documents, drafts, submitting, cancelling, the ledger, orders. */
export const makeErpnext = (deps: FakeDeps) => {
  const db = makeDb(deps)
  const stock = makeStock(db, { version: deps.version, company: COMPANY, negative: deps.negative ?? (() => false) })
  const orders = makeOrders(db)

  /** What ERPNext reckons when a document is saved. */
  const validate = (doctype: string, doc: Row): void => {
    if (!['Purchase Receipt', 'Delivery Note', 'Stock Entry'].includes(doctype)) return
    if (Number(doc['set_posting_time'] ?? 0) !== 1) {
      doc['posting_date'] = doc.modified.slice(0, 10)
      // A time over there may have one digit for the hour.
      doc['posting_time'] = doc.modified.slice(11).replace(/^0/, '')
    }
    if (itemsOf(doc).length === 0) throw new Thrown('MandatoryError', 'items')
    for (const row of itemsOf(doc)) {
      row['qty'] = rounded(Number(row['qty']))
      row['conversion_factor'] ??= 1
      const pieces = rounded(Number(row['qty']) * Number(row['conversion_factor']))
      row[doctype === 'Stock Entry' ? 'transfer_qty' : 'stock_qty'] = pieces
      const whole = Number(db.get('UOM', String(row['uom']))['must_be_whole_number'] ?? 0) === 1
      if (whole && !Number.isInteger(row['qty'])) throw new Thrown('UOMMustBeIntegerError', `${String(row['uom'])}?`)
      if (
        doctype === 'Purchase Receipt' &&
        row['qty'] !== Number(row['received_qty'] ?? 0) - Number(row['rejected_qty'] ?? 0)
      )
        throw new Thrown('ValidationError', 'Received Qty must be equal to Accepted + Rejected Qty')
    }
    const side = sideOf(doctype)
    if (side !== null && Number(doc['is_return'] ?? 0) === 1) orders.validateReturn(doc)
    else if (side !== null) orders.validate(side, doc)
  }
  const insert = (doctype: string, values: Values): Row => {
    const row = db.insert(doctype, values)
    try {
      validate(doctype, row)
      return row
    } catch (error) {
      db.remove(doctype, row.name)
      throw error
    }
  }
  const submit = (doctype: string, name: string, modified?: string): Row => {
    const doc = db.get(doctype, name)
    if (modified !== undefined && modified !== doc.modified)
      throw new Thrown('TimestampMismatchError', `${name} has been modified after you have opened it`)
    if (doc.docstatus !== 0) throw new Thrown('DocstatusTransitionError', 'Cannot change docstatus')
    if (deps.closed?.() === true)
      throw new Thrown('ClosedAccountingPeriod', 'You cannot create entries in the closed Accounting Period 2026')
    validate(doctype, doc)
    const side = sideOf(doctype)
    if (side !== null && Number(doc['is_return'] ?? 0) !== 1) orders.refuse(side, doc)
    if (doctype === 'Stock Reconciliation') stock.count(doc)
    else if (side !== null || doctype === 'Stock Entry') stock.post({ doctype, doc })
    if (side !== null) orders.deliver(side, doc, 1)
    if (doctype === 'Purchase Order' || doctype === 'Sales Order') doc['status'] = 'To Deliver and Bill'
    doc.docstatus = 1
    doc.modified = db.now()
    return doc
  }
  const cancel = (doctype: string, name: string): Row => {
    const doc = db.get(doctype, name)
    if (doc.docstatus !== 1) throw new Thrown('DocstatusTransitionError', 'Cannot cancel')
    const side = sideOf(doctype)
    if (side !== null || doctype === 'Stock Entry') stock.cancel({ doctype, doc })
    if (side !== null) orders.deliver(side, doc, -1)
    if (doctype === 'Purchase Order' || doctype === 'Sales Order') doc['status'] = 'Cancelled'
    doc.docstatus = 2
    doc.modified = db.now()
    return doc
  }
  return {
    db,
    stock,
    insert,
    submit,
    cancel,
    update: (doctype: string, name: string, values: Values): Row => {
      const before = db.get(doctype, name)
      if (before.docstatus === 1) throw new Thrown('UpdateAfterSubmitError', 'Not allowed to change after submission')
      if (before.docstatus === 2) throw new Thrown('ValidationError', 'Cannot edit cancelled document')
      const row = db.save(doctype, name, values)
      validate(doctype, row)
      return Number(values['docstatus'] ?? 0) === 1 ? submit(doctype, name) : row
    },
    remove: (doctype: string, name: string): void => {
      if (db.get(doctype, name).docstatus === 1)
        throw new Thrown('ValidationError', 'Submitted Record cannot be deleted')
      db.remove(doctype, name)
    },
    receiptOf: (order: string): Values => orders.make(BUYING, order),
    noteOf: (order: string): Values => orders.make(SELLING, order),
    returnOf: (note: string): Values => orders.makeReturn(note),
    setStatus: (order: string, status: string): void => {
      const doc = db.get('Sales Order', order)
      if (doc.docstatus !== 1) throw new Thrown('ValidationError', `${order} is not submitted`)
      doc['status'] = status
      doc.modified = db.now()
    },
  }
}
export type Erpnext = ReturnType<typeof makeErpnext>
