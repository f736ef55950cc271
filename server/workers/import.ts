import type { Item } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ConnectorId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, makeWorld, virtualLocation } from '../../shared/ledger/world.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { ErpConnector, Inbound } from '../erp/connector.ts'
import { baseOf } from '../erp/quantity.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { SyncStore } from '../sync/ports.ts'
import { documentEffects, documentId, wishes } from './documents.ts'
import type { ErpDocument } from './documents.ts'
import type { ImportStore, Remote } from './ports.ts'

export type ImportDeps = {
  connector: ErpConnector
  id: ConnectorId
  warehouse: WarehouseId
  /** Our client by the ERP's key of the owner; null = a client that this warehouse does not have: the record is left out. */
  clientOf: (remoteClient: string) => ClientId | null
  store: ImportStore
  sync: SyncStore
  /** Places that opening stock is spread over, in a stable order. */
  openingPlaces: () => Promise<readonly LocationId[]>
  now: () => string
  ring: () => void
  log: { warn: (fields: Record<string, unknown>, message: string) => void }
}

const PAGE = 200
const DOCUMENT_PAGE = 25

/** One pass over everything that the ERP has to say, in the order in which things refer to each other. */
export const importRound = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  if (await importItems(deps, signal)) {
    const { changed } = await deps.store.rebuildCatalogue(deps.warehouse, deps.now())
    if (changed) deps.ring()
  }
  await importOpeningStock(deps, signal)
  for (const kind of ['purchaseOrder', 'salesOrder'] as const) await importDocuments(deps, kind, signal)
}

/** Names of imported items: a repeated or restored import names them alike. */
export const itemId = (client: ClientId, connector: ConnectorId, remote: string): Item['id'] =>
  derivedId('item', client, connector, remote)

const hashOf = (record: unknown): string => sha256Hex(JSON.stringify(record))

/** Pages until the ERP has no more; a page and its cursor are one transaction, an unchanged record writes nothing. */
const importItems = async (deps: ImportDeps, signal: AbortSignal): Promise<boolean> => {
  let changed = false
  for (let more = true; more;) {
    const cursor = await deps.store.cursor(deps.id, 'item')
    const page = await deps.connector.pull('item', cursor, PAGE, signal)
    const known = await deps.store.known(
      deps.id,
      'item',
      page.items.map(record => record.id),
    )
    const fresh = page.items.flatMap(record => {
      const client = deps.clientOf(record.client)
      if (client === null) return []
      const hash = hashOf(record)
      if (known.get(record.id)?.hash === hash) return []
      const item = itemOf(record, client, deps.id)
      return [{ item, remote: { kind: 'item' as const, id: item.id, remote: record.id, hash } }]
    })
    if (fresh.length > 0 || page.next !== cursor)
      await deps.store.putItems({ warehouse: deps.warehouse, connector: deps.id, now: deps.now() }, fresh, page.next)
    changed ||= fresh.length > 0
    more = page.more
  }
  return changed
}

const itemOf = (record: Inbound['item'], client: ClientId, connector: ConnectorId): Item => ({
  id: itemId(client, connector, record.id),
  client,
  sku: record.sku,
  name: record.name,
  unit: record.unit,
  packagings: record.packagings.flatMap(p => {
    const quantity = p.ratio === null ? null : baseOf({ n: 1, ...p.ratio })
    return quantity === null ? [] : [{ id: p.id, name: p.name, quantity, codes: p.barcodes }]
  }),
  codes: record.barcodes,
  tracking: record.tracking,
  active: record.active,
})

const importDocuments = async (
  deps: ImportDeps,
  kind: 'purchaseOrder' | 'salesOrder',
  signal: AbortSignal,
): Promise<void> => {
  for (let more = true; more;) {
    const cursor = await deps.store.cursor(deps.id, kind)
    const page = await deps.connector.pull(kind, cursor, DOCUMENT_PAGE, signal)
    const known = await deps.store.known(
      deps.id,
      'document',
      page.items.map(record => record.id),
    )
    const fresh = page.items.filter(record => known.get(record.id)?.hash !== hashOf(record))
    const mapped = await mapDocuments(deps, kind, fresh)
    const remotes = mapped.flatMap(({ erp, hash }): Remote[] => {
      const id = documentId(erp, deps.id)
      return [
        { kind: 'document', id, remote: erp.remote, hash },
        ...erp.lines.map((line): Remote => ({
          kind: 'line',
          id: derivedId('line', id, line.remote),
          remote: line.remote,
          hash: '',
        })),
      ]
    })
    if (remotes.length > 0 || page.next !== cursor) {
      await deps.store.putDocuments(
        { warehouse: deps.warehouse, connector: deps.id, kind, now: deps.now() },
        remotes,
        page.next,
        remotes.length === 0
          ? null
          : tx =>
              bookDocuments(
                deps,
                mapped.map(m => m.erp),
                tx,
              ),
      )
      if (remotes.length > 0) deps.ring()
    }
    more = page.more
  }
}

