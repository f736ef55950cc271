import { catalogueOf } from '../../server/store/catalogue-blocks.ts'
import { NO_NEED } from '../../server/sync/ports.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import type { Document, Line, Location, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, DocumentId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { allocate } from '../../shared/ledger/reservation.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { isoOf } from '../../shared/time.ts'
import { placeId, testSite } from '../support/site.ts'
import type { SiteSeed } from '../support/site.ts'
import type { Catalogue } from './stage.ts'
import type { Leg } from './truth.ts'
import { withPeople } from './people.ts'
import type { Dice } from './random.ts'

/** Virtual time 0 as a wall clock, ms. */
export const START = Date.UTC(2026, 10, 23, 6)
export const BADGE = 'XBANNA'
export const SHELVES = ['A-01', 'A-02', 'A-03', 'A-04'] as const

/** The simulated warehouse, in which no code means goods of two clients. */
export const makeFloor = (devices: number): SiteSeed => {
  const site = testSite('simulated', devices)
  const [first] = site.clients
  const items = site.items.map(item =>
    item.client === first?.id ? item : { ...item, sku: `TWO-${item.sku}`, codes: [], packagings: [] },
  )
  const aside: Location = {
    id: derivedId('location', site.warehouse.id, 'ASIDE'),
    kind: 'aside',
    code: 'ASIDE',
    zone: null,
    sequence: 95,
    parent: null,
    active: true,
  }
  // A shelf of another zone: goods that are put there instead are asked about.
  const locations = site.locations.map(place => (place.code === SHELVES[3] ? { ...place, zone: 'B' } : place))
  const limits = { qty: 2, pct: 50, value: null }
  const policy = site.policies.warehouse
  const policies = { ...site.policies, warehouse: { ...policy, count: { ...policy.count, limits } } }
  return withPeople({ ...site, items, policies, locations: [...locations, aside] })
}

/** The catalogue of the site as the server builds it. */
export const catalogueOfSite = ({ items }: Pick<SiteSeed, 'items'>): Catalogue => {
  const { families, blocks } = catalogueOf(items)
  const manifest = { version: 'sha256-simulated', asOf: isoOf(START), families }
  return { manifest, blocks }
}

const document = (site: SiteSeed, kind: Document['kind'], n: number): Document => ({
  id: derivedId('document', 'simulated', kind, n),
  kind,
  client: clientOf(site, n),
  number: `${kind === 'order' ? 'SO' : 'PO'}-${n}`,
  partner: 'Partner',
  state: 'open',
  due: null,
  priority: 0,
  blind: false,
})
const clientOf = (site: SiteSeed, n: number) => {
  const client = site.clients[n % site.clients.length]
  if (!client) throw new Error('a site without clients')
  return client.id
}

const lineOf = (doc: Document, item: SiteSeed['items'][number], no: number): Line => ({
  id: derivedId('line', doc.id, no),
  document: doc.id,
  client: doc.client,
  item: item.id,
  source: `${no}`,
  no,
  wanted: 6 + no * 4,
  done: 0,
  state: 'open',
  claims: [],
  reason: null,
})
const taskOf = (doc: Document): Task => ({
  id: derivedId('task', doc.kind === 'order' ? 'pick' : 'receive', doc.id),
  kind: doc.kind === 'order' ? 'pick' : 'receive',
  client: doc.client,
  document: doc.id,
  state: 'ready',
  lease: null,
  tote: null,
})

export const lotOf = (site: SiteSeed, item: string): { lot: string; expiry: string | null } =>
  site.items.find(one => one.id === item)?.tracking.lot === true
    ? { lot: 'LOT-1', expiry: '2027-06-30' }
    : { lot: '', expiry: null }

