import { bestSample } from '../../shared/sync/clock.ts'
import type { ClockSample } from '../../shared/sync/clock.ts'
import { readCursor } from '../../shared/sync/cursor.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { isoOf } from '../../shared/time.ts'
import { isQuotaError } from '../store/quota.ts'
import { appendDrafts } from './append.ts'
import type { Stamp } from './append.ts'
import { backoffMs } from './backoff.ts'
import type { SyncStatus } from './handheld.ts'
import { prunable } from './marks.ts'
import { StorageFull } from './ports.ts'
import type { Ports, QueueRow, SavedState } from './ports.ts'
import { waitingOf } from './push-batch.ts'
import { newMemory, runRound } from './round.ts'
import type { RoundEnd, RoundHooks, RoundOptions } from './round.ts'

export type EngineOptions = RoundOptions & {
  /** Null: nobody is logged in; then only states can be stored. */
  stamp: () => Stamp | null
  /** Link, waiting, storage: whatever the dot in the header shows has changed. */
  changed: () => void
}

export type EngineStatus = Pick<SyncStatus, 'link' | 'waiting' | 'oldest' | 'lastGoodRound' | 'loading' | 'storageFull'>

/** What wakes the loop. The first four also end a back-off; a doorbell brings the number of the newest commit. */
export type Wake = 'online' | 'visible' | 'doorbellOpen' | 'hand' | { n: number }

export type Engine = {
  append(drafts: readonly Draft[], state: SavedState | null): Promise<readonly QueueRow[]>
  /** Exactly one round, for the loop below and for the simulator. Never two at once. */
  round(): Promise<RoundEnd>
  start(): void
  stop(): Promise<void>
  wake(why: Wake): void
  status(): EngineStatus
  sample(): ClockSample | null
}

const DEBOUNCE_MS = 300
const AT_ONCE = 20
const IDLE_MS = 30_000
const DOORBELL_JITTER_MS = 300
const OFFLINE_AFTER = { rounds: 2, ms: 10_000 }
const PRUNE_EVERY_MS = 3_600_000

/** The push and pull loop. Knows only ports: no DOM, no fetch, no clock of its own. */
export const makeEngine = (ports: Ports, options: EngineOptions, hooks: Omit<RoundHooks, 'progress'>): Engine => {
  const { clock, queue, timer, random } = ports
  const memory = newMemory()
  let status: EngineStatus = {
    link: 'connecting',
    waiting: 0,
    oldest: null,
    lastGoodRound: null,
    loading: null,
    storageFull: false,
  }
  const say = (change: Partial<EngineStatus>): void => {
    status = { ...status, ...change }
    options.changed()
  }
  const sayWaiting = async (): Promise<void> => {
    const { count, oldest } = await waitingOf(queue, await queue.birth())
    say({ waiting: count, oldest: oldest === null ? null : isoOf(oldest) })
  }
  let full = { queue: false, cache: false }
  const sayFull = (change: Partial<typeof full>): void => {
    full = { ...full, ...change }
    const storageFull = full.queue || full.cache
    if (storageFull !== status.storageFull) say({ storageFull })
  }
  const appends = mutex()
  const append: Engine['append'] = (drafts, state) =>
    appends(async () => {
      try {
        const { rows } = await appendDrafts(ports, drafts, state, options.stamp(), bestSample(memory.samples))
        sayFull({ queue: false })
        return rows
      } catch (error) {
        if (isFull(error)) sayFull({ queue: true })
        throw error
      }
    })

  let pruneAt = 0
  const prune = async (): Promise<void> => {
    if (clock.mono() < pruneAt) return
    pruneAt = clock.mono() + PRUNE_EVERY_MS
    const head = await ports.cache.head()
    const birth = await queue.birth()
    for (const epoch of await queue.epochs()) {
      const mark = await queue.mark(epoch)
      if (mark === null || head === null || birth === null) continue
      const last = epoch === birth.epoch ? birth.next - 1 : mark.acked
      const through = head.through[epoch] ?? 0
      const upTo = prunable(mark, { through, last, now: clock.now(), roomy: !status.storageFull })
      if (upTo > 0) await queue.prune(epoch, upTo)
    }
  }

  const withProgress: RoundHooks = { ...hooks, progress: loading => say({ loading }) }
  const rounds = mutex()
  const failures = { count: 0, since: 0 }
  const round: Engine['round'] = () =>
    rounds(async () => {
      let end: RoundEnd
      try {
        end = await runRound(ports, options, withProgress, memory)
        if (end.kind === 'good' && !end.more) await prune()
      } catch (error) {
        if (!isStorageTrouble(error)) throw error
        end = { kind: 'storage', full: isFull(error) }
      }
      sayFull({ cache: end.kind === 'storage' && end.full })
      if (end.kind === 'good') failures.count = 0
      else if (end.kind !== 'idle') {
        if (failures.count === 0) failures.since = clock.mono()
        failures.count += 1
      }
      const long = clock.mono() - failures.since >= OFFLINE_AFTER.ms
      const isOffline = failures.count >= OFFLINE_AFTER.rounds || (failures.count > 0 && long)
      say(linkAfter(end, isOffline, status.link, isoOf(clock.now())))
      await sayWaiting()
      return end
    })

  const loop = makeLoop({ timer, random: () => random.next(), mono: () => clock.mono() }, round, () => failures.count)
  let sinceRound = 0
  return {
    append: async (drafts, state) => {
      const rows = await append(drafts, state)
      if (rows.length > 0) {
        await sayWaiting()
        sinceRound = loop.isResting() ? sinceRound + rows.length : rows.length
        loop.soon(sinceRound >= AT_ONCE ? 0 : DEBOUNCE_MS)
        if (sinceRound >= AT_ONCE) sinceRound = 0
      }
      return rows
    },
    round,
    start: () => {
      void sayWaiting()
      loop.start()
    },
    stop: async () => {
      await loop.stop()
      await rounds(async () => undefined)
    },
    wake: why => {
      if (typeof why === 'string') {
        failures.count = 0
        loop.now()
        return
      }
      void (async () => {
        const cursor = (await ports.cache.head())?.cursor ?? null
        const known = cursor === null ? null : readCursor(cursor)
        if (known === null || known.commit < why.n) loop.soon(Math.floor(random.next() * DOORBELL_JITTER_MS))
      })()
    },
    status: () => status,
    sample: () => bestSample(memory.samples),
  }
}

