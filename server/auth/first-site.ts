import type { Worker } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { timeId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { virtualPlaces } from '../../shared/process/virtual.ts'
import { msOf } from '../../shared/time.ts'
import type { SiteStore } from '../ports.ts'
import { newFeedEpoch } from '../feed-epoch.ts'
import { newBadge } from './badge.ts'
import type { ServerKey } from './key.ts'
import { makeWorker, nextRoster, signRoster } from './roster.ts'

/**
 * The warehouse of a new installation with nobody in it but its administrator, who is also its supervisor until there are
 * others. Where there is a warehouse already (an installation from before there were log-ins), the person joins it.
 */
export const openSite = async (
  site: SiteStore,
  want: { warehouse: string; name: string; key: ServerKey; now: string },
  random: (bytes: number) => Uint8Array,
): Promise<{ who: Worker; warehouse: WarehouseId }> => {
  const known = (await site.warehouses())[0]
  const warehouse = known?.id ?? timeId<'warehouse'>(msOf(want.now), random(10))
  if (known === undefined) {
    await site.addWarehouse({ id: warehouse, name: want.warehouse, feedEpoch: newFeedEpoch() })
    await site.putLocations(warehouse, virtualPlaces(warehouse))
    await site.putPolicies(warehouse, { version: 1, warehouse: DEFAULT_POLICY, clients: {} })
  }
  const who = makeWorker({
    id: timeId<'worker'>(msOf(want.now), random(10)),
    name: want.name,
    badge: newBadge(random),
    roles: ['administrator', 'supervisor'],
  })
  const held = await site.roster(warehouse)
  const before = { warehouse, version: held?.roster.version ?? 0, workers: [...(held?.roster.workers ?? []), who] }
  const roster = nextRoster(before, want.now, DEFAULT_POLICY.worker.rosterDays)
  await site.putRoster(warehouse, roster, signRoster(want.key, roster))
  return { who, warehouse }
}
