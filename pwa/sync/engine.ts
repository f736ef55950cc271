import { bestSample } from '../../shared/sync/clock.ts'
import type { ClockSample } from '../../shared/sync/clock.ts'
import { readCursor } from '../../shared/sync/cursor.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { appendDrafts } from './append.ts'
import type { Stamp } from './append.ts'
import { makeCourtesy } from './courtesy.ts'
import { isFull, isStorageTrouble, makeStatus } from './engine-status.ts'
import type { EngineStatus } from './engine-status.ts'
import type { Later } from './later.ts'
import { makeLoop } from './loop.ts'
import { mutex } from './mutex.ts'
import type { Birth, Ports, QueueRow, SavedState, StateAt } from './ports.ts'
import { makePruner } from './prune.ts'
import type { RoundEnd, RoundHooks, RoundOptions } from './round.ts'
import { newMemory } from './round-memory.ts'

export type EngineOptions = RoundOptions & {
  later: () => Promise<Pick<Later, 'runRound'>>
  /** Null: nobody is logged in; then only states can be stored. */
  stamp: () => Stamp | null
  /** Link, waiting, storage: whatever the dot in the header shows has changed. */
  changed: () => void
  /** Resolves when what a scan has changed is on the screen; without a screen at once. */
  drawn?: () => Promise<void>
}

/** What wakes the loop. The first four also end a back-off; a doorbell brings the number of the newest commit. */
export type Wake = 'online' | 'visible' | 'doorbellOpen' | 'hand' | { n: number }

export type Engine = {
  /** A scan is on its way: rounds step aside. */
  coming(): void
  /** Resolves when no scan is going on. */
  calm(): Promise<void>
  /** `status` counts what was appended; nobody is told of that, so that the caller tells of all of it together. */
  append(drafts: readonly Draft[], state: SavedState | StateAt | null): Promise<readonly QueueRow[]>
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
const DOORBELL_JITTER_MS = 300

/** The push and pull loop. Knows only ports: no DOM, no fetch, no clock of its own. */
export const makeEngine = (ports: Ports, options: EngineOptions, hooks: Omit<RoundHooks, 'progress'>): Engine => {
  const { clock, timer, random } = ports
  const memory = newMemory()
  const status = makeStatus(ports, options.changed)
  const prune = makePruner(ports)
  const roundHooks: RoundHooks = { ...hooks, progress: loading => status.say({ loading }) }
  const courtesy = makeCourtesy(timer, options.drawn ?? (() => Promise.resolve()))
  const rounds = mutex()
  const appends = mutex()

  const round: Engine['round'] = () =>
    rounds(async () => {
      const end = await guarded(async () => {
        const later = await options.later().catch(() => null)
        // What could not be loaded is no network.
        if (later === null) return { kind: 'offline' }
        const end = await later.runRound(ports, { ...options, calm: courtesy.calm }, roundHooks, memory)
        if (end.kind === 'good' && !end.more) await prune(!status.get().storageFull)
        return end
      })
      status.sayRound(end)
      await status.sayWaiting(end.kind === 'good' ? end.waiting : undefined).catch(ignoreStorage)
      return end
    })
  const append = makeAppend(ports, () => ({ stamp: options.stamp(), sample: bestSample(memory.samples) }), status)
  const loop = makeLoop(
    { timer, random: () => random.next(), mono: () => clock.mono() },
    round,
    () => status.failures.count,
  )
  const lookFor = async (n: number): Promise<void> => {
    const cursor = (await ports.cache.head())?.cursor ?? null
    const known = cursor === null ? null : readCursor(cursor)
    if (known === null || known.commit < n) loop.soon(Math.floor(random.next() * DOORBELL_JITTER_MS))
  }
  return {
    coming: courtesy.coming,
    calm: courtesy.calm,
    append: async (drafts, state) => {
      const rows = await courtesy.first(() => appends(() => append(drafts, state)))
      // From here on it is on disk: nothing below may fail or make the beep wait.
      status.addAppended(rows)
      if (rows.length > 0) loop.soon(status.get().waiting >= AT_ONCE ? 0 : DEBOUNCE_MS)
      return rows
    },
    round,
    start: () => {
      void status.sayWaiting().catch(ignoreStorage)
      loop.start()
    },
    stop: async () => {
      await loop.stop()
      await rounds(async () => undefined)
    },
    wake: why => {
      if (typeof why !== 'string') {
        void lookFor(why.n).catch(ignoreStorage)
        return
      }
      status.failures.count = 0
      loop.now()
    },
    status: () => status.get(),
    sample: () => bestSample(memory.samples),
  }
}

const makeAppend = (
  ports: Ports,
  at: () => { stamp: Stamp | null; sample: ClockSample | null },
  status: ReturnType<typeof makeStatus>,
): Engine['append'] => {
  /** The marker row as the last append left it. The store compares: where another tab was faster it is read anew. */
  let born: Birth | null = null
  return async (drafts, state) => {
    const { stamp, sample } = at()
    try {
      const { rows, birth } = await appendDrafts(ports, drafts, state, stamp, sample, born)
      born = birth
      status.sayFull({ queue: false })
      return rows
    } catch (error) {
      if (isFull(error)) status.sayFull({ queue: true })
      throw error
    }
  }
}

/** A store that rejects has written nothing: the next round tries again. */
const guarded = async (run: () => Promise<RoundEnd>): Promise<RoundEnd> => {
  try {
    return await run()
  } catch (error) {
    if (!isStorageTrouble(error)) throw error
    return { kind: 'storage', full: isFull(error) }
  }
}
/** Reading for the status may fail as the store may; the next round says so. */
const ignoreStorage = (error: unknown): void => {
  if (!isStorageTrouble(error)) throw error
}
