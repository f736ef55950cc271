import * as v from 'valibot'
import type { Client, Roster, Worker } from '../../shared/catalogue.ts'
import { ROLES } from '../../shared/roles.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { RosterBody } from '../../shared/sync/rows.ts'
import { msOf } from '../../shared/time.ts'
import type { ClientId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import { isoInstant, text, uuid } from '../../shared/sync/fields.ts'

/** Verifies base64url ECDSA P-256 over utf8(text) by the server's key. Never throws. */
export type VerifyServer = (text: string, sig: string) => Promise<boolean>

const pinSchema = v.object({
  salt: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,86}$/)),
  rounds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
  hash: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
})
const workerSchema = v.object({
  id: uuid<WorkerId>(),
  name: text(200),
  badgeHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  roles: v.array(v.picklist(ROLES)),
  clients: v.nullable(v.array(uuid<ClientId>())),
  zones: v.nullable(v.array(text(60))),
  active: v.boolean(),
  // Both from later than the first rosters; an older app passes them by.
  pin: v.exactOptional(pinSchema),
})
const rosterSchema = v.object({
  warehouse: uuid<WarehouseId>(),
  version: v.number(),
  validUntil: isoInstant,
  workers: v.array(workerSchema),
  pin: v.exactOptional(v.array(v.picklist(ROLES))),
})

/** The roster, if the server signed exactly this text and it is meant for this warehouse; else null. */
export const readRoster = async (
  body: RosterBody,
  warehouse: WarehouseId,
  verify: VerifyServer,
): Promise<Roster | null> => {
  if (!(await verify(body.text, body.sig))) return null
  try {
    const read = v.safeParse(rosterSchema, JSON.parse(body.text))
    return read.success && read.output.warehouse === warehouse ? read.output : null
  } catch {
    return null
  }
}

export type BadgeAnswer = { ok: true; worker: Worker } | { ok: false; why: 'unknown' | 'expired' | 'noRoster' }

export const isBadgeOf = (worker: Worker, badge: string): boolean => worker.badgeHash === sha256Hex(badge)

/**
 * Whose badge this is. The roster holds hashes only, so that a lost handheld gives no badge away. `now` is corrected, ISO;
 * null = whether the roster has run out does not matter.
 */
export const workerOfBadge = (roster: Roster | null, badge: string, now: string | null): BadgeAnswer => {
  if (roster === null) return { ok: false, why: 'noRoster' }
  if (now !== null && msOf(roster.validUntil) < msOf(now)) return { ok: false, why: 'expired' }
  const hash = sha256Hex(badge)
  const worker = roster.workers.find(one => one.badgeHash === hash && one.active)
  return worker === undefined ? { ok: false, why: 'unknown' } : { ok: true, worker }
}

export const clientsOf = (rows: readonly { b: unknown }[]): readonly Client[] =>
  rows.map(row => row.b as Client).sort((a, b) => (a.name < b.name ? -1 : 1))
