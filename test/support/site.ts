import type { Client, Item, Location, LocationKind, Roster, VirtualKind, Worker } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { PublicKey } from '../../shared/sync/enrol.ts'

/** A small warehouse that stores are tested on: two clients, a few items, a dock, shelves, totes, two handhelds. */
export type SiteSeed = {
  warehouse: { id: WarehouseId; name: string; feedEpoch: string }
  clients: readonly Client[]
  items: readonly Item[]
  locations: readonly Location[]
  policies: PolicySet
  roster: Roster
  /** Cost of one base unit in minor units; on the server only. */
  costs?: ReadonlyMap<ItemId, number>
  devices: readonly { id: DeviceId; publicKey: PublicKey }[]
}

const VIRTUAL: readonly VirtualKind[] = ['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown']
const KEY: PublicKey = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43) }

const place = (warehouse: WarehouseId, code: string, kind: LocationKind, sequence: number): Location => ({
  id: derivedId('location', warehouse, code),
  kind,
  code,
  zone: kind === 'pickable' ? 'A' : null,
  sequence,
  parent: null,
  active: true,
})

export const placeId = (site: SiteSeed, code: string): LocationId => {
  const found = site.locations.find(location => location.code === code)
  if (!found) throw new Error(`no place ${code}`)
  return found.id
}

const item = (client: Client, n: number, tracking: Partial<Item['tracking']> = {}): Item => ({
  id: derivedId('item', client.id, n),
  client: client.id,
  sku: `SKU-${n}`,
  name: `Item ${n}`,
  unit: 'pcs',
  packagings: [{ id: 'case', name: 'case', quantity: 12, codes: [`1869000000${String(n).padStart(4, '0')}`] }],
  codes: [`869000000${String(n).padStart(4, '0')}`],
  tracking: { lot: false, serial: false, expiry: false, ...tracking },
  active: true,
})

/** `name` keeps two sites of one test apart. */
export const testSite = (name = 'site', devices = 2): SiteSeed => {
  const warehouse = derivedId<'warehouse'>('warehouse', name)
  const clients: Client[] = ['one', 'two'].map(client => ({
    id: derivedId('client', name, client),
    name: `Client ${client}`,
  }))
  const worker = (who: string, roles: Worker['roles']): Worker => ({
    id: derivedId('worker', name, who),
    name: who,
    badgeHash: sha256Hex(`XB${who}`),
    roles,
    clients: null,
    zones: null,
    active: true,
  })
  return {
    warehouse: { id: warehouse, name, feedEpoch: 'feedepoch001' },
    clients,
    items: clients.flatMap(client => [
      item(client, 1),
      item(client, 2, { lot: true, expiry: true }),
      item(client, 3),
      item(client, 4),
    ]),
    locations: [
      ...VIRTUAL.map(kind => ({
        ...place(warehouse, kind.toUpperCase(), kind, 0),
        id: virtualLocation(warehouse, kind),
      })),
      place(warehouse, 'DOCK-1', 'dock', 1),
      ...['A-01', 'A-02', 'A-03', 'A-04'].map((code, i) => place(warehouse, code, 'pickable', 10 + i)),
      place(warehouse, 'PACK-1', 'pack', 90),
      ...['XT00018', 'XT0002A'].map((code, i) => place(warehouse, code, 'tote', 100 + i)),
    ],
    policies: { version: 1, warehouse: DEFAULT_POLICY, clients: {} },
    roster: {
      warehouse,
      version: 1,
      validUntil: '2030-01-01T00:00:00.000Z',
      workers: [
        worker('ANNA', ['receiver', 'picker', 'packer']),
        worker('BERK', ['counter']),
        worker('CEM', ['supervisor']),
      ],
    },
    devices: Array.from({ length: devices }, (_, i) => ({
      id: derivedId<'device'>('device', name, i),
      publicKey: KEY,
    })),
  }
}
