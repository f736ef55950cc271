import * as v from 'valibot'
import type { Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { OutboundOp, Package, RemoteRef, Shipment } from './operation.ts'
import { baseOf } from './quantity.ts'
import { assign } from './tryton-assign.ts'
import { shipments } from './tryton-orders.ts'
import { docEntries, movedBy, numbersIn, press, refOf, walk, write } from './tryton-document.ts'
import type { Work } from './tryton-document.ts'
import { foldOf, goodsOf, movesOf } from './tryton-goods.ts'
import type { Goods, Move } from './tryton-goods.ts'
import { shareOut } from './tryton-share.ts'
import { pricePerOwn } from './tryton-expected.ts'
import { splitIntoPackages } from './tryton-package.ts'
import { amountOfBase } from './tryton-unit.ts'
import { id, idIn, rowsOf, text, toDate, toTime } from './tryton-value.ts'

/**
 * A shipment is Tryton's own document, anchored by its number; its reference is the carrier's tracking number.
 *
 *   waiting ──► our picks in place of the planned ones ──► assigned ──► picked ──► cartons ──► packed ──► done
 */
type Shipping = Work<OutboundOp & Shipment>
const MODEL = 'stock.shipment.out'
const TO_CUSTOMER = ['to_location.type', '=', 'customer']

const shipmentRow = v.object({
  ...docEntries,
  effective_date: v.nullish(v.unknown(), null),
  warehouse_output: id,
  packages: v.optional(v.array(id), []),
})
type ShipmentDoc = v.InferOutput<typeof shipmentRow>

const numberOf = (op: OutboundOp & Shipment, ref: RemoteRef | null): number => {
  const n = numbersIn(ref, MODEL)[0] ?? idIn(op.order.id, shipments.model)
  if (n === null) throw gone(op)
  return n
}
const gone = (op: OutboundOp & Shipment): ErpError =>
  new ErpError('config', `Order ${op.order.number ?? op.order.id} is not in Tryton.`, {
    gap: { kind: 'order', key: op.order.id },
  })

const readShipment = async (work: Shipping, ref: RemoteRef | null): Promise<ShipmentDoc | null> => {
  const fields = [
    'number',
    'reference',
    'state',
    '_timestamp',
    'effective_date',
    'warehouse_output',
    ...(work.site.features.packages ? ['packages'] : []),
  ]
  const [doc] = await work.rpc.read(
    `model.${MODEL}.search_read`,
    [[['id', '=', numberOf(work.op, ref)]], 0, 1, null, fields],
    rowsOf(shipmentRow),
    work.signal,
  )
  return doc ?? null
}

export const prepareShipment = async (work: Shipping, known: RemoteRef | null): Promise<RemoteRef> => {
  const doc = await readShipment(work, known)
  if (doc === null) throw gone(work.op)
  return refOf(MODEL, doc)
}

export const postShipment = async (work: Shipping, ref: RemoteRef): Promise<void> => {
  let goods: readonly Goods[] | null = null
  await walk(async () => {
    const doc = await readShipment(work, ref)
    if (doc === null) throw gone(work.op)
    if (doc.state === 'cancelled')
      throw new ErpError('conflict', `Shipment ${doc.number} was cancelled in Tryton, and its goods have left here.`)
    if (doc.state === 'done') {
      if (work.op.shorts === 'cancel') await cancelRest(work, doc)
      return true
    }
    goods ??= await goodsOf(work, work.op.lines)
    const moves = await movesOf(work, [
      ['shipment', '=', `${MODEL},${doc.id}`],
      ['state', '!=', 'cancelled'],
    ])
    await step(work, doc, goods, {
      picks: moves.filter(move => move.to_location === doc.warehouse_output),
      leaves: moves.filter(move => move.from_location === doc.warehouse_output),
    })
    return false
  })
}

type Moves = { picks: readonly Move[]; leaves: readonly Move[] }

/** One look, and everything that can be done without another. */
const step = async (work: Shipping, doc: ShipmentDoc, goods: readonly Goods[], moves: Moves): Promise<void> => {
  switch (doc.state) {
    case 'draft':
      await press(work, MODEL, doc, 'wait')
      return
    case 'waiting': {
      if (!isPlan(work, moves.picks, goods) || moves.picks.some(move => move.state !== 'draft')) {
        await replacePicks(work, doc, goods, moves)
        return
      }
      const leaving = goods.map(row => ({ goods: row, from: row.location ?? work.site.storage }))
      await assign(work, MODEL, doc, leaving)
      await press(work, MODEL, doc, 'pick')
      return
    }
    case 'assigned':
      await press(work, MODEL, doc, isPlan(work, moves.picks, goods) ? 'pick' : 'wait')
      return
    case 'picked':
      if (foldOf(moves.picks) !== foldOf(goods)) throw otherGoods(doc)
      await pack(work, doc, goods, moves.leaves)
      return
    case 'packed':
      if (foldOf(moves.leaves) !== foldOf(goods)) throw otherGoods(doc)
      await press(work, MODEL, doc, 'done')
      return
    default:
      throw new ErpError('conflict', `Shipment ${doc.number} is in state ${doc.state} in Tryton.`)
  }
}
/** Whether what Tryton is about to take is what was taken here, from the same places. */
const isPlan = (work: Shipping, picks: readonly Move[], goods: readonly Goods[]): boolean => {
  const at = (place: number, rows: readonly { product: number; lotId: number | null; bases: number }[]): string =>
    `${place} ${foldOf(rows)}`
  const from = (row: Goods): number => row.location ?? work.site.storage
  const places = [...new Set([...goods.map(from), ...picks.map(pick => pick.from_location)])]
  return places.every(
    place =>
      at(
        place,
        picks.filter(pick => pick.from_location === place),
      ) ===
      at(
        place,
        goods.filter(row => from(row) === place),
      ),
  )
}
const otherGoods = (doc: ShipmentDoc): ErpError =>
  new ErpError(
    'conflict',
    `Shipment ${doc.number} was picked in Tryton with other goods than here: somebody worked on it there.`,
  )

/** What was picked here, place by place and lot by lot, each with the order's move that it serves; shorts are left out. */
const replacePicks = async (
  work: Shipping,
  doc: ShipmentDoc,
  goods: readonly Goods[],
  { picks, leaves }: Moves,
): Promise<void> => {
  const lines = leaves.map(move => ({
    id: move.id,
    name: `stock.move,${move.id}`,
    product: move.product,
    open: move.bases,
  }))
  const parts = shareOut(goods, lines)
  const foreign = parts.find(part => part.line === null)
  if (foreign !== undefined)
    throw new ErpError(
      'conflict',
      `Shipment ${doc.number} does not ask for ${foreign.goods.code} in Tryton, and it has left here.`,
    )
  const stale = picks.filter(move => move.state === 'draft').map(move => move.id)
  if (stale.length < picks.length) {
    await press(work, MODEL, doc, 'wait')
    return
  }
  await write(work, MODEL, doc, {
    ...(work.effective === null ? {} : { effective_date: toDate(work.effective) }),
    inventory_moves: [
      ...(stale.length === 0 ? [] : [['delete', stale]]),
      [
        'create',
        parts.map(({ goods: row, bases, line }) => ({
          product: row.product,
          uom: row.own.id,
          quantity: amountOfBase(bases, row.own),
          from_location: row.location ?? work.site.storage,
          to_location: doc.warehouse_output,
          company: work.site.company,
          planned_date: toDate(work.today),
          origin: `stock.move,${line ?? 0}`,
          ...(row.lotId === null ? {} : { lot: row.lotId }),
        })),
      ],
    ],
  })
}

const pack = async (
  work: Shipping,
  doc: ShipmentDoc,
  goods: readonly Goods[],
  leaves: readonly Move[],
): Promise<void> => {
  const tracking = trackingOf(work.op)
  const boxes = boxesOf(work, goods)
  if (work.site.features.packages && boxes.length > 0 && doc.packages.length === 0) {
    const split = splitIntoPackages(
      leaves.filter(move => move.bases > 0),
      boxes,
    )
    if (split.state === 'cut') {
      await write(work, MODEL, doc, { outgoing_moves: split.cuts.flatMap(cut => cutMove(work, cut.move, cut.bases)) })
      return
    }
    if (split.state === 'fits') {
      await write(work, MODEL, doc, {
        packages: [['create', await packagesOf(work, split.boxes)]],
        ...(tracking === '' ? {} : { reference: tracking }),
      })
      return
    }
  }
  if (tracking !== '' && doc.reference !== tracking) await write(work, MODEL, doc, { reference: tracking })
  await press(work, MODEL, doc, 'pack')
  await press(work, MODEL, doc, 'done')
}

const trackingOf = (op: Shipment): string =>
  [...new Set([...op.shipping.tracking, ...op.packages.flatMap(box => box.tracking ?? [])])].join(', ').slice(0, 250)

/** What lies in which carton, by item and lot, in base units. */
const boxesOf = (work: Shipping, goods: readonly Goods[]) =>
  work.op.packages.map(box => ({
    box,
    rows: box.lines.flatMap(line => {
      const row = goods.find(known => known.product === idIn(line.item, 'product.product') && known.lot === line.lot)
      const bases = baseOf(line.qty)
      return row === undefined || bases === null ? [] : [{ product: row.product, lotId: row.lotId, bases }]
    }),
  }))

/** A move of which a part lies in another carton: it becomes two. */
const cutMove = (work: Work, move: Move, bases: number): readonly unknown[] => [
  [
    'write',
    [move.id],
    { quantity: amountOfBase(move.bases - bases, move.own), uom: move.own.id, ...pricePerOwn(move) },
  ],
  [
    'create',
    [
      {
        product: move.product,
        uom: move.own.id,
        quantity: amountOfBase(bases, move.own),
        from_location: move.from_location,
        to_location: move.to_location,
        company: work.site.company,
        planned_date: toDate(work.today),
        currency: move.currency,
        ...pricePerOwn(move),
        ...(move.origin === null ? {} : { origin: move.origin }),
        ...(move.lotId === null ? {} : { lot: move.lotId }),
      },
    ],
  ],
]
const typeRow = v.object({ id, name: text })
const packagesOf = async (
  work: Shipping,
  boxes: readonly { box: Package; moves: readonly Move[] }[],
): Promise<readonly unknown[]> => {
  const types = await work.rpc.read(
    'model.stock.package.type.search_read',
    [[], 0, 100, [['id', 'ASC']], ['name']],
    rowsOf(typeRow),
    work.signal,
  )
  const [first] = types
  if (first === undefined)
    throw new ErpError('config', 'Tryton has no type of package: make one, so that cartons can be told.', {
      gap: { kind: 'package', key: 'type' },
    })
  return boxes.map(({ box, moves }) => ({
    type: (types.find(type => type.name === box.type) ?? first).id,
    company: work.site.company,
    moves: [['add', moves.map(move => move.id)]],
    ...(work.site.features.packageTracking && box.tracking !== null ? { shipping_reference: box.tracking } : {}),
  }))
}

/** The shipment that Tryton makes of what did not leave: cancelled where the customer gets no more. */
const cancelRest = async (work: Shipping, doc: { id: number }): Promise<void> => {
  for (const rest of await restOf(work, doc)) await press(work, MODEL, { id: rest }, 'cancel')
}
/** Tryton makes it right after ours is done; a later part of the sale that was planned from the beginning is older. */
const restOf = async (work: Shipping, doc: { id: number }): Promise<readonly number[]> => {
  const mine = ['shipment', '=', `${MODEL},${doc.id}`]
  const left = await movesOf(work, [mine, ['state', '=', 'done'], TO_CUSTOMER])
  const lines = [...new Set(left.flatMap(move => idIn(move.origin ?? '', 'sale.line') ?? []))]
  if (lines.length === 0) return []
  const { at } = await movedBy(work, MODEL, doc, [TO_CUSTOMER])
  const open = await movesOf(work, [
    ['origin.sale.lines', 'in', lines, 'sale.line'],
    ['state', 'in', ['draft', 'assigned']],
    ['create_date', '>=', toTime(at)],
    TO_CUSTOMER,
  ])
  return [...new Set(open.flatMap(move => idIn(move.shipment ?? '', MODEL) ?? []))].filter(n => n !== doc.id)
}

export const findShipment = async (work: Shipping, ref: RemoteRef | null): Promise<Found> => {
  const doc = await readShipment(work, ref)
  if (doc === null) return { state: 'absent' }
  if (doc.state === 'cancelled') return { state: 'cancelled', ref: refOf(MODEL, doc) }
  if (doc.state !== 'done') return { state: 'draft', ref: refOf(MODEL, doc) }
  // Not at its end while a rest stands that the customer shall not get.
  if (work.op.shorts === 'cancel' && (await restOf(work, doc)).length > 0)
    return { state: 'draft', ref: refOf(MODEL, doc) }
  return {
    state: 'posted',
    ref: refOf(MODEL, doc),
    ...(await movedBy(work, MODEL, doc, [TO_CUSTOMER])),
    documents: [],
  }
}
