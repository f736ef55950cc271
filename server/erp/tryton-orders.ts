import * as v from 'valibot'
import type { Inbound } from './inbound.ts'
import { baseQty } from './quantity.ts'
import type { Qty } from './quantity.ts'
import {
  addressOf,
  ADDRESS_FIELDS,
  addressSchema,
  byId,
  items,
  partners,
  PARTY_FIELDS,
  partySchema,
} from './tryton-catalogue.ts'
import type { Raw, Source } from './tryton-catalogue.ts'
import type { Rpc } from './tryton-rpc.ts'
import type { Site } from './tryton-site.ts'
import { quantityIn } from './tryton-unit.ts'
import { dateValue, id, remoteId, rowsOf, text } from './tryton-value.ts'

const MOVE = 'stock.move'
const moveRow = v.object({
  id,
  state: text,
  quantity: v.number(),
  uom: id,
  origin: v.nullish(v.string(), null),
  'product.': v.object({ id, 'template.': v.object({ default_uom: id, type: text }) }),
  'lot.': v.nullish(v.object({ number: text }), null),
})
type MoveRow = v.InferOutput<typeof moveRow>
const moveFields = (site: Site): readonly string[] => [
  'state',
  'quantity',
  'uom',
  'origin',
  'product.template.default_uom',
  'product.template.type',
  ...(site.features.lots ? ['lot.number'] : []),
]

/** A quantity in base units of its item; undefined makes the record a flaw that names the field. */
const qtyOf = (site: Site, amount: number, uom: number, own: number): Qty | undefined => {
  const [unit, base] = [site.units.get(uom), site.units.get(own)]
  return unit === undefined || base === undefined ? undefined : (quantityIn(amount, unit, base) ?? undefined)
}
const sumOf = (quantities: readonly (Qty | undefined)[]): Qty | undefined => {
  let sum = 0
  for (const qty of quantities) {
    if (qty === undefined) return undefined
    sum += (qty.n * qty.num) / qty.den
  }
  return Number.isSafeInteger(sum) ? baseQty(sum) : undefined
}

const partyOf = v.object({ id, name: text })
const purchaseRow = v.object({
  id,
  number: text,
  reference: text,
  state: text,
  delivery_date: v.nullish(dateValue, null),
  lines: v.array(id),
  'party.': partyOf,
})
const purchaseLine = v.object({
  id,
  type: text,
  quantity: v.nullish(v.number(), null),
  unit: v.nullish(id, null),
  moves: v.array(id),
  'product.': v.nullish(v.object({ id, 'template.': v.object({ default_uom: id, type: text }) }), null),
})

/** A receipt touches neither the order nor its line, so their moves are watched too. */
export const purchases: Source = {
  model: 'purchase.purchase',
  children: ['', 'lines.', 'lines.moves.'],
  domain: site => [
    ['warehouse', '=', site.warehouse],
    ['state', 'in', ['processing', 'done', 'cancelled']],
  ],
  alive: [['state', '=', 'processing']],
  fields: () => ['number', 'reference', 'state', 'delivery_date', 'lines', 'party.name'],
  read: async (rows, site, rpc, signal) => {
    const read = v.parse(rowsOf(purchaseRow), rows)
    const fields = ['type', 'quantity', 'unit', 'moves', 'product.template.default_uom', 'product.template.type']
    const lines = await byId(
      rpc,
      'purchase.line',
      read.flatMap(row => row.lines),
      fields,
      purchaseLine,
      signal,
    )
    const moves = await byId(
      rpc,
      MOVE,
      [...lines.values()].flatMap(line => line.moves),
      moveFields(site),
      moveRow,
      signal,
    )
    return read.map(row => ({
      n: row.id,
      id: remoteId(purchases.model, row.id),
      record: purchaseOf(row, lines, moves, site),
    }))
  },
}

