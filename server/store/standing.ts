import { sql } from 'kysely'
import type { Roster, Worker } from '../../shared/catalogue.ts'
import type { WorkerId } from '../../shared/ids.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import type { CommandResult } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { Standing, StandingOf } from '../sync/ports.ts'

/** Values beside what is loaded for a push: see `standingParts`. */
export type StandingFound = {
  cursor: { seq: number; hash: string; at: string | null } | null
  archived: readonly (Omit<CommandResult, 'reason'> & { reason: string | null; hash: string })[] | null
  rosters: readonly RosterRow[] | null
  versions: readonly PolicySet[] | null
  state: string
}
type RosterRow = { version: number; text: string }

/** Cursor, results of numbers that come again, and rosters, as values of the one question that a push asks. */
export const standingParts = (
  { warehouse, device, epoch }: { warehouse: number; device: number; epoch: string },
  of: StandingOf,
) => sql<StandingFound>`,
      'state', (select state from device where id = ${device}),
      'cursor', (select json_build_object('seq', last_seq, 'hash', last_hash, 'at', last_at)
        from device_cursor where warehouse_id = ${warehouse} and device_id = ${device} and epoch = ${epoch}),
      'archived', (select json_agg(json_build_object('seq', seq, 'outcome', outcome, 'reason', reason, 'exceptions', exceptions, 'hash', hash) order by seq)
        from command where warehouse_id = ${warehouse} and device_id = ${device} and epoch = ${epoch} and seq = any(${[...of.numbers]}::bigint[])),
      'rosters', (select json_agg(json_build_object('version', version, 'text', body)) from roster
        where warehouse_id = ${warehouse} and (version = any(${[...of.rosters]}::bigint[])
          or version = (select max(version) from roster where warehouse_id = ${warehouse}))),
      'versions', (select json_agg(body) from policy_version v where v.warehouse_id = ${warehouse}
        and v.version = any(${[...of.policies]}::int[])
        and v.version <> (select (body->>'version')::int from policy where warehouse_id = ${warehouse}))`

export const standingOf = ({
  cursor,
  archived,
  rosters,
  versions,
  state,
}: StandingFound): Omit<Standing, 'tables'> => ({
  isActive: state === 'active',
  cursor: cursor
    ? { lastSeq: cursor.seq, lastHash: cursor.hash, lastAt: cursor.at === null ? null : isoOf(msOf(cursor.at)) }
    : { lastSeq: 0, lastHash: FIRST_HASH, lastAt: null },
  archived: (archived ?? []).map(({ reason, ...result }) => ({ ...result, ...(reason === null ? {} : { reason }) })),
  worker: workersOf(rosters ?? []),
  policy: version => versions?.find(set => set.version === version) ?? null,
})

const workersOf = (rows: readonly RosterRow[]): Standing['worker'] => {
  const byVersion = new Map(rows.map(({ version, text }) => [version, (JSON.parse(text) as Roster).workers]))
  const newest = byVersion.get(Math.max(...byVersion.keys()))
  const find = (workers: readonly Worker[] | undefined, id: WorkerId): Worker | null =>
    workers?.find(worker => worker.id === id) ?? null
  return (id, roster) => ({ then: find(byVersion.get(roster), id), now: find(newest, id) })
}