/** Opening stock, deliveries and orders, by decisions of the desk. Returns the movements, for the physical truth. */
export const openFloor = async (store: SyncStore, site: SiteSeed): Promise<readonly Movement[]> => {
  const at = { warehouse: site.warehouse.id, now: isoOf(START) }
  const docs = [0, 1, 2, 3].flatMap(n => [document(site, 'receipt', n), document(site, 'order', n)])
  const lines = docs.flatMap(doc =>
    site.items.filter(item => item.client === doc.client).map((item, i) => lineOf(doc, item, i + 1)),
  )
  const times = { takenAt: at.now, at: at.now, unc: null }
  const movements = site.items.flatMap((item, i) =>
    SHELVES.slice(i % 2, (i % 2) + 2).map(code => ({
      client: item.client,
      item: item.id,
      lot: lotOf(site, item.id).lot,
      serial: '',
      from: looseAt(virtualLocation(site.warehouse.id, 'adjustment')),
      to: looseAt(placeId(site, code)),
      qty: 15,
      ...times,
    })),
  )
  const lots = site.items
    .filter(item => item.tracking.lot)
    .map(item => ({
      client: item.client,
      item: item.id,
      ...lotOf(site, item.id),
      firstReceivedAt: at.now,
      blocked: false,
    }))
  await store.decide(at, tx =>
    tx.write({
      body: { kind: 'opening' },
      effects: { ...NOTHING, movements, documents: docs, lines, tasks: docs.map(taskOf), lots },
    }),
  )
  for (const doc of docs) if (doc.kind === 'order') await reserveOrder(store, site, doc.id, at.now)
  return movements
}

/** What the books have and the shelves do not, from the beginning: one and two pieces for counters to find. */
export const lostOnFloor = (_: SiteSeed, opening: readonly Movement[]): readonly Leg[] =>
  opening
    .filter((_movement, i) => i % 3 === 0)
    .map((m, i) => ({ key: stockKeyText({ ...m, ...m.to }), qty: -1 - (i % 3) }))

/** The desk reserves what an order still lacks. */
export const reserveOrder = (store: SyncStore, site: SiteSeed, id: DocumentId, now: string): Promise<void> =>
  store.decide({ warehouse: site.warehouse.id, now }, async tx => {
    const known = await tx.load({ ...NO_NEED, documents: [id] })
    const lines = [...known.lines.values()].filter(line => line.state === 'open')
    if (lines.length === 0) return
    const tables = await tx.loadStockOf([...new Set(lines.map(line => line.item))])
    await tx.write({ body: { kind: 'reserve', document: id }, effects: { ...NOTHING, lines } })
    const wants = lines.flatMap(line => {
      const item = tables.items.get(line.item)
      if (item === undefined) return []
      const claims = allocate({
        item,
        qty: Math.max(0, line.wanted - line.claims.reduce((sum, claim) => sum + claim.qty, 0)),
        rows: [...tables.stock.values()].filter(row => row.item === line.item && row.client === line.client),
        lot: row => tables.lots.get(`${row.client}\u001f${row.item}\u001f${row.lot}`),
        location: row => tables.locations.get(row.location),
        notExpiringBefore: '2026-01-01',
      }).filter(claim => !line.claims.some(has => has.location === claim.location && has.lot === claim.lot))
      return claims.length === 0 ? [] : [{ line, claims }]
    })
    if (wants.length > 0) await tx.reserve(wants)
  })

/** The desk cancels an order: what it had reserved is free again, what was picked stays where it is. */
export const cancelOrder = (store: SyncStore, site: SiteSeed, id: DocumentId, now: string): Promise<void> =>
  store.decide({ warehouse: site.warehouse.id, now }, async tx => {
    const known = await tx.load({ ...NO_NEED, documents: [id] })
    const doc = known.documents.get(id)
    if (doc === undefined || doc.state === 'cancelled') return
    const lines = [...known.lines.values()].map(line => ({ ...line, state: 'cancelled' as const, claims: [] }))
    await tx.write({
      body: { kind: 'cancel', document: id },
      effects: { ...NOTHING, documents: [{ ...doc, state: 'cancelled' }], lines },
    })
  })

export const anyOrder = (dice: Dice): DocumentId => derivedId('document', 'simulated', 'order', dice.int(4))
export const blindDocument = (device: DeviceId, n: number): DocumentId =>
  derivedId('document', 'simulated', 'blind', device, n)
