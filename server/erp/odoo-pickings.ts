import * as v from 'valibot'
import type { Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { Question } from './erp-error.ts'
import { externalId, load, refuseShortage } from './odoo-goods.ts'
import type { Goods } from './odoo-goods.ts'
import { pickingsOf } from './odoo-key.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import type { Base } from './odoo-site.ts'
import { idOf, isoTime, remoteId } from './odoo-sweep.ts'
import { quantityOf } from './odoo-units.ts'
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

/** The documents that carry our key, with the one that we remember: what Odoo says now. */
export const findPicking = async (
  base: Base,
  op: OutboundOp,
  ref: RemoteRef | null,
  signal: AbortSignal,
): Promise<{ state: 'absent' } | { state: 'many'; all: Picking[] } | { state: 'one'; picking: Picking }> => {
  const ids = new Set(await pickingsOf(base.odoo, op.key, signal))
  if (ref !== null && ids.size === 0) ids.add(pickingId(ref))
  if (ids.size === 0) return { state: 'absent' }
  const rows = await base.odoo.rows(PICKING, pickingRow, { domain: [['id', 'in', [...ids]]], order: 'id' }, signal)
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
  move_id: reference,
  product_id: reference,
  lot_id: reference,
  picked: v.optional(v.boolean(), true),
  quantity: v.optional(number, 0),
  quantity_product_uom: v.optional(number),
  qty_done: v.optional(number, 0),
  tracking: text,
  is_storable: v.optional(v.boolean(), true),
})
const LINE = 'stock.move.line'

const postedLines = async (odoo: Odoo, picking: number, signal: AbortSignal) => {
  const rows = await odoo.rows(LINE, lineRow, { domain: [['picking_id', '=', picking]], order: 'id' }, signal)
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

const moveRow = v.object({
  id: number,
  state: text,
  product_id: reference,
  product_uom_qty: number,
  purchase_line_id: v.optional(reference, false),
  sale_line_id: v.optional(reference, false),
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

/**
 * Writes the goods into the document and posts it. Every line is a record under an external id of ours, marked as picked; what
 * Odoo has reserved beside it is not picked and falls away. So a repeat, a second copy of the call, and a late one write the
 * same lines again, also when the document is posted already.
 */
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
  await writeLines(odoo, op, picking, goods, moves, signal)
  await validate(odoo, op, picking, context, signal)
}

const writeLines = async (
  odoo: Odoo,
  op: OutboundOp,
  picking: number,
  goods: readonly Goods[],
  moves: readonly Move[],
  signal: AbortSignal,
): Promise<void> => {
  const open = moves.filter(move => move.state !== 'cancel')
  const rows = shareOut(goods, open).map(({ move, row }, n) => [
    externalId(op.key, 'line', n + 1),
    picking,
    move ?? '',
    row.item,
    row.unit,
    row.quantity,
    row.lot ?? '',
    row.from,
    row.to,
    row.package ?? '',
    'True',
  ])
  const fields = [
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
    'picked',
  ]
  const ours = new Set(await load(odoo, LINE, fields, rows, signal))
  const all = await odoo.rows(LINE, lineRow, { domain: [['picking_id', '=', picking]] }, signal)
  // Somebody has begun this document over there, or an earlier version of this message was longer.
  const strange = all.filter(line => line.picked && !ours.has(line.id) && line.is_storable)
  if (strange.length > 0)
    await write(
      odoo,
      LINE,
      strange.map(line => line.id),
      { picked: false },
      signal,
    )
  // Goods whose stock Odoo does not keep go along with the rest; else they would stay behind in a backorder for ever.
  const rest = all.filter(line => !line.picked && !line.is_storable)
  if (rest.length > 0)
    await write(
      odoo,
      LINE,
      rest.map(line => line.id),
      { picked: true },
      signal,
    )
}

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

/** What Odoo may ask before it posts, by the model of its dialogue, and what our answer adds to the call. */
const QUESTIONS: Readonly<
  Record<
    string,
    { text: string; answers: Readonly<Record<string, { text: string; context: Record<string, unknown> }>> }
  >
> = {
  'expiry.picking.confirmation': {
    text: 'Odoo asks: lots of this document have expired. Post them all the same?',
    answers: { post: { text: 'Post them', context: { skip_expired: true } } },
  },
  'confirm.stock.sms': {
    text: 'Odoo asks: send the customer a text message about this delivery?',
    answers: { silent: { text: 'Post without a message', context: { skip_sms: true } } },
  },
}
const BACKORDER = 'stock.backorder.confirmation'

const dialogue = v.looseObject({ res_model: v.string() })

const validate = async (
  odoo: Odoo,
  op: OutboundOp,
  picking: number,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> => {
  const answers = Object.entries(op.answers).map(([id, answer]) => QUESTIONS[id]?.answers[answer]?.context ?? {})
  const call = {
    model: PICKING,
    method: 'button_validate',
    phase: 'write',
    ids: [picking],
    context: Object.assign({}, ...answers, context) as Record<string, unknown>,
  } as const
  const asked = v.safeParse(dialogue, await odoo.call(call, v.unknown(), signal))
  if (!asked.success) return
  // An answer with a dialogue has done nothing, but some (a report to print) come after it was done.
  const [row] = await odoo.rows(PICKING, pickingRow, { domain: [['id', '=', picking]] }, signal)
  if (row?.state === 'done') return
  const { res_model: id } = asked.output
  if (id === BACKORDER)
    throw new ErpError('conflict', 'Odoo would post this document in part only: its quantities were changed there')
  throw new ErpError('needsDecision', QUESTIONS[id]?.text ?? `Odoo asks something that we do not know (${id})`, {
    question: questionOf(id),
  })
}

const questionOf = (id: string): Question => ({
  id,
  text: QUESTIONS[id]?.text ?? id,
  answers: Object.entries(QUESTIONS[id]?.answers ?? {}).map(([answer, { text }]) => ({ id: answer, text })),
})
