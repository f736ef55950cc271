import * as v from 'valibot'
import { ids, number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import type { Raw } from './odoo-items.ts'
import { storable } from './odoo-items.ts'
import { readAddresses } from './odoo-partners.ts'
import { isoTime, remoteId } from './odoo-sweep.ts'
import type { Watched } from './odoo-sweep.ts'
import { quantityOf, readUnits } from './odoo-units.ts'
import type { Units } from './odoo-units.ts'

/**
 * What is done of an order's line is summed from the movements, never read from the line: a line keeps `qty_delivered` in
 * its own unit, rounded to two digits, and 13 pieces of 2 cases of 12 read as 1.08 cases, which are 12.96 pieces.
 */
type Side = { order: 'purchase.order' | 'sale.order'; line: string; link: string; outside: string }
const PURCHASE: Side = {
  order: 'purchase.order',
  line: 'purchase.order.line',
  link: 'purchase_line_id',
  outside: 'supplier',
}
const SALE: Side = { order: 'sale.order', line: 'sale.order.line', link: 'sale_line_id', outside: 'customer' }

// The header of an order does not move with its deliveries and lines.
const children = ['', 'order_line', 'picking_ids', 'picking_ids.move_ids']
export const watchedPurchases: Watched = {
  model: 'purchase.order',
  domain: [['state', 'in', ['purchase', 'done', 'cancel']]],
  first: [
    ['state', '!=', 'cancel'],
    ['receipt_status', 'in', ['pending', 'partial']],
  ],
  watch: children,
}
export const watchedSales: Watched = {
  model: 'sale.order',
  domain: [['state', 'in', ['sale', 'done', 'cancel']]],
  first: [
    ['state', '!=', 'cancel'],
    ['delivery_status', 'in', ['pending', 'started', 'partial']],
  ],
  watch: [...children, 'partner_shipping_id'],
}

const head = {
  id: number,
  name: text,
  state: text,
  partner_id: reference,
  order_line: ids,
  picking_ids: ids,
  note: text,
}
const purchaseRow = v.object({ ...head, partner_ref: text, date_planned: text, receipt_status: text })
const saleRow = v.object({
  ...head,
  commitment_date: text,
  expected_date: text,
  delivery_status: text,
  partner_shipping_id: reference,
  /** Comes with the module of carriers. */
  carrier_id: v.optional(reference, false),
})
const lineRow = v.object({
  id: number,
  product_id: reference,
  product_uom_qty: number,
  /** The unit of a sales line; named otherwise before 19. A purchase line's quantity is in base units already. */
  product_uom_id: v.optional(reference, false),
  product_uom: v.optional(reference, false),
})
type LineRow = v.InferOutput<typeof lineRow>

export const readPurchases = async (odoo: Odoo, wanted: readonly number[], signal: AbortSignal): Promise<Raw[]> => {
  const orders = await odoo.rows('purchase.order', purchaseRow, { domain: [['id', 'in', wanted]], order: 'id' }, signal)
  const goods = await readGoods(odoo, PURCHASE, orders, signal)
  return orders.map(order => ({
    id: remoteId('purchase.order', order.id),
    record: {
      ...headOf(PURCHASE, order, goods),
      due: order.date_planned === '' ? null : isoTime(order.date_planned),
      state: stateOf(order, order.receipt_status, goods),
    },
  }))
}

export const readSales = async (odoo: Odoo, wanted: readonly number[], signal: AbortSignal): Promise<Raw[]> => {
  const orders = await odoo.rows('sale.order', saleRow, { domain: [['id', 'in', wanted]], order: 'id' }, signal)
  const [goods, addresses] = await Promise.all([
    readGoods(odoo, SALE, orders, signal),
    readAddresses(
      odoo,
      orders.flatMap(order => (order.partner_shipping_id === null ? [] : [order.partner_shipping_id.id])),
      signal,
    ),
  ])
  return orders.map(order => {
    const due = order.commitment_date === '' ? order.expected_date : order.commitment_date
    return {
      id: remoteId('sale.order', order.id),
      record: {
        ...headOf(SALE, order, goods),
        due: due === '' ? null : isoTime(due),
        state: stateOf(order, order.delivery_status, goods),
        customer: order.partner_id === null ? null : remoteId('res.partner', order.partner_id.id),
        shipTo: addresses.get(order.partner_shipping_id?.id ?? 0) ?? null,
        carrier: order.carrier_id?.name ?? null,
      },
    }
  })
}

type Order = {
  id: number
  name: string
  state: string
  partner_id: { id: number; name: string } | null
  order_line: number[]
  picking_ids: number[]
  note: string
}
type Done = { amount: number; open: boolean }
type Goods = {
  lines: ReadonlyMap<number, LineRow>
  done: ReadonlyMap<number, Done>
  pickings: ReadonlyMap<number, v.InferOutput<typeof pickingRow>>
  units: Units
  bases: ReadonlyMap<number, number>
}

const headOf = (side: Side, order: Order, goods: Goods) => ({
  id: remoteId(side.order, order.id),
  number: order.name,
  client: '',
  partner: order.partner_id?.name ?? '',
  partnerId: order.partner_id === null ? null : remoteId('res.partner', order.partner_id.id),
  priority: Math.max(0, ...order.picking_ids.map(id => Number(goods.pickings.get(id)?.priority ?? 0) || 0)),
  note: plainText(order.note),
  lines: order.order_line.flatMap(id => {
    const line = goods.lines.get(id)
    return line === undefined ? [] : [lineOf(side, line, goods)]
  }),
})

const lineOf = (side: Side, line: LineRow, { done, units, bases }: Goods) => {
  const product = line.product_id?.id ?? 0
  const unit = (line.product_uom_id ?? line.product_uom)?.id
  const ratio = side === SALE && unit !== undefined ? units.ratio(unit, bases.get(product) ?? 0) : undefined
  const moved = done.get(line.id)
  return {
    id: remoteId(side.line, line.id),
    item: remoteId('product.product', product),
    // A unit without an exact ratio leaves no quantity: the record becomes a flaw that names the line.
    quantity: ratio === null ? null : quantityOf(line.product_uom_qty, ratio),
    done: quantityOf(moved?.amount ?? 0),
    closed: moved !== undefined && !moved.open,
  }
}

/** Closed when nothing will come any more; cancelled when it was, or when all its deliveries were and nothing had moved. */
const stateOf = (order: Order, status: string, goods: Goods): 'open' | 'closed' | 'cancelled' => {
  if (order.state === 'cancel') return 'cancelled'
  const states = order.picking_ids.map(id => goods.pickings.get(id)?.state)
  if (states.length > 0 && states.every(state => state === 'cancel')) return 'cancelled'
  return status === 'full' ? 'closed' : 'open'
}

const moveRow = v.object({
  id: number,
  purchase_line_id: v.optional(reference, false),
  sale_line_id: v.optional(reference, false),
  state: text,
  product_uom_qty: number,
  quantity: v.optional(number, 0),
  /** Its name before 17. */
  quantity_done: v.optional(number, 0),
  product_uom: reference,
  product_id: reference,
  location_id: reference,
  location_dest_id: reference,
})
const pickingRow = v.object({ id: number, state: text, priority: text })
const productRow = v.object({ id: number, uom_id: reference })
const locationRow = v.object({ id: number })

/** Lines of storable goods, what has moved of them, and the deliveries: for a whole page of orders at once. */
const readGoods = async (odoo: Odoo, side: Side, orders: readonly Order[], signal: AbortSignal): Promise<Goods> => {
  const lineIds = orders.flatMap(order => order.order_line)
  const isGoods = await storable(odoo, 'product_id.', signal)
  const outside = [['usage', '=', side.outside]]
  const [lines, moves, pickings, units, places] = await Promise.all([
    odoo.rows(side.line, lineRow, { domain: [['id', 'in', lineIds], ['product_id', '!=', false], ...isGoods] }, signal),
    odoo.rows('stock.move', moveRow, { domain: [[side.link, 'in', lineIds]] }, signal),
    odoo.rows(
      'stock.picking',
      pickingRow,
      { domain: [['id', 'in', orders.flatMap(order => order.picking_ids)]] },
      signal,
    ),
    readUnits(odoo, signal),
    odoo.rows('stock.location', locationRow, { domain: outside, limit: 5000 }, signal),
  ])
  const products = [
    ...new Set([...lines, ...moves].flatMap(row => (row.product_id === null ? [] : [row.product_id.id]))),
  ]
  const known = await odoo.rows('product.product', productRow, { domain: [['id', 'in', products]] }, signal)
  const bases = new Map(known.map(row => [row.id, row.uom_id?.id ?? 0]))
  const done = new Map<number, Done>()
  const away = new Set(places.map(place => place.id))
  for (const move of moves) {
    const line = (side === SALE ? move.sale_line_id : move.purchase_line_id)?.id ?? 0
    const before = done.get(line) ?? { amount: 0, open: false }
    done.set(line, {
      amount: before.amount + (move.state === 'done' ? signed(move, side, away) * amountOf(move, units, bases) : 0),
      open: before.open || (move.state !== 'done' && move.state !== 'cancel'),
    })
  }
  return {
    lines: new Map(lines.map(line => [line.id, line])),
    done,
    pickings: new Map(pickings.map(picking => [picking.id, picking])),
    units,
    bases,
  }
}

type MoveRow = v.InferOutput<typeof moveRow>
/** What comes back from a customer, or goes back to a supplier, counts the other way. */
const signed = (move: MoveRow, side: Side, away: ReadonlySet<number>): number => {
  const [from, to] = [away.has(move.location_id?.id ?? 0), away.has(move.location_dest_id?.id ?? 0)]
  if (from === to) return 0
  return (side === SALE ? to : from) ? 1 : -1
}
const amountOf = (move: MoveRow, units: Units, bases: ReadonlyMap<number, number>): number => {
  const ratio = units.ratio(move.product_uom?.id ?? 0, bases.get(move.product_id?.id ?? 0) ?? 0)
  const amount = move.quantity === 0 ? move.quantity_done : move.quantity
  return ratio === null ? 0 : (amount * ratio.num) / ratio.den
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }
/** Odoo's notes are HTML; ours are text. */
export const plainText = (html: string): string | null => {
  const plain = html
    .replaceAll(/<(br|\/p|\/div|\/li)[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replaceAll(/[ \t]*\n\s*/g, '\n')
    .trim()
  return plain === '' ? null : plain.slice(0, 2000)
}
