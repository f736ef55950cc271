import type { Manifest, Row, SnapshotHead, SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import { isoOf } from '../../shared/time.ts'
import type { Clock, Net, Ports, Random, Reply, Signer, Timer } from '../../pwa/sync/ports.ts'
import { memoryCache, memoryQueue } from './memory-stores.ts'

/** Virtual time: nothing sleeps, `advance` runs what is due in order. */
export const virtualTime = (start = 1_800_000_000_000) => {
  let mono = 0
  let serial = 0
  let due: { at: number; serial: number; run: () => void }[] = []
  const clock: Clock = { now: () => start + mono, mono: () => mono }
  const timer: Timer = {
    after: (ms, run) => {
      const one = { at: mono + ms, serial: (serial += 1), run }
      due.push(one)
      return () => {
        due = due.filter(other => other !== one)
      }
    },
  }
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 200; i += 1) await Promise.resolve()
  }
  return {
    clock,
    timer,
    settle,
    due: () => due.map(one => one.at - mono).sort((a, b) => a - b),
    advance: async (ms: number): Promise<void> => {
      const end = mono + ms
      await settle()
      for (;;) {
        const next = due.filter(one => one.at <= end).sort((a, b) => a.at - b.at || a.serial - b.serial)[0]
        if (next === undefined) break
        due = due.filter(one => one !== next)
        mono = Math.max(mono, next.at)
        next.run()
        await settle()
      }
      mono = end
      await settle()
    },
    jump: (ms: number): void => {
      start += ms
    },
  }
}

export const fixedRandom = (next = 0.5): Random => {
  let n = 0
  return { next: () => next, bytes: count => Uint8Array.from({ length: count }, () => (n = (n * 31 + 7) % 251)) }
}
export const testSigner: Signer = { sign: async text => `sig-${text.slice(0, 8)}` }

const EMPTY: Manifest = { version: 'sha256-empty', asOf: isoOf(0), families: {} }
const KEPT: Reply<unknown> = { kind: 'ok', body: null, sentAt: 0, receivedAt: 0 }

/** A server in a few lines: it knows numbers and pages, no stock. What it answers can be put in its mouth. */
export const scriptedServer = (clock: Clock) => {
  const state = {
    feedEpoch: 'feed00000001',
    commit: 0,
    last: new Map<string, number>(),
    through: new Map<string, number>(),
    durable: 1_000_000,
    rows: [] as Row[],
    manifest: EMPTY,
    blocks: new Map<string, Uint8Array>(),
    requests: [] as SyncRequest[],
    raw: [] as string[],
    snapshots: 0,
    pageSize: 1000,
    outcome: (_seq: number): { outcome: 'applied' | 'exception' | 'quarantined'; reason?: string } => ({
      outcome: 'applied',
    }),
    /** Answers to give instead of the true one, in order. */
    instead: [] as (Reply<never> | ((request: SyncRequest) => Reply<SyncResponse> | null))[],
    quarantine: KEPT as Reply<unknown>,
    /** Queues that were handed in whole. */
    rescued: [] as string[],
    snapshotFails: null as Reply<never> | null,
  }
  const cursorAt = (n: number): string => `${state.feedEpoch}.all.${n}`
  const ok = <T>(body: T): Reply<T> => ({ kind: 'ok', body, sentAt: clock.now(), receivedAt: clock.now() })
  const push = (request: SyncRequest): { gap: number | null; results: SyncResponse['push']['results'] } => {
    const { epoch, commands, hole } = request.push
    let last = state.last.get(epoch) ?? 0
    const results: SyncResponse['push']['results'] = []
    let gap: number | null = null
    if (hole && hole.from === last + 1) last = hole.to
    for (const command of commands) {
      if (command.seq <= last) continue
      if (command.seq > last + 1) {
        gap = last + 1
        break
      }
      last = command.seq
      state.commit += 1
      results.push({ seq: last, exceptions: [], ...state.outcome(last) })
    }
    state.last.set(epoch, last)
    state.through.set(epoch, last)
    return { gap, results }
  }
  const pull = (request: SyncRequest): SyncResponse['pull'] & { reset: SyncResponse['reset'] } => {
    const empty = { from: null, cursor: null, floor: 0, more: false, through: 0, rows: [] }
    if (request.cursor === null) return { ...empty, reset: null }
    const [feed, , n] = request.cursor.split('.')
    if (feed !== state.feedEpoch) return { ...empty, reset: 'feed_restored' }
    const all = state.rows.filter(row => row.c > Number(n)).sort((a, b) => a.c - b.c)
    const rows = all.slice(0, state.pageSize)
    const more = all.length > rows.length
    const upTo = more ? (rows.at(-1)?.c ?? 0) : state.commit
    const through = more ? 0 : (state.through.get(request.push.epoch) ?? 0)
    return { from: request.cursor, cursor: cursorAt(upTo), floor: 0, more, through, rows, reset: null }
  }
  const answer = (request: SyncRequest): Reply<SyncResponse> => {
    const pushed = push(request)
    const { reset, ...page } = pull(request)
    return ok({
      proto: 1,
      now: isoOf(clock.now()),
      minVersion: '0.1.0',
      push: { acked: state.last.get(request.push.epoch) ?? 0, durable: state.durable, ...pushed },
      pull: page,
      nonce: 'nonce',
      catalogue: state.manifest.version,
      reset,
    })
  }
  const net: Net = {
    sync: async request => {
      state.requests.push(structuredClone(request))
      const instead = state.instead.shift()
      const said = typeof instead === 'function' ? instead(request) : instead
      return said ?? answer(request)
    },
    snapshot: async take => {
      state.snapshots += 1
      await take(state.rows)
      if (state.snapshotFails !== null) return state.snapshotFails
      const head: SnapshotHead = {
        feedEpoch: state.feedEpoch,
        cursor: cursorAt(state.commit),
        floor: 0,
        through: Object.fromEntries(state.through),
        acked: Object.fromEntries(state.last),
      }
      return ok(head)
    },
    manifest: async () => ok(state.manifest),
    blocks: async shas =>
      ok(
        shas.flatMap(sha => {
          const bytes = state.blocks.get(sha)
          return bytes === undefined ? [] : [{ sha, bytes }]
        }),
      ),
    quarantine: async raw => {
      state.raw.push(raw)
      return state.quarantine
    },
    rescue: async text => {
      state.rescued.push(text)
      return state.quarantine
    },
  }
  return {
    state,
    net,
    answer,
    put: (row: Omit<Row, 'c'>): void => void state.rows.push({ ...row, c: (state.commit += 1) }),
  }
}

/** One handheld on memory stores beside a scripted server, in virtual time. */
export const testPorts = (options: { random?: number } = {}) => {
  const time = virtualTime()
  const server = scriptedServer(time.clock)
  const queue = memoryQueue()
  const cache = memoryCache()
  const ports: Ports = {
    clock: time.clock,
    random: fixedRandom(options.random),
    timer: time.timer,
    signer: testSigner,
    net: server.net,
    queue,
    cache,
  }
  return { time, server, queue, cache, ports }
}
