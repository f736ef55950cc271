import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { OutboundOp, Receipt, RemoteRef, Return } from './operation.ts'
import { purchases, shipments } from './tryton-orders.ts'
import {
  cancelledQuestion,
  chosen,
  docEntries,
  documentsOf,
  numbersIn,
  plannedDays,
  prepared,
  press,
  walk,
  write,
} from './tryton-document.ts'
import type { Work } from './tryton-document.ts'
import { fromOrder } from './tryton-expected.ts'
import type { Fresh } from './tryton-expected.ts'
import { foldOf, goodsOf, movesOf } from './tryton-goods.ts'
import type { Goods, Move } from './tryton-goods.ts'
import { amountOfBase } from './tryton-unit.ts'
import { destinations } from './tryton-share.ts'
import { id, idIn, rowsOf, toDate, toDecimal } from './tryton-value.ts'

type ReceiptOp = OutboundOp & Receipt
type ReturnOp = OutboundOp & Return
/** Goods that come in: from a supplier, or back from a customer. Both go to the input zone first and from there to their place. */
type Incoming = Work<ReceiptOp> | Work<ReturnOp>
type IncomingModel = 'stock.shipment.in' | 'stock.shipment.out.return'
const modelOf = (work: Incoming): IncomingModel =>
  work.op.type === 'receipt' ? 'stock.shipment.in' : 'stock.shipment.out.return'

/** The draft is only a head. It gets its moves while posting: a draft that is left behind must not hold the order's moves. */
export const prepareIncoming = (work: Incoming, known: RemoteRef | null): Promise<RemoteRef> =>
  prepared(work, modelOf(work), known, async () => ({
    warehouse: work.site.warehouse,
    ...plannedDays(work),
    ...(work.op.type === 'receipt'
      ? await supplierOf(work as Work<ReceiptOp>)
      : await customerOf(work as Work<ReturnOp>)),
  }))

const supplierOf = async (work: Work<ReceiptOp>) => {
  const { order } = work.op
  if (order === null) return { supplier: await partyBy(work, work.settings.supplier, 'supplier') }
  const rows = await work.rpc.read(
    'model.purchase.purchase.search_read',
    [[['id', '=', purchaseNumber(order)]], 0, 1, null, ['party']],
    rowsOf(v.object({ party: id })),
    work.signal,
  )
  const [row] = rows
  if (row === undefined) throw gone(order)
  return { supplier: row.party }
}
const customerOf = async (work: Work<ReturnOp>) => {
  const { order } = work.op
  const n = order === null ? null : idIn(order.id, shipments.model)
  const customer =
    n === null
      ? await partyBy(work, work.settings.customer, 'customer')
      : (
          await work.rpc.read(
            'model.stock.shipment.out.search_read',
            [[['id', '=', n]], 0, 1, null, ['customer']],
            rowsOf(v.object({ customer: id })),
            work.signal,
          )
        )[0]?.customer
  if (customer === undefined) throw gone(order)
  const [address] = await work.rpc.read(
    'model.party.address.search',
    [[['party', '=', customer]], 0, 1, [['id', 'ASC']]],
    v.array(id),
    work.signal,
  )
  return { customer, ...(address === undefined ? {} : { delivery_address: address }) }
}

const partyBy = async (work: Work, code: string, kind: 'supplier' | 'customer'): Promise<number> => {
  const [party] =
    code === ''
      ? []
      : await work.rpc.read('model.party.party.search', [[['code', '=', code]], 0, 1, null], v.array(id), work.signal)
  if (party !== undefined) return party
  throw new ErpError(
    'config',
    `Goods without an order need a ${kind} in Tryton: name the party’s code in the connection.`,
    {
      gap: { kind: 'partner', key: code === '' ? kind : code },
    },
  )
}
const purchaseNumber = (order: RemoteRef): number => {
  const n = idIn(order.id, purchases.model)
  if (n === null) throw gone(order)
  return n
}
const gone = (order: RemoteRef | null): ErpError =>
  new ErpError('config', `Order ${order?.number ?? order?.id ?? ''} is not in Tryton.`, {
    gap: { kind: 'order', key: order?.id ?? '' },
  })

