import { isoOf } from '../../shared/time.ts'
import { isQuotaError } from '../store/quota.ts'
import type { SyncStatus } from './handheld.ts'
import { StorageFull } from './ports.ts'
import type { Ports, QueueRow } from './ports.ts'
import { waitingOf } from './waiting.ts'
import type { Waiting } from './waiting.ts'
import type { RoundEnd } from './round.ts'

export type EngineStatus = Pick<SyncStatus, 'link' | 'waiting' | 'oldest' | 'lastGoodRound' | 'loading' | 'storageFull'>

/** Offline is said after two failed rounds or ten seconds, so that one lost packet does not worry anybody. */
const OFFLINE_AFTER = { rounds: 2, ms: 10_000 }

/** What the dot in the header shows, kept from what rounds and appends met. */
export const makeStatus = ({ clock, queue }: Pick<Ports, 'clock' | 'queue'>, changed: () => void) => {
  let status: EngineStatus = {
    link: 'connecting',
    waiting: 0,
    oldest: null,
    lastGoodRound: null,
    loading: null,
    storageFull: false,
  }
  let full = { queue: false, cache: false }
  const failures = { count: 0, since: 0 }
  const keep = (change: Partial<EngineStatus>): void => {
    status = { ...status, ...change }
  }
  const say = (change: Partial<EngineStatus>): void => {
    keep(change)
    changed()
  }
  const sayFull = (change: Partial<typeof full>): void => {
    full = { ...full, ...change }
    const storageFull = full.queue || full.cache
    if (storageFull !== status.storageFull) say({ storageFull })
  }
  return {
    get: () => status,
    failures,
    say,
    sayFull,
    /** Tells nobody: whoever appends does so, once the rows are on the screen's side too. */
    addAppended: (rows: readonly QueueRow[]): void => {
      const first = rows[0]
      if (first === undefined) return
      keep({ waiting: status.waiting + rows.length, oldest: status.oldest ?? isoOf(first.appendedAt) })
    },
    /** What waits, read where nobody has just counted it. */
    sayWaiting: async (counted?: Waiting): Promise<void> => {
      const { count, oldest } = counted ?? waitingOf(await queue.look(1))
      say({ waiting: count, oldest: oldest === null ? null : isoOf(oldest) })
    },
    sayRound: (end: RoundEnd): void => {
      sayFull({ cache: end.kind === 'storage' && end.full })
      if (end.kind === 'good') failures.count = 0
      else if (end.kind !== 'idle') {
        if (failures.count === 0) failures.since = clock.mono()
        failures.count += 1
      }
      const isLong = failures.count > 0 && clock.mono() - failures.since >= OFFLINE_AFTER.ms
      const isOffline = failures.count >= OFFLINE_AFTER.rounds || isLong
      say(linkAfter(end, isOffline ? 'offline' : status.link, isoOf(clock.now())))
    },
  }
}

export const isFull = (error: unknown): boolean => error instanceof StorageFull || isQuotaError(error)

/** A store that rejects must not end the loop: nothing was written, the next round tries again. Faults of ours are thrown. */
export const isStorageTrouble = (error: unknown): boolean =>
  isFull(error) || (error instanceof Error && !/^(?:Type|Range|Reference|Syntax)Error$/.test(error.name))

const linkAfter = (end: RoundEnd, otherwise: EngineStatus['link'], now: string): Partial<EngineStatus> => {
  if (end.kind === 'good') return { link: 'online', lastGoodRound: now }
  if (end.kind === 'unauthorised' || end.kind === 'revoked' || end.kind === 'outdated') return { link: end.kind }
  return end.kind === 'storage' || end.kind === 'idle' ? {} : { link: otherwise }
}
