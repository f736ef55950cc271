import * as v from 'valibot'
import type { ErpCaps, ErpConnector, InboundKind } from './connector.ts'
import { readRecords } from './inbound.ts'
import { check } from './odoo-check.ts'
import { readItems, readLots, watchedItems, watchedLots } from './odoo-items.ts'
import type { Raw } from './odoo-items.ts'
import { prepare, post } from './odoo-operations.ts'
import { readPurchases, readSales, watchedPurchases, watchedSales } from './odoo-orders.ts'
import { readLocations, readPartners, watchedLocations, watchedPartners } from './odoo-partners.ts'
import { find } from './odoo-pickings.ts'
import { jsonRpc } from './odoo-jsonrpc.ts'
import { makeOdoo } from './odoo-rpc.ts'
import { makeBase } from './odoo-site.ts'
import type { Base } from './odoo-site.ts'
import { readMovements, readStock } from './odoo-stock.ts'
import { everyId, remoteId, sweep } from './odoo-sweep.ts'
import type { Watched } from './odoo-sweep.ts'
import { connectorKind, erpUrl } from './settings.ts'
import type { ConnectorDeps } from './settings.ts'
import { hintsIn, secretInAddress } from './hints.ts'

const CAPS: ErpCaps = {
  key: 'externalId',
  adjust: 'delta',
  locations: 'bins',
  lots: true,
  serials: true,
  serialsInStock: true,
  expiry: true,
  partialReceipt: true,
  overReceipt: 'accepted',
  // Odoo goes below zero without a word; the connector asks first.
  negativeStock: 'refused',
  blindReceipt: true,
  tracking: true,
  packages: true,
  carrierLabels: false,
  pictures: true,
  webhooks: true,
  fractions: true,
  kinds: ['item', 'partner', 'location', 'lot', 'purchaseOrder', 'salesOrder'],
  operations: ['receipt', 'shipment', 'adjustment', 'transfer', 'return'],
  // Two postings at once into one bin make Odoo write a second row of stock for it.
  concurrent: 1,
  perSecond: 20,
  // A request may run for two minutes over there; we hang up after half a minute.
  settleMs: 120_000,
}

type Kind = {
  watched(base: Base, signal: AbortSignal): Promise<Watched>
  read(base: Base, ids: readonly number[], signal: AbortSignal): Promise<Raw[]>
}
const always =
  (watched: Watched): Kind['watched'] =>
  async () =>
    watched

const KINDS: Partial<Record<InboundKind, Kind>> = {
  item: {
    watched: (base, signal) => watchedItems(base.odoo, signal),
    read: (base, ids, signal) => readItems(base.odoo, ids, signal),
  },
  partner: { watched: always(watchedPartners), read: (base, ids, signal) => readPartners(base.odoo, ids, signal) },
  location: { watched: always(watchedLocations), read: (base, ids, signal) => readLocations(base.odoo, ids, signal) },
  lot: {
    watched: always(watchedLots),
    read: async (base, ids, signal) => readLots(base.odoo, ids, await base.zone(signal), signal),
  },
  purchaseOrder: {
    watched: always(watchedPurchases),
    read: (base, ids, signal) => readPurchases(base.odoo, ids, signal),
  },
  salesOrder: { watched: always(watchedSales), read: (base, ids, signal) => readSales(base.odoo, ids, signal) },
}

/** Whatever it tells of, everything is pulled; the kind only says that it concerns us. */
const HINTED: Readonly<Record<string, InboundKind>> = {
  'product.product': 'item',
  'product.template': 'item',
  'res.partner': 'partner',
  'stock.location': 'location',
  'stock.lot': 'lot',
  'purchase.order': 'purchaseOrder',
  'sale.order': 'salesOrder',
}

const settings = v.object({
  url: erpUrl,
  database: v.optional(v.pipe(v.string(), v.maxLength(100)), ''),
  /** Its short name over there; '' = the first. */
  warehouse: v.optional(v.pipe(v.string(), v.maxLength(20)), ''),
  /** JSON-2 begins with Odoo 19; 16 to 18 speak JSON-RPC, which also needs the user's name. */
  protocol: v.optional(v.picklist(['json-2', 'json-rpc']), 'json-2'),
  user: v.optional(v.pipe(v.string(), v.maxLength(100)), ''),
})
type Settings = v.InferOutput<typeof settings>

const makeConnector = ({
  id,
  settings,
  secrets,
  fetch,
  now,
}: ConnectorDeps<Settings, 'key' | 'hook'>): ErpConnector => {
  const protocol = settings.protocol === 'json-rpc' ? jsonRpc(settings.database, settings.user, secrets.key) : null
  const odoo = makeOdoo({ url: settings.url, database: settings.database, key: secrets.key, fetch, now, protocol })
  const base = makeBase(odoo, settings)
  return {
    id,
    caps: CAPS,
    check: signal =>
      check(odoo, { warehouse: settings.warehouse, newest: settings.protocol === 'json-2' }, now, signal),
    pull: async (kind, cursor, limit, signal) => {
      const known = KINDS[kind]
      if (known === undefined) return { items: [], flaws: [], next: cursor ?? '', more: false }
      const { ids, next, more } = await sweep(odoo, await known.watched(base, signal), cursor, limit, signal)
      const raw = ids.length === 0 ? [] : await known.read(base, ids, signal)
      return { ...readRecords(kind, raw), next, more }
    },
    ids: async function* (kind, signal) {
      const watched = await KINDS[kind]?.watched(base, signal)
      if (watched === undefined) return
      const active = (await odoo.fields(watched.model, signal)).has('active') ? [['active', '=', true]] : []
      for await (const one of everyId(odoo, { ...watched, domain: [...watched.domain, ...active] }, signal))
        yield remoteId(watched.model, one)
    },
    webhook: async request => {
      secretInAddress(secrets.hook(), request)
      return hintsIn(request, '_model', HINTED)
    },
    prepare: (op, _known, signal) => prepare(base, op, signal),
    post: (op, ref, signal) => post(base, op, ref, signal),
    find: (op, ref, signal) => find(base, op, ref, signal),
    stock: (query, signal) => readStock(base, query, signal),
    movementsSince: readMovements(base),
  }
}

export const odoo = connectorKind({
  name: 'odoo',
  title: 'Odoo',
  settings,
  secrets: [
    { name: 'key', title: 'API key' },
    { name: 'hook', title: 'Webhook secret', optional: true },
  ],
  make: makeConnector,
})
