import { sql } from 'kysely'
import type { OpenDatabase } from '../../server/store/open.ts'
import { migrate } from '../../server/store/migrate.ts'
import { makeStores } from '../../server/store/stores.ts'
import { emptyPage } from '../../server/workers/import-port.ts'
import type { SiteSeed } from './site.ts'
import { derivedId } from '../../shared/ids.ts'

export const CONNECTOR = derivedId<'connector'>('connector', 'test')
export const NOW = '2026-11-23T08:00:00.000Z'

/** Puts a test site into an opened database and gives its stores. */
export const sqlSite = async (opened: Pick<OpenDatabase, 'db'>, site: SiteSeed) => {
  const { db } = opened
  await migrate(db)
  const stores = makeStores(db)
  const { id } = site.warehouse
  await stores.site.addWarehouse(site.warehouse)
  await stores.site.putClients(id, site.clients)
  await stores.site.putLocations(id, site.locations)
  await stores.site.putPolicies(id, site.policies)
  await stores.site.putRoster(id, site.roster, { text: JSON.stringify(site.roster), sig: 'test' })
  await stores.import.putPage(
    { warehouse: id, connector: CONNECTOR, now: NOW },
    {
      ...emptyPage('item', 'start'),
      items: site.items.map(item => ({ item, cost: site.costs?.get(item.id) ?? null })),
      remotes: site.items.map(item => ({ kind: 'item', id: item.id, remote: `item,${item.id}`, hash: '' })),
    },
    null,
  )
  for (const device of site.devices)
    await stores.devices.add({ id: device.id, publicKey: device.publicKey, warehouse: id, agent: 'test', now: NOW })
  await sql`insert into connector (uid, warehouse_id, name) select ${CONNECTOR}::uuid, id, 'test' from warehouse where uid = ${id}
    on conflict (uid) do update set warehouse_id = excluded.warehouse_id`.execute(db)
  return stores
}
