import * as v from 'valibot'
import type { ErpMove, StockQuery, StockRow } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { RemoteRef } from './operation.ts'
import type { Qty } from './quantity.ts'
import { byId, items, LOT_DATES, locations } from './tryton-catalogue.ts'
import { changedSince, nextCursor, readCursor } from './tryton-pages.ts'
import { ARCHIVED_TOO } from './tryton-rpc.ts'
import type { Rpc } from './tryton-rpc.ts'
import { todayThere } from './tryton-site.ts'
import type { Site, SiteReader } from './tryton-site.ts'
import { quantityIn } from './tryton-unit.ts'
import { dateValue, id, idIn, remoteId, rowsOf, text, timeValue, toDate } from './tryton-value.ts'

const placeRow = v.object({ id, type: text, parent: v.nullish(id, null) })
type Place = v.InferOutput<typeof placeRow>

/**
 * The rows of stock there are asked by place: a place that is named stands for itself and for everything below it that is not
 * named as well, so that a warehouse may be mapped as one zone, bin by bin, or mixed. No names = every storage place alone.
 */
const groupsOf = (
  places: readonly Place[],
  wanted: readonly number[],
  warehouse: number,
): ReadonlyMap<number, number[]> => {
  const parents = new Map(places.map(place => [place.id, place.parent]))
  const under = (place: number | null, top: number): boolean =>
    place !== null && (place === top || under(parents.get(place) ?? null, top))
  const named = new Set(
    wanted.length > 0 ? wanted : places.filter(p => p.type === 'storage' && under(p.id, warehouse)).map(p => p.id),
  )
  const groups = new Map([...named].map((place): [number, number[]] => [place, []]))
  for (const place of places) {
    let at: number | null = place.id
    while (at !== null && !named.has(at)) at = parents.get(at) ?? null
    if (at !== null && place.type !== 'view' && place.type !== 'warehouse') groups.get(at)?.push(place.id)
  }
  return groups
}

const ROWS = 1000
const productRow = v.object({ id, quantity: v.number(), default_uom: id })
const lotRow = v.object({
  id,
  number: text,
  quantity: v.number(),
  product: id,
  'product.': v.object({ default_uom: id }),
  shelf_life_expiration_date: v.nullish(dateValue, null),
  expiration_date: v.nullish(dateValue, null),
})

export const stockOf = (rpc: Rpc, reader: SiteReader) =>
  async function* (query: StockQuery, signal: AbortSignal): AsyncIterable<StockRow> {
    const site = await reader.read(signal)
    const places = await rpc.read(
      'model.stock.location.search_read',
      [[], 0, null, null, ['type', 'parent']],
      rowsOf(placeRow),
      signal,
      { context: ARCHIVED_TOO },
    )
    const wanted = query.locations.map(name => numberOf(name, locations.model, 'location'))
    const products = query.items?.map(name => numberOf(name, items.model, 'item'))
    const today = toDate(await todayThere(rpc, site, signal))
    for (const [place, below] of groupsOf(places, wanted, site.warehouse)) {
      if (below.length === 0) continue
      const context = { ...ARCHIVED_TOO, locations: below, with_childs: false, stock_date_end: today }
      yield* stockAt(rpc, site, remoteId(locations.model, place), products, context, signal)
    }
  }

const numberOf = (name: string, model: string, kind: string): number => {
  const n = idIn(name, model)
  if (n === null) throw new ErpError('config', `${name} is no ${kind} of Tryton.`, { gap: { kind, key: name } })
  return n
}

/** What an item has there beyond its lots lies there without one. Rows of one lot number are summed. */
const stockAt = async function* (
  rpc: Rpc,
  site: Site,
  location: string,
  products: readonly number[] | undefined,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): AsyncIterable<StockRow> {
  /** By item: its unit, and what it has there without a lot. */
  const loose = new Map<number, { own: number; amount: number }>()
  const add = (product: number, own: number, amount: number): void => {
    loose.set(product, { own, amount: (loose.get(product)?.amount ?? 0) + amount })
  }
  const lots = new Map<string, Omit<StockRow, 'quantity'> & { own: number; amount: number }>()
  if (site.features.lots)
    for await (const row of pages(rpc, 'stock.lot', 'product', products, lotFields(site), lotRow, context, signal)) {
      const own = row['product.'].default_uom
      add(row.product, own, -row.quantity)
      const at = `${row.product} ${row.number}`
      const expiry = row.shelf_life_expiration_date ?? row.expiration_date
      const amount = (lots.get(at)?.amount ?? 0) + row.quantity
      lots.set(at, { item: remoteId(items.model, row.product), location, lot: row.number, expiry, own, amount })
    }
  const fields = ['quantity', 'default_uom']
  for await (const row of pages(rpc, 'product.product', 'id', products, fields, productRow, context, signal))
    add(row.id, row.default_uom, row.quantity)
  for (const { own, amount, ...row } of lots.values()) {
    const quantity = qtyOf(site, amount, own)
    if (quantity.n !== 0) yield { ...row, quantity }
  }
  for (const [product, { own, amount }] of loose) {
    const quantity = qtyOf(site, amount, own)
    if (quantity.n !== 0) yield { item: remoteId(items.model, product), location, lot: '', expiry: null, quantity }
  }
}

