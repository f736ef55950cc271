import type { Roster, Worker } from '../../shared/catalogue.ts'
import type { WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { Role } from '../../shared/roles.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { SiteStore } from '../ports.ts'
import type { ServerKey } from './key.ts'

/** The text that handhelds check offline, and the server's signature over exactly that text. */
export const signRoster = (key: ServerKey, roster: Roster): { text: string; sig: string } => {
  const text = JSON.stringify(roster)
  return { text, sig: key.sign(text) }
}

/** A worker with all zones and clients, known by the hash of the badge: the roster on a lost handheld gives no badge away. */
export const makeWorker = (worker: { id: WorkerId; name: string; badge: string; roles: readonly Role[] }): Worker => ({
  id: worker.id,
  name: worker.name,
  badgeHash: sha256Hex(worker.badge),
  roles: worker.roles,
  clients: null,
  zones: null,
  active: true,
})

const DAY_MS = 86_400_000

/** The next version of a warehouse's roster, good for `days` from `now`. */
export const nextRoster = (
  before: { warehouse: WarehouseId; version: number; workers: readonly Worker[] },
  now: string,
  days: number,
): Roster => ({
  warehouse: before.warehouse,
  version: before.version + 1,
  validUntil: isoOf(msOf(now) + days * DAY_MS),
  workers: before.workers,
})

/**
 * Signs the roster anew when less than half of its days are left, so that a handheld that comes by every few days never
 * meets a log-in that it cannot check. Returns whether it did.
 */
export const renewRoster = async (
  site: Pick<SiteStore, 'roster' | 'putRoster'>,
  key: ServerKey,
  warehouse: WarehouseId,
  now: string,
  days: number,
): Promise<boolean> => {
  const held = await site.roster(warehouse)
  if (held === null || msOf(held.roster.validUntil) - msOf(now) > (days * DAY_MS) / 2) return false
  const roster = nextRoster(held.roster, now, days)
  await site.putRoster(warehouse, roster, signRoster(key, roster))
  return true
}
