import * as v from 'valibot'
import type { Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import { storable } from './odoo-items.ts'
import { refuseShortage } from './odoo-goods.ts'
import type { Goods } from './odoo-goods.ts'
import { whereOurKeyIs } from './odoo-key.ts'
import { movesOf, writeLines } from './odoo-lines.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import type { Base } from './odoo-site.ts'
import { idOf, isoTime, remoteId } from './odoo-sweep.ts'
import { quantityOf } from './odoo-units.ts'
import { validate } from './odoo-validate.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'

/** "Picking" is Odoo's word for every document that moves stock. */
const PICKING = 'stock.picking'
export const refOf = (base: Base, id: number, name: string | null): RemoteRef => ({
  kind: PICKING,
  id: remoteId(PICKING, id),
  number: name,
  url: base.link(id),
})
export const pickingId = (ref: RemoteRef): number => idOf(PICKING, ref.id)

const pickingRow = v.object({ id: number, name: text, state: text, date_done: text })
type Picking = v.InferOutput<typeof pickingRow>

/** Deliveries of orders are Odoo's; a receipt of an order is, unless all of the order had come. */
const howOf = (op: OutboundOp): 'made' | 'claimed' | 'either' => {
  if (op.type === 'shipment') return 'claimed'
  return op.type === 'receipt' && op.order !== null ? 'either' : 'made'
}

/** The documents that carry our key, with the one that we remember: what Odoo says now. */
export const findPicking = async (
  base: Base,
  op: OutboundOp,
  ref: RemoteRef | null,
  signal: AbortSignal,
): Promise<{ state: 'absent' } | { state: 'many'; all: Picking[] } | { state: 'one'; picking: Picking }> => {
  const ours = await whereOurKeyIs(base.odoo, op.key, howOf(op), signal)
  const read = (domain: readonly unknown[]): Promise<Picking[]> =>
    base.odoo.rows(PICKING, pickingRow, { domain, order: 'id', limit: 50 }, signal)
  const found = await read(ours)
  // Somebody may have removed our key over there; then what we remember is all that we have.
  const rows = found.length === 0 && ref !== null ? await read([['id', '=', pickingId(ref)]]) : found
  // A document that was given up is no second one.
  const alive = rows.filter(row => row.state !== 'cancel')
  const [picking] = alive.length > 0 ? alive : rows
  if (picking === undefined) return { state: 'absent' }
  return alive.length > 1 ? { state: 'many', all: alive } : { state: 'one', picking }
}

/** The document of an earlier attempt, if there was one. */
export const preparedBefore = async (base: Base, op: OutboundOp, signal: AbortSignal): Promise<RemoteRef | null> => {
  const found = await findPicking(base, op, null, signal)
  if (found.state === 'many') throw new ErpError('conflict', 'Our key stands on more than one document in Odoo')
  return found.state === 'absent' ? null : refOf(base, found.picking.id, found.picking.name)
}

export const find = async (base: Base, op: OutboundOp, ref: RemoteRef | null, signal: AbortSignal): Promise<Found> => {
  const found = await findPicking(base, op, ref, signal)
  if (found.state === 'absent') return found
  if (found.state === 'many') return { state: 'many', refs: found.all.map(row => refOf(base, row.id, row.name)) }
  const { picking } = found
  const at = refOf(base, picking.id, picking.name)
  if (picking.state === 'cancel') return { state: 'cancelled', ref: at }
  if (picking.state !== 'done') return { state: 'draft', ref: at }
  const [lines, documents] = await Promise.all([
    postedLines(base.odoo, picking.id, signal),
    accounted(base.odoo, picking.id, signal),
  ])
  return { state: 'posted', ref: at, at: isoTime(picking.date_done), lines, documents }
}

const lineRow = v.object({
  id: number,
  product_id: reference,
  lot_id: reference,
  quantity: v.optional(number, 0),
  quantity_product_uom: v.optional(number),
  qty_done: v.optional(number, 0),
  tracking: text,
})
const LINE = 'stock.move.line'

const postedLines = async (odoo: Odoo, picking: number, signal: AbortSignal) => {
  const domain = [['picking_id', '=', picking], ...(await storable(odoo, 'product_id.', signal))]
  const rows = await odoo.rows(LINE, lineRow, { domain, order: 'id' }, signal)
  return rows.flatMap(row => {
    const qty = quantityOf(row.quantity_product_uom ?? (row.quantity === 0 ? row.qty_done : row.quantity))
    if (qty === null || qty.n === 0 || row.product_id === null) return []
    const name = row.lot_id?.name ?? ''
    const serial = row.tracking === 'serial'
    return [
      {
        item: remoteId('product.product', row.product_id.id),
        lot: serial ? '' : name,
        serial: serial ? name : '',
        qty,
      },
    ]
  })
}

const accountRow = v.object({ id: number, account_move_id: v.optional(reference, false) })
/** Journal entries that Odoo made of it, where it values stock as it moves. */
const accounted = async (odoo: Odoo, picking: number, signal: AbortSignal): Promise<RemoteRef[]> => {
  if (!(await odoo.fields('stock.move', signal)).has('account_move_id')) return []
  const domain = [
    ['picking_id', '=', picking],
    ['account_move_id', '!=', false],
  ]
  const rows = await odoo.rows('stock.move', accountRow, { domain }, signal)
  const entries = new Map(
    rows.flatMap(row =>
      row.account_move_id === null || row.account_move_id === undefined
        ? []
        : [[row.account_move_id.id, row.account_move_id.name]],
    ),
  )
  return [...entries].map(([id, name]) => ({ kind: 'account.move', id: remoteId('account.move', id), number: name }))
}

/** Writes the goods into the document and posts it, unless that has happened. */
export const postGoods = async (
  base: Base,
  op: OutboundOp,
  picking: number,
  goods: readonly Goods[],
  names: ReadonlyMap<number, string>,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> => {
  const { odoo } = base
  const moves = await movesOf(odoo, [picking], signal)
  if (moves.some(move => move.state === 'done')) return
  if (moves.every(move => move.state === 'cancel'))
    throw new ErpError('conflict', 'The document was cancelled in Odoo meanwhile')
  const site = await base.site(signal)
  await refuseShortage(odoo, goods, Object.values(site.outside), names, signal)
  await writeLines(odoo, op.key, picking, goods, moves, signal)
  await validate(odoo, op, picking, context, signal)
}
