import { Thrown } from './fake-db.ts'
import type { Db, Row, Values } from './fake-db.ts'
import { itemsOf, rounded } from './fake-stock.ts'

type Side = {
  order: string
  goods: string
  toOrder: string
  toLine: string
  done: string
  percent: string
  party: string
}
export const BUYING: Side = {
  order: 'Purchase Order',
  goods: 'Purchase Receipt',
  toOrder: 'purchase_order',
  toLine: 'purchase_order_item',
  done: 'received_qty',
  percent: 'per_received',
  party: 'supplier',
}
export const SELLING: Side = {
  order: 'Sales Order',
  goods: 'Delivery Note',
  toOrder: 'against_sales_order',
  toLine: 'so_detail',
  done: 'delivered_qty',
  percent: 'per_delivered',
  party: 'customer',
}
export const sideOf = (doctype: string): Side | null => [BUYING, SELLING].find(side => side.goods === doctype) ?? null

const number = (row: Row, field: string): number => Number(row[field] ?? 0)

/** Orders and their figures: a receipt writes into the rows of its order, and leaves the time of its head alone. */
export const makeOrders = (db: Db) => {
  const lineOf = (side: Side, row: Row): { order: Row; line: Row } | null => {
    const name = row[side.toLine]
    if (typeof name !== 'string' || name === '') return null
    const order = db.get(side.order, String(row[side.toOrder]))
    const line = itemsOf(order).find(one => one.name === name)
    if (line === undefined) throw new Thrown('ValidationError', `no row ${name}`)
    return { order, line }
  }
  return {
    /** What a draft must fulfil: the unit of a row that belongs to a line is the line's. */
    validate: (side: Side, doc: Row): void => {
      for (const row of itemsOf(doc)) {
        const at = lineOf(side, row)
        if (at === null) continue
        for (const field of ['item_code', 'uom', 'conversion_factor'])
          if (at.line[field] !== row[field])
            throw new Thrown('ValidationError', `${field} must be as in ${at.order.name}`)
      }
    },
    refuse: (side: Side, doc: Row): void => {
      for (const row of itemsOf(doc)) {
        const name = row[side.toOrder]
        if (typeof name !== 'string' || name === '') continue
        const order = db.get(side.order, name)
        if (order.docstatus === 2 || order['status'] === 'Closed' || order['status'] === 'On Hold')
          throw new Thrown('InvalidStatusError', `${side.order} ${name} is ${String(order['status'])}`)
        const at = lineOf(side, row)
        if (at !== null && number(at.line, side.done) + number(row, 'qty') > number(at.line, 'qty'))
          throw new Thrown('OverAllowanceError', `${name}: more than was ordered`)
      }
    },
    deliver: (side: Side, doc: Row, sign: 1 | -1): void => {
      for (const row of itemsOf(doc)) {
        const at = lineOf(side, row)
        if (at === null) continue
        at.line[side.done] = rounded(number(at.line, side.done) + sign * number(row, 'qty'))
        at.line.modified = db.now()
        const lines = itemsOf(at.order)
        const done = lines.reduce((sum, line) => sum + Math.min(number(line, side.done), number(line, 'qty')), 0)
        at.order[side.percent] = (done / lines.reduce((sum, line) => sum + number(line, 'qty'), 0)) * 100
      }
    },
    /** ERPNext's own function that makes a document of an order: what is open of it, not saved. */
    make: (side: Side, name: string): Values => {
      const order = db.get(side.order, name)
      if (order.docstatus !== 1) throw new Thrown('ValidationError', `${name} is not submitted`)
      const items = itemsOf(order)
        .filter(line => number(line, side.done) < number(line, 'qty'))
        .map(line => ({
          ...line,
          name: undefined,
          doctype: `${side.goods} Item`,
          __islocal: 1,
          qty: rounded(number(line, 'qty') - number(line, side.done)),
          [side.toOrder]: name,
          [side.toLine]: line.name,
        }))
      const head = {
        doctype: side.goods,
        company: order['company'],
        currency: order['currency'],
        __islocal: 1,
        docstatus: 0,
      }
      return { ...head, [side.party]: order[side.party], items }
    },
    makeReturn: (name: string): Values => {
      const note = db.get('Delivery Note', name)
      const items = itemsOf(note).map(row => ({
        ...row,
        name: undefined,
        qty: -number(row, 'qty'),
        stock_qty: -number(row, 'stock_qty'),
        dn_detail: row.name,
        serial_and_batch_bundle: null,
      }))
      const head = { company: note['company'], customer: note['customer'], currency: note['currency'] }
      return { doctype: 'Delivery Note', __islocal: 1, is_return: 1, return_against: name, ...head, items }
    },
    validateReturn: (doc: Row): void => {
      if (typeof doc['return_against'] !== 'string' || doc['return_against'] === '') return
      const sold = itemsOf(db.get('Delivery Note', doc['return_against']))
      for (const row of itemsOf(doc)) {
        const n = sold
          .filter(one => one['item_code'] === row['item_code'])
          .reduce((sum, one) => sum + number(one, 'stock_qty'), 0)
        if (-number(row, 'stock_qty') > n) throw new Thrown('StockOverReturnError', 'more than was delivered')
      }
    },
  }
}