/** A document with an item that we do not know is parked: logged and left out, the rest of the page goes on. */
const mapDocuments = async (
  deps: ImportDeps,
  kind: 'purchaseOrder' | 'salesOrder',
  records: readonly Inbound['purchaseOrder'][],
): Promise<{ erp: ErpDocument; hash: string }[]> => {
  const items = await deps.store.itemsByRemote(deps.id, [
    ...new Set(records.flatMap(record => record.lines.map(line => line.item))),
  ])
  return records.flatMap(record => {
    const client = deps.clientOf(record.client)
    const lines = record.lines.flatMap(line => {
      const item = items.get(line.item)
      const wanted = baseOf(line.quantity)
      const done = baseOf(line.done)
      return item === undefined || wanted === null || done === null
        ? []
        : [{ remote: line.id, item, wanted, done, closed: line.closed }]
    })
    if (client === null || lines.length < record.lines.length) {
      deps.log.warn({ kind, number: record.number }, 'document waits: unknown client or item')
      return []
    }
    const erp: ErpDocument = {
      kind: kind === 'purchaseOrder' ? 'receipt' : 'order',
      remote: record.id,
      number: record.number,
      client,
      partner: record.partner,
      due: record.due,
      priority: record.priority,
      state: record.state,
      lines,
    }
    return [{ erp, hash: hashOf(record) }]
  })
}

/** Writes documents, lines and tasks, then reserves what orders still want: at once, by conditional update. */
const bookDocuments = async (
  deps: ImportDeps,
  documents: readonly ErpDocument[],
  tx: Parameters<Parameters<SyncStore['decide']>[1]>[0],
): Promise<void> => {
  const ids = documents.map(erp => documentId(erp, deps.id))
  const view = makeWorld(await tx.load({ ...NO_NEED, documents: ids }))
  const effects = documents.map(erp => documentEffects(erp, deps.id, view))
  const all = {
    ...NOTHING,
    documents: effects.flatMap(e => e.documents),
    lines: effects.flatMap(e => e.lines),
    tasks: effects.flatMap(e => e.tasks),
    exceptions: effects.flatMap(e => e.exceptions),
  }
  if (all.documents.length === 0 && all.exceptions.length === 0) return
  await tx.write({ body: { kind: 'import', documents: ids }, effects: all })
  const orders = new Set(
    all.documents
      .filter(document => document.kind === 'order' && document.state === 'open')
      .map(document => document.id),
  )
  const open = all.lines.filter(line => orders.has(line.document) && line.state === 'open')
  if (open.length === 0) return
  const world = makeWorld(await tx.loadStockOf([...new Set(open.map(line => line.item))]))
  await tx.reserve(wishes(world, open, deps.now().slice(0, 10)))
}

const OPENING_PAGE = 400
const OPENING = 'openingStock'
const DONE = 'done'

/**
 * Takes the ERP's figures over, once, while the ledger is empty: ADJUSTMENT → place, without a message, because the ERP
 * has them already. The position is stored with each page, so a crash in the middle goes on where it was. An item's lots
 * lie side by side in one place, so that a worker meets more than one.
 */
const importOpeningStock = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  const position = await deps.store.cursor(deps.id, OPENING)
  if (position === DONE || (position === null && !(await deps.store.ledgerIsEmpty(deps.warehouse)))) return
  const places = await deps.openingPlaces()
  if (places.length === 0) return
  const rows: OpeningRow[] = []
  for await (const row of deps.connector.stock({ locations: [] }, signal)) {
    const quantity = baseOf(row.quantity)
    if (quantity !== null && quantity > 0) rows.push({ item: row.item, lot: row.lot, expiry: row.expiry, quantity })
  }
  rows.sort((a, b) => (`${a.item} ${a.lot}` < `${b.item} ${b.lot}` ? -1 : 1))
  const items = await deps.store.itemsByRemote(deps.id, [...new Set(rows.map(row => row.item))])
  for (let from = Number(position ?? 0); from < rows.length; from += OPENING_PAGE) {
    const page = rows.slice(from, from + OPENING_PAGE)
    const next = from + OPENING_PAGE < rows.length ? String(from + OPENING_PAGE) : DONE
    await deps.store.putDocuments(
      { warehouse: deps.warehouse, connector: deps.id, kind: OPENING, now: deps.now() },
      [],
      next,
      tx =>
        tx.write({
          body: { kind: OPENING, connector: deps.id, from },
          effects: openingEffects(deps, page, items, places),
        }),
    )
  }
  deps.ring()
}

type OpeningRow = { item: string; lot: string; expiry: string | null; quantity: number }

const openingEffects = (
  deps: ImportDeps,
  page: readonly OpeningRow[],
  items: ReadonlyMap<string, Item>,
  places: readonly LocationId[],
): Effects => {
  const now = deps.now()
  const booked = page.flatMap(row => {
    const item = items.get(row.item)
    return item === undefined ? [] : [{ row, item, place: placeOf(places, item) }]
  })
  return {
    ...NOTHING,
    movements: booked.map(({ row, item, place }) => ({
      client: item.client,
      item: item.id,
      lot: row.lot,
      serial: '',
      from: looseAt(virtualLocation(deps.warehouse, 'adjustment')),
      to: looseAt(place),
      qty: row.quantity,
      takenAt: now,
      at: now,
      unc: 0,
    })),
    lots: booked.flatMap(({ row, item }) =>
      row.lot === ''
        ? []
        : [
            {
              client: item.client,
              item: item.id,
              lot: row.lot,
              expiry: row.expiry,
              firstReceivedAt: now,
              blocked: false,
            },
          ],
    ),
  }
}

const placeOf = (places: readonly LocationId[], item: Item): LocationId => {
  const n = Number.parseInt(sha256Hex(item.id).slice(0, 8), 16) % places.length
  const place = places[n]
  if (place === undefined) throw new Error('no place for opening stock')
  return place
}