const incomingRow = v.object({
  ...docEntries,
  warehouse_input: id,
  warehouse_storage: id,
  supplier_location: v.optional(id),
  customer_location: v.optional(id),
})
type IncomingDoc = v.InferOutput<typeof incomingRow>

export const postIncoming = (work: Incoming, ref: RemoteRef): Promise<void> => {
  const model = modelOf(work)
  const place = work.op.type === 'receipt' ? 'supplier_location' : 'customer_location'
  let goods: readonly Goods[] | null = null
  return walk(async () => {
    const docs = await documentsOf(work, model, ref, incomingRow, ['warehouse_input', 'warehouse_storage', place])
    const doc = chosen(docs, numbersIn(ref, model))
    if (doc === undefined) throw new ErpError('unknownOutcome', 'The draft is not in Tryton any more.')
    if (doc.state === 'cancelled') throw cancelledQuestion(doc.number)
    if (doc.state === 'done') return true
    goods ??= await goodsOf(work, work.op.lines)
    if (doc.state === 'draft') {
      await fill(work, doc, goods)
      await press(work, model, doc, 'receive')
      return false
    }
    await putAway(work, doc, goods)
    await press(work, model, doc, 'done')
    return true
  })
}

/** Gives the draft its moves, in one write; a draft that has them already is compared instead. */
const fill = async (work: Incoming, doc: IncomingDoc, goods: readonly Goods[]): Promise<void> => {
  const model = modelOf(work)
  const there = await movesOf(work, [
    ['shipment', '=', `${model},${doc.id}`],
    ['to_location', '=', doc.warehouse_input],
  ])
  if (there.length > 0) {
    if (foldOf(there) === foldOf(goods)) return
    throw new ErpError(
      'conflict',
      `The draft ${doc.number} has other goods in Tryton than were received: it was changed there.`,
    )
  }
  const from = doc.supplier_location ?? doc.customer_location
  const made: Fresh = (row, bases, origin) => ({
    product: row.product,
    uom: row.own.id,
    quantity: amountOfBase(bases, row.own),
    from_location: from,
    to_location: doc.warehouse_input,
    company: work.site.company,
    currency: work.site.currency.id,
    unit_price: toDecimal(row.cost),
    planned_date: toDate(work.today),
    ...(origin === null ? {} : { origin }),
    ...(row.lotId === null ? {} : { lot: row.lotId }),
  })
  const commands =
    work.op.type === 'receipt' && work.op.order !== null
      ? await fromOrder(work, doc.id, purchaseNumber(work.op.order), goods, made)
      : [['create', goods.map(row => made(row, row.bases, null))]]
  await write(work, model, doc, { incoming_moves: commands })
}

/** Sends what stands in the input zone to where it was put: the bins that the operation names, else the storage zone. */
const putAway = async (work: Incoming, doc: IncomingDoc, goods: readonly Goods[]): Promise<void> => {
  const model = modelOf(work)
  const moves = await movesOf(work, [
    ['shipment', '=', `${model},${doc.id}`],
    ['from_location', '=', doc.warehouse_input],
    ['state', '=', 'draft'],
  ])
  const { rewrites, additions } = destinations(moves, goods, doc.warehouse_storage)
  if (rewrites.length === 0 && additions.length === 0) return
  await write(work, model, doc, {
    inventory_moves: [
      ...rewrites.map(({ move, bases, to }) => ['write', [move.id], { to_location: to, ...inOwnUnit(move, bases) }]),
      ...(additions.length === 0
        ? []
        : [
            [
              'create',
              additions.map(({ move, bases, to }) => ({
                product: move.product,
                ...inOwnUnit(move, bases),
                from_location: move.from_location,
                to_location: to,
                company: work.site.company,
                planned_date: toDate(work.today),
                ...(move.origin === null ? {} : { origin: move.origin }),
                ...(move.lotId === null ? {} : { lot: move.lotId }),
              })),
            ],
          ]),
    ],
  })
}
const inOwnUnit = (move: Move, bases: number) => ({ uom: move.own.id, quantity: amountOfBase(bases, move.own) })