const lotFields = (site: Site): readonly string[] => [
  'number',
  'quantity',
  'product',
  'product.default_uom',
  ...(site.features.expiry ? LOT_DATES : []),
]

const qtyOf = (site: Site, amount: number, own: number): Qty => {
  const unit = site.units.get(own)
  const qty = unit === undefined ? null : quantityIn(amount, unit, unit)
  if (qty === null)
    throw new ErpError('config', `Unit product.uom,${own} is not known or its amount is no exact number.`)
  return qty
}

/** What has stock there, page by page; with `products` only those. */
const pages = async function* <T extends v.GenericSchema<unknown, { id: number }>>(
  rpc: Rpc,
  model: string,
  productField: string,
  products: readonly number[] | undefined,
  fields: readonly string[],
  row: T,
  context: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): AsyncIterable<v.InferOutput<T>> {
  const domain = [['quantity', '!=', 0], ...(products === undefined ? [] : [[productField, 'in', products]])]
  for (let after = 0; ;) {
    const args = [[...domain, ['id', '>', after]], 0, ROWS, [['id', 'ASC']], fields]
    const rows: v.InferOutput<T>[] = await rpc.read(`model.${model}.search_read`, args, rowsOf(row), signal, {
      context,
    })
    yield* rows
    if (rows.length < ROWS) return
    after = rows.at(-1)?.id ?? after
  }
}

/** Places whose goods are ours; at all others they are outside. */
const INSIDE = new Set(['storage', 'view'])
const OURS = ['stock.shipment.in', 'stock.shipment.internal', 'stock.shipment.out.return'] as const

const moveRow = v.object({
  id,
  /** In the item's own unit, whatever unit the document has. */
  internal_quantity: v.number(),
  write_date: v.nullish(timeValue, null),
  create_date: v.nullish(timeValue, null),
  shipment: v.nullish(v.string(), null),
  'product.': v.object({ id, default_uom: id }),
  'lot.': v.nullish(v.object({ number: text }), null),
  'from_location.': v.object({ id, type: text }),
  'to_location.': v.object({ id, type: text }),
})
const keyRow = v.object({ id, number: text, reference: text })

export const movesSince =
  (rpc: Rpc, reader: SiteReader) =>
  async (
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ moves: ErpMove[]; next: string; more: boolean }> => {
    const site = await reader.read(signal)
    const at = readCursor(cursor)
    const began = at.began ?? (await rpc.clock(signal))
    const fields = [
      'internal_quantity',
      'write_date',
      'create_date',
      'shipment',
      'product.default_uom',
      'from_location.type',
      'to_location.type',
    ]
    const rows = await rpc.read(
      'model.stock.move.search_read',
      [
        [['state', '=', 'done'], ['company', '=', site.company], ['id', '>', at.after], ...changedSince(at.from, [''])],
        0,
        limit,
        [['id', 'ASC']],
        [...fields, ...(site.features.lots ? ['lot.number'] : [])],
      ],
      rowsOf(moveRow),
      signal,
    )
    const keys = await keysOf(
      rpc,
      rows.flatMap(row => row.shipment ?? []),
      signal,
    )
    const more = rows.length >= limit
    return {
      moves: rows.map(row => moveOf(row, site, keys)),
      next: nextCursor({ ...at, began }, rows.at(-1)?.id ?? at.after, more),
      more,
    }
  }

const keysOf = async (
  rpc: Rpc,
  shipments: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, v.InferOutput<typeof keyRow>>> => {
  const found = new Map<string, v.InferOutput<typeof keyRow>>()
  for (const model of OURS) {
    const numbers = shipments.flatMap(name => idIn(name, model) ?? [])
    for (const [n, row] of await byId(rpc, model, numbers, ['number', 'reference'], keyRow, signal))
      found.set(remoteId(model, n), row)
  }
  return found
}

const moveOf = (
  row: v.InferOutput<typeof moveRow>,
  site: Site,
  keys: ReadonlyMap<string, v.InferOutput<typeof keyRow>>,
): ErpMove => {
  const place = (at: { id: number; type: string }): string | null =>
    INSIDE.has(at.type) ? remoteId(locations.model, at.id) : null
  const document = row.shipment === null ? undefined : keys.get(row.shipment)
  return {
    id: remoteId('stock.move', row.id),
    item: remoteId(items.model, row['product.'].id),
    lot: row['lot.']?.number ?? '',
    quantity: qtyOf(site, row.internal_quantity, row['product.'].default_uom),
    from: place(row['from_location.']),
    to: place(row['to_location.']),
    key: document === undefined || document.reference === '' ? null : document.reference,
    document: refOf(row.shipment, document?.number ?? null),
    at: row.write_date ?? row.create_date ?? '',
  }
}

const refOf = (shipment: string | null, number: string | null): RemoteRef | null => {
  const [kind, n] = shipment?.split(',') ?? []
  return kind === undefined || n === undefined ? null : { kind, id: n, number }
}
