import type { Roster, Worker } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
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
export const nextRoster = (before: Omit<Roster, 'validUntil'>, now: string, days: number): Roster => ({
  warehouse: before.warehouse,
  version: before.version + 1,
  validUntil: isoOf(msOf(now) + days * DAY_MS),
  workers: before.workers,
  ...(before.pin === undefined || before.pin.length === 0 ? {} : { pin: before.pin }),
})

/** What the policy of the warehouse says of its people. */
export const peoplePolicy = async (
  site: Pick<SiteStore, 'policies'>,
  warehouse: WarehouseId,
): Promise<{ rosterDays: number; pin: readonly Role[] }> => {
  const { rosterDays, pin = [] } = ((await site.policies(warehouse))?.warehouse ?? DEFAULT_POLICY).worker
  return { rosterDays, pin }
}

/**
 * Signs the roster anew when less than half of its days are left, so that a handheld that comes by every few days never
 * meets a log-in that it cannot check, or when the policy asks others for a PIN. Returns whether it did.
 */
export const renewRoster = async (
  site: Pick<SiteStore, 'roster' | 'putRoster' | 'policies'>,
  key: ServerKey,
  warehouse: WarehouseId,
  now: string,
): Promise<boolean> => {
  const held = await site.roster(warehouse)
  if (held === null) return false
  const { rosterDays, pin } = await peoplePolicy(site, warehouse)
  const isFresh = msOf(held.roster.validUntil) - msOf(now) > (rosterDays * DAY_MS) / 2
  if (isFresh && (held.roster.pin ?? []).join() === pin.join()) return false
  const roster = nextRoster({ ...held.roster, pin }, now, rosterDays)
  await site.putRoster(warehouse, roster, signRoster(key, roster))
  return true
}
