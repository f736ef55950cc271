import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { externalId, load } from './odoo-goods.ts'
import { PURCHASE, SALE, prepareOrder, readLinks } from './odoo-order.ts'
import { goodsOf, prepareOwn } from './odoo-own.ts'
import type { Head, Wanted } from './odoo-own.ts'
import { write } from './odoo-lines.ts'
import { pickingId, postGoods } from './odoo-pickings.ts'
import { number, reference } from './odoo-rpc.ts'
import type { Base, Site } from './odoo-site.ts'
import { idOf } from './odoo-sweep.ts'
import type { Line, OutboundOp, RemoteRef, Shipment } from './operation.ts'
import { baseOf, baseQty } from './quantity.ts'

const placeOr = (location: string | null, place: number): number =>
  location === null ? place : idOf('stock.location', location)

/** Which goods move, from where to where. `packages` are Odoo's numbers of our cartons, by label. */
const wantedOf = (op: OutboundOp, site: Site, packages: ReadonlyMap<string, number>): readonly Wanted[] => {
  const { supplier, customer, loss } = site.outside
  switch (op.type) {
    case 'receipt':
      return op.lines.map(line => ({ ...line, from: supplier, to: placeOr(line.location, site.stock) }))
    case 'return':
      return op.lines.map(line => ({ ...line, from: customer, to: placeOr(line.location, site.stock) }))
    case 'shipment':
      return packed(op).map(({ line, label }) => {
        const carton = label === null ? undefined : packages.get(label)
        const places = { from: placeOr(line.location, site.stock), to: customer }
        return { ...line, ...places, ...(carton === undefined ? {} : { package: carton }) }
      })
    case 'transfer':
      return op.lines.map(line => ({
        ...line,
        from: idOf('stock.location', line.from),
        to: idOf('stock.location', line.to),
      }))
    case 'adjustment': {
      const place = placeOr(op.line.location, site.stock)
      // A reason may name a loss location of its own.
      const away = op.reason.startsWith('stock.location,') ? idOf('stock.location', op.reason) : loss
      const [from, to] = op.delta < 0 ? [place, away] : [away, place]
      return [{ ...op.line, line: null, qty: baseQty(Math.abs(op.delta)), from, to }]
    }
    case 'orderStatus':
    case 'reservation':
      throw new ErpError('config', `Odoo takes no messages of type ${op.type}`)
  }
}

/** The goods of each carton, and what lies in none. */
const packed = (op: Shipment): { line: Line; label: string | null }[] => {
  const keyOf = (line: Line): string => JSON.stringify([line.item, line.lot, line.serial, line.location, line.line])
  const inCartons = op.packages.flatMap(carton => carton.lines.map(line => ({ line, label: carton.label })))
  const rest = new Map<string, number>()
  for (const { line } of inCartons) rest.set(keyOf(line), (rest.get(keyOf(line)) ?? 0) + (baseOf(line.qty) ?? 0))
  const loose = op.lines.flatMap(line => {
    const there = rest.get(keyOf(line)) ?? 0
    const n = baseOf(line.qty) ?? 0
    const covered = Math.min(there, n)
    rest.set(keyOf(line), there - covered)
    return n > covered ? [{ line: covered === 0 ? line : { ...line, qty: baseQty(n - covered) }, label: null }] : []
  })
  return [...inCartons, ...loose]
}

const trackings = (op: Shipment): string[] => [
  ...new Set([...op.shipping.tracking, ...op.packages.flatMap(carton => carton.tracking ?? [])]),
]

const noteOf = (op: OutboundOp): string => {
  switch (op.type) {
    case 'adjustment':
      return `Counted ${op.counted}, books said ${op.bookAtCount} (${op.countedAt}); ${op.reason}; approved by ${op.approvedBy}`
    case 'return':
      return `${op.reason}; ${op.by}`
    case 'shipment':
      return [`; ${op.by}`, ...trackings(op)].join('; ')
    default:
      return `; ${op.by}`
  }
}

