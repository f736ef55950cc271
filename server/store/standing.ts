import { sql } from 'kysely'
import type { Roster, Worker } from '../../shared/catalogue.ts'
import type { WorkerId } from '../../shared/ids.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import type { CommandResult } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { Standing, StandingOf } from '../sync/ports.ts'
import type { Executor } from './names.ts'

type CursorRow = { kind: 'cursor'; body: { seq: number; hash: string; at: string | null } }
type CommandRow = { kind: 'command'; body: Omit<CommandResult, 'reason'> & { reason: string | null; hash: string } }
type RosterRow = { kind: 'roster'; body: { version: number; text: string } }

/** Cursor, results of numbers that come again, and rosters: different things in one question, because others wait for the lock. */
export const readStanding = async (
  db: Executor,
  { warehouse, device, epoch }: { warehouse: number; device: number; epoch: string },
  of: StandingOf,
): Promise<Standing> => {
  const { rows } = await sql<CursorRow | CommandRow | RosterRow>`
    select 'cursor' as kind, jsonb_build_object('seq', last_seq, 'hash', last_hash, 'at', last_at) as body
    from device_cursor where warehouse_id = ${warehouse} and device_id = ${device} and epoch = ${epoch}
    union all
    select 'command', jsonb_build_object('seq', seq, 'outcome', outcome, 'reason', reason, 'exceptions', exceptions, 'hash', hash)
    from command where warehouse_id = ${warehouse} and device_id = ${device} and epoch = ${epoch} and seq = any(${[...of.numbers]}::bigint[])
    union all
    select 'roster', jsonb_build_object('version', version, 'text', body) from roster
    where warehouse_id = ${warehouse}
      and (version = any(${[...of.rosters]}::bigint[]) or version = (select max(version) from roster where warehouse_id = ${warehouse}))`.execute(
    db,
  )
  const cursor = rows.find(row => row.kind === 'cursor')?.body
  const archived = rows.flatMap(row => (row.kind === 'command' ? [row.body] : [])).sort((a, b) => a.seq - b.seq)
  return {
    cursor: cursor
      ? { lastSeq: cursor.seq, lastHash: cursor.hash, lastAt: cursor.at === null ? null : isoOf(msOf(cursor.at)) }
      : { lastSeq: 0, lastHash: FIRST_HASH, lastAt: null },
    archived: archived.map(({ reason, ...result }) => ({ ...result, ...(reason === null ? {} : { reason }) })),
    worker: workersOf(rows.flatMap(row => (row.kind === 'roster' ? [row.body] : []))),
  }
}

const workersOf = (rows: readonly RosterRow['body'][]): Standing['worker'] => {
  const byVersion = new Map(rows.map(({ version, text }) => [version, (JSON.parse(text) as Roster).workers]))
  const newest = byVersion.get(Math.max(...byVersion.keys()))
  const find = (workers: readonly Worker[] | undefined, id: WorkerId): Worker | null =>
    workers?.find(worker => worker.id === id) ?? null
  return (id, roster) => ({ then: find(byVersion.get(roster), id), now: find(newest, id) })
}
