import * as v from 'valibot'
import type { ErpCaps, ErpConnector, InboundKind } from './connector.ts'
import { check } from './erpnext-check.ts'
import { readItems, readLots, watchedItems, watchedLots } from './erpnext-items.ts'
import type { Raw } from './erpnext-items.ts'
import { readMovements } from './erpnext-movements.ts'
import { find, post, prepare, reverse } from './erpnext-operations.ts'
import { readPurchases, readSales, watchedPurchases, watchedSales } from './erpnext-orders.ts'
import { readLocations, readPartners, watchedLocations, watchedPartners } from './erpnext-partners.ts'
import { makeFrappe } from './erpnext-rpc.ts'
import { makeBase } from './erpnext-site.ts'
import type { Base, Site } from './erpnext-site.ts'
import { readStock } from './erpnext-stock.ts'
import { everyId, sweep } from './erpnext-sweep.ts'
import type { Watched } from './erpnext-sweep.ts'
import { readRecords } from './inbound.ts'
import { connectorKind, erpUrl } from './settings.ts'
import type { ConnectorDeps } from './settings.ts'
import { hintsIn, signedBody } from './hints.ts'

const CAPS: ErpCaps = {
  // A field of ours on each doctype, unique by the database.
  key: 'native',
  adjust: 'delta',
  locations: 'warehouses',
  lots: true,
  serials: true,
  serialsInStock: true,
  expiry: true,
  partialReceipt: true,
  // ERPNext refuses more than was ordered; what is over goes in beside the order's line.
  overReceipt: 'accepted',
  negativeStock: 'refused',
  blindReceipt: true,
  tracking: true,
  packages: false,
  carrierLabels: false,
  pictures: false,
  webhooks: true,
  fractions: true,
  kinds: ['item', 'partner', 'location', 'lot', 'purchaseOrder', 'salesOrder'],
  operations: ['receipt', 'shipment', 'adjustment', 'transfer', 'return'],
  // Two postings at once of one item lock each other out over there.
  concurrent: 1,
  perSecond: 10,
  // Large documents are submitted for minutes, and end after their caller has gone.
  settleMs: 600_000,
}

type Kind = {
  watched(site: Site): Watched
  read(base: Base, ids: readonly string[], signal: AbortSignal): Promise<Raw[]>
}
const KINDS: Partial<Record<InboundKind, Kind>> = {
  item: {
    watched: () => watchedItems,
    read: async (base, ids, signal) => readItems(base.frappe, ids, (await base.site(signal)).currency, signal),
  },
  partner: { watched: () => watchedPartners, read: (base, ids, signal) => readPartners(base.frappe, ids, signal) },
  location: {
    watched: site => watchedLocations(site.company),
    read: (base, ids, signal) => readLocations(base.frappe, ids, signal),
  },
  lot: { watched: () => watchedLots, read: (base, ids, signal) => readLots(base.frappe, ids, signal) },
  purchaseOrder: { watched: site => watchedPurchases(site.company), read: readPurchases },
  salesOrder: { watched: site => watchedSales(site.company), read: readSales },
}

/** Whatever it tells of, everything is pulled; the kind only says that it concerns us. */
const HINTED: Readonly<Record<string, InboundKind>> = {
  Item: 'item',
  Supplier: 'partner',
  Customer: 'partner',
  Warehouse: 'location',
  Batch: 'lot',
  'Purchase Order': 'purchaseOrder',
  'Purchase Receipt': 'purchaseOrder',
  'Sales Order': 'salesOrder',
  'Delivery Note': 'salesOrder',
}

const name = (max: number) => v.optional(v.pipe(v.string(), v.maxLength(max)), '')
const settings = v.object({
  url: erpUrl,
  /** Its name over there; '' = the only one. */
  company: name(140),
  /** '' = all of the company; a group = those below it; one that holds stock = where goods lie when nobody says where. */
  warehouse: name(140),
  /** The field that holds our key, on Purchase Receipt, Delivery Note and Stock Entry. */
  keyField: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,60}$/)), 'custom_stockhand_key'),
})
type Settings = v.InferOutput<typeof settings>

const makeConnector = (deps: ConnectorDeps<Settings, 'key' | 'secret' | 'hook'>): ErpConnector => {
  const { id, secrets, fetch, now } = deps
  const frappe = makeFrappe({ url: deps.settings.url, fetch, now, key: secrets.key, secret: secrets.secret })
  const base = makeBase(frappe, deps.settings, now)
  return {
    id,
    caps: CAPS,
    check: signal => check(frappe, deps.settings, now, signal),
    pull: async (kind, cursor, limit, signal) => {
      const known = KINDS[kind]
      if (known === undefined) return { items: [], flaws: [], next: cursor ?? '', more: false }
      const site = await base.site(signal)
      const at = { cursor, limit, zone: site.zone }
      const { ids, next, more } = await sweep(frappe, known.watched(site), at, signal)
      const raw = ids.length === 0 ? [] : await known.read(base, ids, signal)
      return { ...readRecords(kind, raw), next, more }
    },
    ids: async function* (kind, signal) {
      const known = KINDS[kind]
      if (known !== undefined) yield* everyId(frappe, known.watched(await base.site(signal)), signal)
    },
    webhook: async request => {
      signedBody(secrets.hook(), 'x-frappe-webhook-signature', request)
      return hintsIn(request, 'doctype', HINTED)
    },
    prepare: (op, known, signal) => prepare(base, op, known, signal),
    post: (op, ref, signal) => post(base, op, ref, signal),
    find: (op, ref, signal) => find(base, op, ref, signal),
    reverse: (op, ref, signal) => reverse(base, op, ref, signal),
    stock: (query, signal) => readStock(base, query, signal),
    movementsSince: readMovements(base),
  }
}

export const erpnext = connectorKind({
  name: 'erpnext',
  title: 'ERPNext',
  settings,
  secrets: [
    { name: 'key', title: 'API key' },
    { name: 'secret', title: 'API secret' },
    { name: 'hook', title: 'Webhook secret', optional: true },
  ],
  make: makeConnector,
})