const isFull = (error: unknown): boolean => error instanceof StorageFull || isQuotaError(error)

/** A store that rejects must not end the loop: nothing was written, the next round tries again. Faults of ours are thrown. */
const isStorageTrouble = (error: unknown): boolean =>
  isFull(error) || (error instanceof Error && !/^(?:Type|Range|Reference|Syntax)Error$/.test(error.name))

const linkAfter = (
  end: RoundEnd,
  isOffline: boolean,
  before: EngineStatus['link'],
  now: string,
): Partial<EngineStatus> => {
  switch (end.kind) {
    case 'good':
      return { link: 'online', lastGoodRound: now }
    case 'unauthorised':
    case 'revoked':
    case 'outdated':
      return { link: end.kind }
    case 'offline':
    case 'wait':
    case 'rejected':
    case 'tooLarge':
      return { link: isOffline ? 'offline' : before }
    case 'storage':
    case 'idle':
      return {}
  }
}

/** Runs one after the other, in the order of the calls; a rejected one does not stop the next. */
const mutex = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run, run)
    last = mine
    return mine
  }
}

/** When the next round is due. One round at a time; what comes in meanwhile is one more round. */
const makeLoop = (
  ports: { timer: Ports['timer']; random: () => number; mono: () => number },
  round: () => Promise<RoundEnd>,
  failures: () => number,
) => {
  let running: Promise<void> | null = null
  let started = false
  let again = false
  let due: { at: number; cancel: () => void } | null = null
  let notBefore = 0
  const plan = (ms: number): void => {
    if (!started) return
    const at = Math.max(ports.mono() + ms, notBefore)
    if (due !== null && due.at <= at) return
    due?.cancel()
    due = { at, cancel: ports.timer.after(Math.max(0, at - ports.mono()), fire) }
  }
  const fire = (): void => {
    due = null
    if (running !== null) {
      again = true
      return
    }
    running = run().finally(() => {
      running = null
      const wanted = again
      again = false
      plan(wanted ? 0 : IDLE_MS)
    })
  }
  const run = async (): Promise<void> => {
    let end = await round()
    while (started && end.kind === 'good' && end.more) end = await round()
    if (end.kind === 'good' || end.kind === 'idle') {
      notBefore = 0
      return
    }
    const wait = end.kind === 'wait' && end.ms !== null ? end.ms : backoffMs(failures(), ports.random())
    notBefore = ports.mono() + wait
    again = true
  }
  return {
    start: () => {
      started = true
      plan(0)
    },
    stop: async () => {
      started = false
      due?.cancel()
      due = null
      await running
    },
    /** Ends a back-off. */
    now: () => {
      notBefore = 0
      due?.cancel()
      due = null
      if (started) fire()
    },
    soon: plan,
    isResting: () => running === null,
  }
}
