import { externalId, load, readLots, readProducts, wholeOf } from './odoo-goods.ts'
import type { Goods, Product } from './odoo-goods.ts'
import { preparedBefore, refOf } from './odoo-pickings.ts'
import type { Base, Site } from './odoo-site.ts'
import { idOf } from './odoo-sweep.ts'
import type { Line, OutboundOp, RemoteRef } from './operation.ts'

/** A row of goods with the places that it moves between, as remote ids or as Odoo's own numbers. */
export type Wanted = Pick<Line, 'item' | 'lot' | 'serial' | 'expiry' | 'qty' | 'unit' | 'line'> & {
  from: number
  to: number
  package?: number
}

/** Wanted goods in Odoo's numbers: items and lots as they are there now. `makeFor`: lots that are missing are made. */
export const goodsOf = async (
  base: Base,
  wanted: readonly Wanted[],
  makeFor: string | null,
  signal: AbortSignal,
): Promise<{ goods: Goods[]; products: ReadonlyMap<string, Product>; names: ReadonlyMap<number, string> }> => {
  const products = await readProducts(base.odoo, wanted, signal)
  const lotOf = await readLots(base.odoo, wanted, products, makeFor, signal)
  const goods = wanted.map((line): Goods => ({
    item: idOf('product.product', line.item),
    unit: products.get(line.item)?.uom_id?.id ?? 0,
    lot: lotOf(line),
    quantity: wholeOf(line),
    orderLine: line.line === null ? null : Number(line.line.split(',')[1]),
    from: line.from,
    to: line.to,
    package: line.package ?? null,
  }))
  return { goods, products, names: new Map([...products.values()].map(product => [product.id, product.display_name])) }
}

/** What a document of ours is besides its goods. */
export type Head = { type: 'incoming' | 'internal'; note: string; partner?: number; links?: readonly Link[] }
/** Ties a movement to the order that it belongs to, so that the order's own figures follow. */
export type Link = { field: 'purchase_line_id' | 'sale_line_id'; item: number; line: number }

/**
 * A document of our own, as a draft: head and movements in one call under external ids that are made of our key, so that no
 * repeat makes a second one. Rows that differ only in their lot are one movement; Odoo would merge them anyway.
 */
export const prepareOwn = async (
  base: Base,
  op: OutboundOp,
  head: Head,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<RemoteRef> => {
  const known = await preparedBefore(base, op, signal)
  if (known !== null) return known
  const site = await base.site(signal)
  const products = await readProducts(base.odoo, wanted, signal)
  const moves = new Map<string, { line: Wanted; quantity: number }>()
  for (const line of wanted) {
    const key = [line.item, line.from, line.to].join('|')
    moves.set(key, { line, quantity: (moves.get(key)?.quantity ?? 0) + wholeOf(line) })
  }
  const links = head.links ?? []
  const named = (await base.odoo.fields('stock.move', signal)).has('name')
  const field = links[0]?.field
  const fields = [
    ...HEAD,
    ...MOVE.map(name => `move_ids/${name}`),
    // Before 19 a movement has a name, and needs one.
    ...(named ? ['move_ids/name'] : []),
    ...(field === undefined ? [] : [`move_ids/${field}/.id`, 'move_ids/to_refund']),
  ]
  const [first] = wanted
  const top = headRow(op, head, site, first)
  const rows = [...moves.values()].map(({ line, quantity }, n) => {
    const item = idOf('product.product', line.item)
    const link = links.find(one => one.item === item)
    return [
      ...(n === 0 ? top : top.map(() => '')),
      externalId(op.key, 'move', n + 1),
      item,
      quantity,
      products.get(line.item)?.uom_id?.id ?? '',
      line.from,
      line.to,
      ...(named ? [products.get(line.item)?.display_name ?? line.item] : []),
      ...(field === undefined ? [] : [link?.line ?? '', field === 'sale_line_id' ? 'True' : '']),
    ]
  })
  const [id] = await load(base.odoo, 'stock.picking', fields, rows, signal)
  return refOf(base, id ?? 0, null)
}

const HEAD = [
  'id',
  'picking_type_id/.id',
  'location_id/.id',
  'location_dest_id/.id',
  'origin',
  'note',
  'partner_id/.id',
]
const MOVE = ['id', 'product_id/.id', 'product_uom_qty', 'product_uom/.id', 'location_id/.id', 'location_dest_id/.id']
const headRow = (op: OutboundOp, head: Head, site: Site, first: Wanted | undefined): (string | number)[] => [
  externalId(op.key),
  site.types[head.type],
  first?.from ?? site.stock,
  first?.to ?? site.stock,
  op.key,
  head.note,
  head.partner ?? '',
]