export const prepare = async (base: Base, op: OutboundOp, signal: AbortSignal): Promise<RemoteRef> => {
  const site = await base.site(signal)
  const wanted = wantedOf(op, site, new Map())
  if (wanted.length === 0) throw new ErpError('config', 'This message has no goods')
  if (op.type === 'shipment') return prepareOrder(base, op, SALE, op.order, wanted, noteOf(op), signal)
  if (op.type === 'receipt' && op.order !== null)
    return prepareOrder(base, op, PURCHASE, op.order, wanted, noteOf(op), signal)
  return prepareOwn(base, op, await headOf(base, op, signal), wanted, signal)
}

const orderRow = v.object({ id: number, partner_shipping_id: reference, partner_id: reference })
const headOf = async (base: Base, op: OutboundOp, signal: AbortSignal): Promise<Head> => {
  const note = noteOf(op)
  if (op.type === 'receipt') return { type: 'incoming', note }
  if (op.type !== 'return') return { type: 'internal', note }
  if (op.order === null) return { type: 'incoming', note }
  const id = idOf(SALE.model, op.order.id)
  const [links, [order]] = await Promise.all([
    readLinks(base, SALE, id, signal),
    base.odoo.rows(SALE.model, orderRow, { domain: [['id', '=', id]] }, signal),
  ])
  const partner = (order?.partner_shipping_id ?? order?.partner_id)?.id
  return { type: 'incoming', note, links, ...(partner === undefined ? {} : { partner }) }
}

export const post = async (base: Base, op: OutboundOp, ref: RemoteRef, signal: AbortSignal): Promise<void> => {
  const site = await base.site(signal)
  const picking = pickingId(ref)
  const packages = op.type === 'shipment' ? await writePackages(base, op, signal) : new Map<string, number>()
  const arrives = op.type === 'receipt' || op.type === 'return' || (op.type === 'adjustment' && op.delta > 0)
  const wanted = wantedOf(op, site, packages)
  const { goods, names } = await goodsOf(base, wanted, arrives ? op.key : null, signal)
  if (op.type === 'shipment') await writeTracking(base, op, picking, signal)
  await postGoods(base, op, picking, goods, names, contextOf(op, picking), signal)
}

/** The backorder question is answered by the message itself: a short shipment says what becomes of the rest. */
const contextOf = (op: OutboundOp, picking: number): Record<string, unknown> => {
  if (op.type === 'receipt' && op.order !== null) return { skip_backorder: true }
  if (op.type !== 'shipment') return {}
  return { skip_backorder: true, ...(op.shorts === 'cancel' ? { picking_ids_not_to_backorder: [picking] } : {}) }
}

/** Cartons under their labels. */
const writePackages = async (
  base: Base,
  op: Shipment & { key: string },
  signal: AbortSignal,
): Promise<Map<string, number>> => {
  if (op.packages.length === 0) return new Map()
  const newest = (await base.odoo.fields('stock.move.line', signal)).has('package_history_id')
  const model = newest ? 'stock.package' : 'stock.quant.package'
  const weighs = (await base.odoo.fields(model, signal)).has('shipping_weight')
  const fields = ['id', 'name', ...(weighs ? ['shipping_weight'] : [])]
  const rows = op.packages.map((carton, n) => [
    externalId(op.key, 'package', n + 1),
    carton.label,
    ...(weighs ? [carton.weightG === null ? '' : carton.weightG / 1000] : []),
  ])
  const ids = await load(base.odoo, model, fields, rows, signal)
  return new Map(op.packages.flatMap((carton, n) => (ids[n] === undefined ? [] : [[carton.label, ids[n]] as const])))
}

const MAX_TRACKING = 1000
/** The field comes with the module of deliveries; without it the numbers stand in the document's log, with our key. */
const writeTracking = async (base: Base, op: Shipment, picking: number, signal: AbortSignal): Promise<void> => {
  const numbers = trackings(op)
  if (numbers.length === 0) return
  if (!(await base.odoo.fields('stock.picking', signal)).has('carrier_tracking_ref')) return
  const vals = { carrier_tracking_ref: numbers.join(', ').slice(0, MAX_TRACKING) }
  await write(base.odoo, 'stock.picking', [picking], vals, signal)
}
