import type { Worker } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId, timeId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { virtualPlaces } from '../../shared/process/virtual.ts'
import { isZone, msOf, UTC } from '../../shared/time.ts'
import type { SiteStore } from '../ports.ts'
import { newFeedEpoch } from '../feed-epoch.ts'
import { newBadge } from './badge.ts'
import type { ServerKey } from './key.ts'
import { makeWorker, nextRoster, signRoster } from './roster.ts'

/**
 * The warehouse of a new installation with nobody in it but its administrator, who is also its supervisor until there are
 * others. Where there is a warehouse already (an installation from before there were log-ins), the person joins it. Each
 * step may be repeated: one that broke off is finished by the next try. Null = somebody else changes the people just now.
 */
export const openSite = async (
  site: SiteStore,
  want: { warehouse: string; name: string; key: ServerKey; now: string; timeZone?: string | undefined },
  random: (bytes: number) => Uint8Array,
): Promise<{ who: Worker; warehouse: WarehouseId } | null> => {
  const known = (await site.warehouses())[0]
  const warehouse = known?.id ?? timeId<'warehouse'>(msOf(want.now), random(10))
  if (known === undefined) await site.addWarehouse({ id: warehouse, name: want.warehouse, feedEpoch: newFeedEpoch() })
  // The policies come last: where they are missing, the places may be.
  if ((await site.policies(warehouse)) === null) {
    await site.putLocations(warehouse, virtualPlaces(warehouse))
    const timeZone = want.timeZone !== undefined && isZone(want.timeZone) ? want.timeZone : UTC
    await site.putPolicies(warehouse, { version: 1, warehouse: { ...DEFAULT_POLICY, site: { timeZone } }, clients: {} })
  }
  const who = makeWorker({
    // One name for the first administrator of a warehouse: a second try replaces the person of the first.
    id: derivedId('worker', warehouse, 'first'),
    name: want.name,
    badge: newBadge(random),
    roles: ['administrator', 'supervisor'],
  })
  const held = await site.roster(warehouse)
  const others = (held?.roster.workers ?? []).filter(one => one.id !== who.id)
  const before = { warehouse, version: held?.roster.version ?? 0, workers: [...others, who] }
  const roster = nextRoster(before, want.now, DEFAULT_POLICY.worker.rosterDays)
  const entry = { warehouse, at: want.now, worker: who.id, kind: 'people.add', subject: who.id, body: { first: true } }
  const isDone = await site.replaceRoster(warehouse, roster, signRoster(want.key, roster), { entry, ends: null })
  return isDone ? { who, warehouse } : null
}
