import * as v from 'valibot'
import type { ErpConnector, ErpMove, StockQuery, StockRow } from './connector.ts'
import { dayThere, storable } from './odoo-items.ts'
import { keysOf } from './odoo-key.ts'
import { number, reference, text } from './odoo-rpc.ts'
import type { Odoo } from './odoo-rpc.ts'
import { placeOf } from './odoo-site.ts'
import type { Base } from './odoo-site.ts'
import { everyId, idOf, isoTime, remoteId, sweep } from './odoo-sweep.ts'
import { quantityOf } from './odoo-units.ts'

const ITEMS_PAGE = 1000

/**
 * Stock on hand, summed by item, location and lot: Odoo writes several rows for one bin when two postings meet, and one for
 * each package. The sum is made over there.
 */
export async function* readStock(base: Base, query: StockQuery, signal: AbortSignal): AsyncIterable<StockRow> {
  const { root } = await base.site(signal)
  const places = query.locations.map(place => idOf('stock.location', place))
  const where =
    places.length > 0
      ? [['location_id', 'in', places]]
      : [
          ['location_id', 'child_of', root],
          ['location_id.usage', '=', 'internal'],
        ]
  for await (const items of pagesOf(base.odoo, query.items, signal)) yield* readItemsStock(base, items, where, signal)
}

async function* pagesOf(
  odoo: Odoo,
  items: readonly string[] | undefined,
  signal: AbortSignal,
): AsyncIterable<readonly number[]> {
  const stocked = [...(await storable(odoo, '', signal)), ['stock_quant_ids', '!=', false]]
  const all = items?.map(item => idOf('product.product', item))
  const source = all ?? everyId(odoo, { model: 'product.product', domain: stocked, watch: [] }, signal)
  let page: number[] = []
  for await (const id of source) {
    page.push(id)
    if (page.length === ITEMS_PAGE) {
      yield page
      page = []
    }
  }
  if (page.length > 0) yield page
}

const group = { product_id: reference, location_id: reference, lot_id: reference }
const grouped = v.array(
  v.union([v.object({ ...group, 'quantity:sum': number }), v.object({ ...group, quantity: number })]),
)
const lotRow = v.object({ id: number, name: text, expiration_date: v.optional(text, '') })

async function* readItemsStock(
  base: Base,
  items: readonly number[],
  where: readonly unknown[],
  signal: AbortSignal,
): AsyncIterable<StockRow> {
  const domain = [['product_id', 'in', items], ...where]
  const groupby = Object.keys(group)
  // The name of the method and of its answer changed with 19.
  const newest = (await base.odoo.fields('uom.uom', signal)).has('relative_factor')
  const rows = await base.odoo.call(
    newest
      ? {
          model: 'stock.quant',
          method: 'formatted_read_group',
          phase: 'read',
          args: { domain, groupby, aggregates: ['quantity:sum'] },
        }
      : {
          model: 'stock.quant',
          method: 'read_group',
          phase: 'read',
          args: { domain, groupby, fields: ['quantity:sum'], lazy: false },
        },
    grouped,
    signal,
  )
  const lotIds = [...new Set(rows.flatMap(row => (row.lot_id === null ? [] : [row.lot_id.id])))]
  const lots = new Map(
    lotIds.length === 0
      ? []
      : (await base.odoo.rows('stock.lot', lotRow, { domain: [['id', 'in', lotIds]] }, signal)).map(lot => [
          lot.id,
          lot,
        ]),
  )
  const zone = await base.zone(signal)
  for (const row of rows) {
    const quantity = quantityOf('quantity' in row ? row.quantity : row['quantity:sum'])
    if (row.product_id === null || row.location_id === null || quantity === null || quantity.n === 0) continue
    const lot = row.lot_id === null ? undefined : lots.get(row.lot_id.id)
    yield {
      item: remoteId('product.product', row.product_id.id),
      location: placeOf(row.location_id.id),
      lot: lot?.name ?? '',
      expiry: dayThere(lot?.expiration_date ?? '', zone),
      quantity,
    }
  }
}

const movedRow = v.object({
  id: number,
  product_id: reference,
  lot_id: reference,
  quantity: v.optional(number, 0),
  /** In the item's own unit; before 17 lines were in it already. */
  quantity_product_uom: v.optional(number),
  qty_done: v.optional(number, 0),
  location_id: reference,
  location_dest_id: reference,
  picking_id: reference,
  date: text,
})

/**
 * What Odoo has moved: lines, because a movement names the parent of the bin only. A count that was applied over there has no
 * document and no key.
 */
export const readMovements =
  (base: Base): ErpConnector['movementsSince'] =>
  async (cursor, limit, signal) => {
    const { root } = await base.site(signal)
    const domain = [
      ['state', '=', 'done'],
      ...(await storable(base.odoo, 'product_id.', signal)),
      '|',
      ['location_id', 'child_of', root],
      ['location_dest_id', 'child_of', root],
    ]
    const { ids, next, more } = await sweep(
      base.odoo,
      { model: 'stock.move.line', domain, watch: [''] },
      cursor,
      limit,
      signal,
    )
    if (ids.length === 0) return { moves: [], next, more }
    const rows = await base.odoo.rows('stock.move.line', movedRow, { domain: [['id', 'in', ids]], order: 'id' }, signal)
    const pickings = [...new Set(rows.flatMap(row => (row.picking_id === null ? [] : [row.picking_id.id])))]
    const [own, keys] = await Promise.all([ownPlaces(base, rows, signal), keysOf(base.odoo, pickings, signal)])
    const moves = rows.flatMap((row): ErpMove[] => {
      const quantity = quantityOf(row.quantity_product_uom ?? (row.quantity === 0 ? row.qty_done : row.quantity))
      const [from, to] = [own(row.location_id?.id), own(row.location_dest_id?.id)]
      if (quantity === null || quantity.n <= 0 || row.product_id === null || from === to) return []
      return [
        {
          id: remoteId('stock.move.line', row.id),
          item: remoteId('product.product', row.product_id.id),
          lot: row.lot_id?.name ?? '',
          quantity,
          from,
          to,
          key: keys.get(row.picking_id?.id ?? 0) ?? null,
          document:
            row.picking_id === null
              ? null
              : {
                  kind: 'stock.picking',
                  id: remoteId('stock.picking', row.picking_id.id),
                  number: row.picking_id.name,
                  url: base.link(row.picking_id.id),
                },
          at: isoTime(row.date),
        },
      ]
    })
    return { moves, next, more }
  }

const placeRow = v.object({ id: number })
/** The location if it holds stock of our warehouse, null if it lies outside. */
const ownPlaces = async (
  base: Base,
  rows: readonly v.InferOutput<typeof movedRow>[],
  signal: AbortSignal,
): Promise<(id: number | undefined) => string | null> => {
  const named = rows.flatMap(row => [row.location_id?.id ?? 0, row.location_dest_id?.id ?? 0])
  const { root } = await base.site(signal)
  const domain = [
    ['id', 'in', [...new Set(named)]],
    ['id', 'child_of', root],
    ['usage', '=', 'internal'],
  ]
  const own = new Set((await base.odoo.rows('stock.location', placeRow, { domain }, signal)).map(row => row.id))
  return id => (id !== undefined && own.has(id) ? placeOf(id) : null)
}
