import * as v from 'valibot'
import { externalId, load } from './odoo-goods.ts'
import type { Goods } from './odoo-goods.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'

const moveRow = v.object({
  id: number,
  state: text,
  product_id: reference,
  product_uom_qty: number,
  purchase_line_id: v.optional(reference, false),
  sale_line_id: v.optional(reference, false),
  is_storable: v.optional(v.boolean(), true),
})
export type Move = v.InferOutput<typeof moveRow>
export const movesOf = (
  odoo: Odoo,
  pickings: readonly number[],
  signal: AbortSignal,
): Promise<(Move & { picking_id: v.InferOutput<typeof reference> })[]> =>
  odoo.rows(
    'stock.move',
    v.object({ ...moveRow.entries, picking_id: reference }),
    { domain: [['picking_id', 'in', pickings]], order: 'id' },
    signal,
  )

const LINE = 'stock.move.line'
const lineRow = v.object({
  id: number,
  move_id: reference,
  /** Before 17 there is no such mark: what has a quantity done is picked. */
  picked: v.optional(v.boolean()),
  qty_done: v.optional(number, 0),
})

/**
 * Writes the goods into the document. Every line is a record under an external id of ours, marked as picked; what Odoo has
 * reserved beside it is not picked and falls away. So a repeat, a second copy of the call, and a late one write the same lines
 * again, also when the document is posted already.
 */
export const writeLines = async (
  odoo: Odoo,
  key: string,
  picking: number,
  goods: readonly Goods[],
  moves: readonly Move[],
  signal: AbortSignal,
): Promise<void> => {
  const marks = (await odoo.fields(LINE, signal)).has('picked')
  const open = moves.filter(move => move.state !== 'cancel')
  const rows = shareOut(goods, open).map(({ move, row }, n) => [
    externalId(key, 'line', n + 1),
    picking,
    move ?? '',
    row.item,
    row.unit,
    row.quantity,
    row.lot ?? '',
    row.from,
    row.to,
    row.package ?? '',
    ...(marks ? ['True'] : []),
  ])
  const fields = [
    ...FIELDS.map(name => (name === 'quantity' && !marks ? 'qty_done' : name)),
    ...(marks ? ['picked'] : []),
  ]
  const ours = new Set(await load(odoo, LINE, fields, rows, signal))
  const all = await odoo.rows(LINE, lineRow, { domain: [['picking_id', '=', picking]] }, signal)
  const goodsOnly = new Set(moves.filter(move => !move.is_storable).map(move => move.id))
  const isKept = (line: Line): boolean => !goodsOnly.has(line.move_id?.id ?? 0)
  const isPicked = (line: Line): boolean => line.picked ?? line.qty_done > 0
  // Somebody has begun this document over there, or an earlier version of this message was longer.
  const strange = all.filter(line => isPicked(line) && !ours.has(line.id) && isKept(line)).map(line => line.id)
  if (strange.length > 0) await write(odoo, LINE, strange, marks ? { picked: false } : { qty_done: 0 }, signal)
  // Goods whose stock Odoo does not keep go along with the rest; else they would stay behind in a backorder for ever.
  const rest = all.filter(line => !isPicked(line) && !isKept(line)).map(line => line.id)
  if (rest.length > 0 && marks) await write(odoo, LINE, rest, { picked: true }, signal)
}
type Line = v.InferOutput<typeof lineRow>
const FIELDS = [
  'id',
  'picking_id/.id',
  'move_id/.id',
  'product_id/.id',
  'product_uom_id/.id',
  'quantity',
  'lot_id/.id',
  'location_id/.id',
  'location_dest_id/.id',
  'result_package_id/.id',
]

export const write = async (
  odoo: Odoo,
  model: string,
  ids: readonly number[],
  vals: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> => {
  await odoo.call({ model, method: 'write', phase: 'write', ids, args: { vals } }, v.unknown(), signal)
}

/**
 * Which goods belong to which movement of the document: by the order's row where it is known, else by item, each movement up
 * to what was ordered and the last one with what is over. Goods that were not ordered have none; Odoo makes one for them.
 */
export const shareOut = (goods: readonly Goods[], moves: readonly Move[]): { move: number | null; row: Goods }[] => {
  const left = new Map(moves.map(move => [move.id, move.product_uom_qty]))
  return goods.flatMap(row => {
    const own = moves.filter(move => (move.purchase_line_id ?? move.sale_line_id)?.id === row.orderLine)
    const fitting = (own.length > 0 ? own : moves).filter(move => move.product_id?.id === row.item)
    const shares: { move: number | null; row: Goods }[] = []
    let rest = row.quantity
    for (const [i, move] of fitting.entries()) {
      const last = i === fitting.length - 1
      const part = last ? rest : Math.min(rest, Math.max(0, Math.floor(left.get(move.id) ?? 0)))
      if (part <= 0) continue
      left.set(move.id, (left.get(move.id) ?? 0) - part)
      shares.push({ move: move.id, row: { ...row, quantity: part } })
      rest -= part
    }
    return fitting.length === 0 ? [{ move: null, row }] : shares
  })
}
