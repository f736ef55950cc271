import { sql } from 'kysely'
import type { Roster, Worker } from '../../shared/catalogue.ts'
import type { WorkerId } from '../../shared/ids.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import type { CommandResult } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { Standing, StandingOf } from '../sync/ports.ts'
import { json } from './names.ts'

/** A handheld that pushes, by its integer of this database. */
export type PusherRow = { device: number; epoch: string }

/** Values beside what is loaded for a push: see `standingParts`. */
export type StandingFound = {
  pushers: readonly {
    cursor: { seq: number; hash: string; at: string | null } | null
    archived: readonly (Omit<CommandResult, 'reason'> & { reason: string | null; hash: string })[] | null
    state: string
  }[]
  rosters: readonly RosterRow[] | null
  versions: readonly PolicySet[] | null
}
type RosterRow = { version: number; text: string }

/** Cursors, results of numbers that come again, and rosters, as values of the one question that pushes ask. */
export const standingParts = (
  warehouse: number,
  pushers: readonly PusherRow[],
  of: readonly StandingOf[],
) => sql<StandingFound>`,
      'pushers', (select json_agg(json_build_object(
          'state', (select state from device where id = x.device),
          'cursor', (select json_build_object('seq', last_seq, 'hash', last_hash, 'at', last_at)
            from device_cursor where warehouse_id = ${warehouse} and device_id = x.device and epoch = x.epoch),
          'archived', (select json_agg(json_build_object('seq', seq, 'outcome', outcome, 'reason', reason, 'exceptions', exceptions, 'hash', hash) order by seq)
            from command where warehouse_id = ${warehouse} and device_id = x.device and epoch = x.epoch and seq = any(x.numbers))) order by x.n)
        from jsonb_to_recordset(${json(pushers.map((one, n) => ({ n, ...one, numbers: of[n]?.numbers ?? [] })))})
          as x(n int, device int, epoch text, numbers bigint[])),
      'rosters', (select json_agg(json_build_object('version', version, 'text', body)) from roster
        where warehouse_id = ${warehouse} and (version = any(${all(of, one => one.rosters)}::bigint[])
          or version = (select max(version) from roster where warehouse_id = ${warehouse}))),
      'versions', (select json_agg(body) from policy_version v where v.warehouse_id = ${warehouse}
        and v.version = any(${all(of, one => one.policies)}::int[])
        and v.version <> (select (body->>'version')::int from policy where warehouse_id = ${warehouse}))`

const all = (of: readonly StandingOf[], part: (one: StandingOf) => readonly number[]): number[] => [
  ...new Set(of.flatMap(one => part(one))),
]

export const standingsOf = ({ pushers, rosters, versions }: StandingFound): readonly Omit<Standing, 'tables'>[] => {
  const worker = workersOf(rosters ?? [])
  return pushers.map(({ state, cursor, archived }) => ({
    isActive: state === 'active',
    cursor: cursor
      ? { lastSeq: cursor.seq, lastHash: cursor.hash, lastAt: cursor.at === null ? null : isoOf(msOf(cursor.at)) }
      : { lastSeq: 0, lastHash: FIRST_HASH, lastAt: null },
    archived: (archived ?? []).map(({ reason, ...result }) => ({ ...result, ...(reason === null ? {} : { reason }) })),
    worker,
    policy: version => versions?.find(set => set.version === version) ?? null,
  }))
}

const workersOf = (rows: readonly RosterRow[]): Standing['worker'] => {
  const byVersion = new Map(rows.map(({ version, text }) => [version, (JSON.parse(text) as Roster).workers]))
  const newest = byVersion.get(Math.max(...byVersion.keys()))
  const find = (workers: readonly Worker[] | undefined, id: WorkerId): Worker | null =>
    workers?.find(worker => worker.id === id) ?? null
  return (id, roster) => ({ then: find(byVersion.get(roster), id), now: find(newest, id) })
}