const purchaseOf = (
  row: v.InferOutput<typeof purchaseRow>,
  lines: ReadonlyMap<number, v.InferOutput<typeof purchaseLine>>,
  moves: ReadonlyMap<number, MoveRow>,
  site: Site,
) => {
  const listed = row.lines.flatMap(n => {
    const line = lines.get(n)
    const product = line?.['product.']
    // Services and comments are no goods, and a negative quantity goes back to the supplier.
    if (line === undefined || line.type !== 'line' || !product || product['template.'].type !== 'goods') return []
    if (line.unit === null || (line.quantity ?? 0) <= 0) return []
    const own = product['template.'].default_uom
    const its = line.moves.flatMap(move => moves.get(move) ?? [])
    const done = its.filter(move => move.state === 'done').map(move => qtyOf(site, move.quantity, move.uom, own))
    return [
      {
        id: remoteId('purchase.line', line.id),
        item: remoteId(items.model, product.id),
        quantity: qtyOf(site, line.quantity ?? 0, line.unit, own),
        done: sumOf(done),
        // What is still to come stands as a draft move; where there is none, nothing more is expected.
        closed: !its.some(move => move.state !== 'done' && move.state !== 'cancelled'),
      },
    ]
  })
  return {
    id: remoteId(purchases.model, row.id),
    number: row.number,
    client: '',
    partner: row['party.'].name,
    partnerId: remoteId(partners.model, row['party.'].id),
    due: row.delivery_date,
    priority: 0,
    state: row.state === 'cancelled' ? 'cancelled' : listed.every(line => line.closed) ? 'closed' : 'open',
    note: row.reference === '' ? null : row.reference,
    lines: listed,
  } satisfies Record<keyof Inbound['purchaseOrder'], unknown>
}

const shipmentRow = v.object({
  id,
  number: text,
  state: text,
  planned_date: v.nullish(dateValue, null),
  origins: text,
  outgoing_moves: v.array(id),
  'customer.': partySchema,
  'delivery_address.': addressSchema,
  'carrier.': v.nullish(
    v.object({ 'party.': v.object({ name: text }), 'carrier_product.': v.object({ name: text }) }),
    null,
  ),
})

/**
 * What is picked and shipped in Tryton is the customer shipment, not the sale: a sale may have several, one after the other,
 * and the rest of a short one is a new shipment. A draft is not ready for the warehouse yet.
 */
export const shipments: Source = {
  model: 'stock.shipment.out',
  children: ['', 'moves.', 'delivery_address.'],
  domain: site => [
    ['warehouse', '=', site.warehouse],
    ['state', '!=', 'draft'],
  ],
  alive: [['state', 'in', ['waiting', 'assigned']]],
  fields: features => [
    'number',
    'state',
    'planned_date',
    'origins',
    'outgoing_moves',
    ...PARTY_FIELDS.map(name => `customer.${name}`),
    ...ADDRESS_FIELDS.map(name => `delivery_address.${name}`),
    ...(features.carriers ? ['carrier.party.name', 'carrier.carrier_product.name'] : []),
  ],
  read: async (rows, site, rpc: Rpc, signal): Promise<readonly Raw[]> => {
    const read = v.parse(rowsOf(shipmentRow), rows)
    const moves = await byId(
      rpc,
      MOVE,
      read.flatMap(row => row.outgoing_moves),
      moveFields(site),
      moveRow,
      signal,
    )
    return read.map(row => ({ n: row.id, id: remoteId(shipments.model, row.id), record: orderOf(row, moves, site) }))
  },
}

const SHIPMENT_STATE: Readonly<Record<string, Inbound['salesOrder']['state']>> = {
  waiting: 'open',
  assigned: 'open',
  cancelled: 'cancelled',
}

const orderOf = (row: v.InferOutput<typeof shipmentRow>, moves: ReadonlyMap<number, MoveRow>, site: Site) => {
  const customer = row['customer.']
  const lines = row.outgoing_moves.flatMap(n => {
    const move = moves.get(n)
    if (move === undefined || move['product.']['template.'].type !== 'goods') return []
    const quantity = qtyOf(site, move.quantity, move.uom, move['product.']['template.'].default_uom)
    return [
      {
        id: remoteId(MOVE, move.id),
        item: remoteId(items.model, move['product.'].id),
        quantity,
        done: move.state === 'done' ? quantity : baseQty(0),
        closed: move.state === 'done' || move.state === 'cancelled',
        lot: move['lot.']?.number ?? null,
      },
    ]
  })
  return {
    id: remoteId(shipments.model, row.id),
    number: row.number,
    client: '',
    partner: customer.name,
    partnerId: remoteId(partners.model, customer.id),
    due: row.planned_date,
    priority: 0,
    state: SHIPMENT_STATE[row.state] ?? 'closed',
    note: row.origins === '' ? null : row.origins,
    customer: remoteId(partners.model, customer.id),
    shipTo: addressOf(row['delivery_address.'], customer),
    carrier: row['carrier.']?.['party.'].name ?? null,
    service: row['carrier.']?.['carrier_product.'].name ?? null,
    lines,
  } satisfies Record<keyof Inbound['salesOrder'], unknown>
}
