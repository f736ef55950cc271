import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { wholeOf } from './odoo-goods.ts'
import { claim, keysOf } from './odoo-key.ts'
import { prepareOwn } from './odoo-own.ts'
import type { Link, Wanted } from './odoo-own.ts'
import { preparedBefore, refOf } from './odoo-pickings.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Base } from './odoo-site.ts'
import { idOf } from './odoo-sweep.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'

/** Receipts belong to purchases, deliveries and returns to sales. */
export type Side = { model: 'purchase.order' | 'sale.order'; link: Link['field'] }
export const PURCHASE: Side = { model: 'purchase.order', link: 'purchase_line_id' }
export const SALE: Side = { model: 'sale.order', link: 'sale_line_id' }

const moveRow = v.object({
  id: number,
  state: text,
  product_id: reference,
  product_uom_qty: number,
  picking_id: reference,
  purchase_line_id: v.optional(reference, false),
  sale_line_id: v.optional(reference, false),
})
type Move = v.InferOutput<typeof moveRow>

/**
 * Odoo has made the document when the order was confirmed; we only claim it. What cannot be told from the document alone is
 * told from the order: whether somebody over there has booked a part of it already.
 */
export const prepareOrder = async (
  base: Base,
  op: OutboundOp,
  side: Side,
  order: RemoteRef,
  wanted: readonly Wanted[],
  note: string,
  signal: AbortSignal,
): Promise<RemoteRef> => {
  const { odoo } = base
  const known = await preparedBefore(base, op, signal)
  if (known !== null) return known
  const id = idOf(side.model, order.id)
  const site = await base.site(signal)
  const type = op.type === 'receipt' ? site.types.incoming : site.types.outgoing
  const domain = [
    [`${side.link}.order_id`, '=', id],
    ['picking_id.picking_type_id', '=', type],
  ]
  const moves = await odoo.rows('stock.move', moveRow, { domain, order: 'id' }, signal)
  const open = moves.filter(move => move.state !== 'done' && move.state !== 'cancel')
  await refuseDouble(base, wanted, moves, open, signal)
  const picking = bestOf(open, wanted)
  if (picking !== null) {
    await claim(odoo, picking.id, op.key, `Stockhand ${op.key}${note}`, signal)
    return refOf(base, picking.id, picking.name)
  }
  if (op.type === 'shipment')
    throw new ErpError(
      'conflict',
      moves.every(move => move.state === 'cancel')
        ? 'The order was cancelled in Odoo; these goods have left the warehouse'
        : 'Odoo has nothing left to deliver of this order; these goods have left the warehouse',
    )
  if (moves.length > 0 && moves.every(move => move.state === 'cancel'))
    throw new ErpError('conflict', 'The order was cancelled in Odoo; these goods have arrived')
  // Goods that came after all of the order had come: a document of ours, tied to the order's rows.
  const links = await readLinks(base, side, id, signal)
  return prepareOwn(base, op, { type: 'incoming', note, links }, wanted, signal)
}

/** Deliveries of an order are one document, unless somebody has split it: then the one that has most of our items. */
const bestOf = (open: readonly Move[], wanted: readonly Wanted[]): { id: number; name: string } | null => {
  const items = new Set(wanted.map(line => idOf('product.product', line.item)))
  const score = new Map<number, { id: number; name: string; has: Set<number> }>()
  for (const move of open) {
    if (move.picking_id === null) continue
    const at = score.get(move.picking_id.id) ?? { ...move.picking_id, has: new Set<number>() }
    if (move.product_id !== null && items.has(move.product_id.id)) at.has.add(move.product_id.id)
    score.set(move.picking_id.id, at)
  }
  const [best] = [...score.values()].sort((a, b) => b.has.size - a.has.size || a.id - b.id)
  if (best === undefined) return null
  const elsewhere = [...score.values()].some(other => [...other.has].some(item => !best.has.has(item)))
  if (elsewhere)
    throw new ErpError(
      'conflict',
      'These goods are spread over several documents in Odoo: merge them there, then send again',
    )
  return best
}

/** More than is open, while somebody else has booked a part: our goods may be the ones that they booked. */
const refuseDouble = async (
  base: Base,
  wanted: readonly Wanted[],
  moves: readonly Move[],
  open: readonly Move[],
  signal: AbortSignal,
): Promise<void> => {
  const left = new Map<number, number>()
  const add = (item: number, n: number): void => void left.set(item, (left.get(item) ?? 0) + n)
  for (const move of open) add(move.product_id?.id ?? 0, move.product_uom_qty)
  for (const line of wanted) add(idOf('product.product', line.item), -wholeOf(line))
  const over = new Set([...left].filter(([, n]) => n < 0).map(([item]) => item))
  const booked = moves.filter(move => move.state === 'done' && over.has(move.product_id?.id ?? 0))
  const pickings = [...new Set(booked.flatMap(move => (move.picking_id === null ? [] : [move.picking_id.id])))]
  const ours = await keysOf(base.odoo, pickings, signal)
  const theirs = booked.find(move => move.picking_id !== null && !ours.has(move.picking_id.id))
  if (theirs !== undefined)
    throw new ErpError(
      'conflict',
      `Somebody has booked ${theirs.product_id?.name ?? 'these goods'} in Odoo with ${theirs.picking_id?.name ?? 'a document'}: are they the same goods?`,
    )
}

const lineRow = v.object({ id: number, product_id: reference })
/** The rows of an order by item, to tie a document of ours to. */
export const readLinks = async (base: Base, side: Side, order: number, signal: AbortSignal): Promise<Link[]> => {
  const domain = [['order_id', '=', order]]
  const rows = await base.odoo.rows(`${side.model}.line`, lineRow, { domain, order: 'id' }, signal)
  return rows.flatMap(row =>
    row.product_id === null ? [] : [{ field: side.link, item: row.product_id.id, line: row.id }],
  )
}
