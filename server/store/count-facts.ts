import { sql } from 'kysely'
import type { Roster, Task } from '../../shared/catalogue.ts'
import type { AbcClass } from '../../shared/count/limits.ts'
import type { Reporter } from '../../shared/count/watermark.ts'
import type { DeviceId, ItemId, LocationId, WorkerId } from '../../shared/ids.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { msOf } from '../../shared/time.ts'
import type { CountBooks, CountFacts } from '../sync/count-books.ts'
import type { Scope } from './load.ts'
import type { Executor } from './names.ts'

const readRoster = async (trx: Executor, scope: Scope): Promise<Roster | null> => {
  const { rows } = await sql<{ body: string }>`
    select body from roster where warehouse_id = ${scope.id} order by version desc limit 1`.execute(trx)
  return rows[0] === undefined ? null : (JSON.parse(rows[0].body) as Roster)
}

/** What judging counts needs besides the ledger. */
export const countFacts = async (
  trx: Executor,
  scope: Scope,
  need: Parameters<CountBooks['facts']>[0],
): Promise<CountFacts> => {
  const policy = await sql<{ body: PolicySet }>`select body from policy where warehouse_id = ${scope.id}`.execute(trx)
  const tasks = await sql<{ body: Task }>`
    select body from work where warehouse_id = ${scope.id} and kind = 'task' and id = any(${[...need.tasks]}::uuid[])`.execute(
    trx,
  )
  const worth = await sql<{ uid: ItemId; cost: number | null; abc: AbcClass | null }>`
    select uid, cost, abc from item where uid = any(${[...need.items]}::uuid[])`.execute(trx)
  const zones = await sql<{ uid: LocationId; zone: string | null }>`
    select uid, body->>'zone' as zone from location where warehouse_id = ${scope.id} and uid = any(${[...need.places]}::uuid[])`.execute(
    trx,
  )
  return {
    policies: policy.rows[0]?.body ?? { version: 0, warehouse: DEFAULT_POLICY, clients: {} },
    roster: await readRoster(trx, scope),
    tasks: new Map(tasks.rows.map(({ body }) => [body.id, body])),
    worth: new Map(worth.rows.map(({ uid, cost, abc }) => [uid, { cost, abc }])),
    zones: new Map(zones.rows.map(({ uid, zone }) => [uid, zone])),
  }
}

export const openCounts = async (
  trx: Executor,
  scope: Scope,
  places: readonly LocationId[],
): Promise<readonly Task[]> => {
  const { rows } = await sql<{ body: Task }>`
    select body from work where warehouse_id = ${scope.id} and kind = 'task' and body->'count'->>'location' is not null
      and body->'count'->>'location' = any(${[...places]}::text[]) and state not in ('done', 'cancelled') order by id`.execute(
    trx,
  )
  return rows.map(({ body }) => body)
}

type DeviceRow = {
  device: DeviceId
  seenAt: Date
  pending: number
  oldest: string | null
  worker: WorkerId | null
  drained: boolean
  leased: boolean
}

/**
 * Handhelds as the watermark sees them. What waited at the last contact and has come in by it waits no more; a handheld on
 * which nobody is logged in, with no work and nothing waiting, holds nobody up.
 */
export const reporters = async (trx: Executor, scope: Scope): Promise<readonly Reporter[]> => {
  const roster = await readRoster(trx, scope)
  const { rows } = await sql<DeviceRow>`
    select d.uid as device, d.seen_at as "seenAt", coalesce((d.head->>'pending')::int, 0) as pending, d.head->>'oldest' as oldest, d.worker,
           coalesce((select c.last_seq >= (d.head->>'seq')::bigint from device_cursor c
                     where c.warehouse_id = ${scope.id} and c.device_id = d.id order by c.seen_at desc limit 1), false) as drained,
           exists (select 1 from work w where w.warehouse_id = ${scope.id} and w.kind = 'task' and w.state in ('leased', 'started')
                     and w.body->'lease'->>'device' = d.uid::text) as leased
    from device d where d.warehouse_id = ${scope.id} and d.state = 'active' and d.seen_at is not null`.execute(trx)
  return rows.map(({ device, seenAt, pending, oldest, worker, drained, leased }): Reporter => {
    const seen = seenAt.toISOString()
    const waits = pending > 0 && !drained
    const person = roster?.workers.find(one => one.id === worker)
    return {
      device,
      seenAt: seen,
      report: waits && oldest !== null && msOf(oldest) < msOf(seen) ? oldest : seen,
      active: waits || leased || worker !== null,
      zones: person === undefined || leased || waits ? null : person.zones,
    }
  })
}
