import type { Client } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, WarehouseId } from '../../shared/ids.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { ServerKey } from '../auth/key.ts'
import { nextRoster, signRoster } from '../auth/roster.ts'
import type { SiteStore } from '../ports.ts'
import { demoPlaces } from './places.ts'
import { demoWorkers } from './people.ts'

export const DEMO_WAREHOUSE = { id: derivedId<'warehouse'>('warehouse', 'demo', 'depo-1'), name: 'Depo 1' }
export const DEMO_CONNECTOR = derivedId<'connector'>('connector', 'demo', 'sim')

/** Whose goods lie in the warehouse, by the key that the demo ERP has for them. */
const CLIENTS: Readonly<Record<string, string>> = { anadolu: 'Anadolu Gıda', marmara: 'Marmara Teknik' }

export const demoClients = (): readonly Client[] =>
  Object.entries(CLIENTS).map(([key, name]) => ({ id: derivedId<'client'>('client', 'demo', key), name }))

/** Our client by the ERP's key of the owner; null = one that this warehouse does not have. */
export const demoClientOf = (key: string): ClientId | null =>
  Object.hasOwn(CLIENTS, key) ? derivedId<'client'>('client', 'demo', key) : null

/** The ERP's key of the owner; null = not one of the demo. */
export const demoKeyOf = (client: string): string | null =>
  Object.keys(CLIENTS).find(key => demoClientOf(key) === client) ?? null

/**
 * Fills an empty installation: places, people and policies are ours; items, orders and opening stock come from the demo
 * ERP through the import worker only. Does nothing where there is a warehouse already; returns whether it is the demo.
 */
export const seedDemo = async (
  site: SiteStore,
  deps: { key: ServerKey; now: string; feedEpoch: string },
): Promise<boolean> => {
  if ((await site.setting('demo')) === 'seeded') return true
  const others = (await site.warehouses()).filter(warehouse => warehouse.id !== DEMO_WAREHOUSE.id)
  if (others.length > 0) return false
  // Each step may be repeated: a first start that broke off is finished by the next one.
  if ((await site.warehouses()).length === 0) await site.addWarehouse({ ...DEMO_WAREHOUSE, feedEpoch: deps.feedEpoch })
  await putSite(site, DEMO_WAREHOUSE.id, deps)
  await site.saveSetting('demo', 'seeded')
  return true
}

const putSite = async (
  site: SiteStore,
  warehouse: WarehouseId,
  deps: { key: ServerKey; now: string },
): Promise<void> => {
  await site.putClients(warehouse, demoClients())
  await site.putLocations(warehouse, demoPlaces(warehouse))
  await site.putPolicies(warehouse, {
    version: 1,
    warehouse: { ...DEFAULT_POLICY, site: { timeZone: 'Europe/Istanbul' } },
    clients: {},
  })
  if ((await site.roster(warehouse)) !== null) return
  const roster = nextRoster(
    { warehouse, version: 0, workers: demoWorkers() },
    deps.now,
    DEFAULT_POLICY.worker.rosterDays,
  )
  await site.putRoster(warehouse, roster, signRoster(deps.key, roster))
}
