import { emptyTables, frozen, putRow } from '../../shared/sync/rows.ts'
import type { Manifest, Row } from '../../shared/sync/wire.ts'
import type { Birth, CacheHead, CacheStore, EpochMark, QueueRow, QueueStore, SavedState } from '../../pwa/sync/ports.ts'

/** A store whose whole image can be taken and put back: written and flushed images, power cuts, restores. */
export type Snapshotable<S> = { snapshot(): S; restore(image: S): void }

export type QueueImage = {
  birth: Birth | null
  epochs: readonly { epoch: string; first: number }[]
  rows: readonly QueueRow[]
  marks: ReadonlyMap<string, EpochMark>
  states: ReadonlyMap<string, SavedState>
}

const NO_QUEUE: QueueImage = { birth: null, epochs: [], rows: [], marks: new Map(), states: new Map() }

/** Images are never changed in place: taking one costs nothing, and every write is all or nothing. */
export const memoryQueue = (image: QueueImage = NO_QUEUE): QueueStore & Snapshotable<QueueImage> => {
  let now = image
  return {
    snapshot: () => now,
    restore: image => {
      now = image
    },
    birth: async () => now.birth,
    begin: async birth => {
      const first = birth.n - birth.next + 1
      now = {
        ...now,
        birth,
        epochs: [...now.epochs.filter(known => known.epoch !== birth.epoch), { epoch: birth.epoch, first }],
      }
    },
    append: async (expected, next, rows, state) => {
      if (now.birth === null || now.birth.epoch !== expected.epoch || now.birth.next !== expected.next) return false
      const numbers = new Set(now.rows.slice(-2 * rows.length).map(row => row.n))
      if (rows.some(row => numbers.has(row.n))) throw new Error('a local row number was used twice')
      const states = state === null ? now.states : new Map(now.states).set(state.key, structuredClone(state))
      now = { ...now, birth: next, rows: [...now.rows, ...rows], states }
      return true
    },
    state: async key => now.states.get(key) ?? null,
    states: async () => [...now.states.values()],
    saveState: async state => {
      now = { ...now, states: new Map(now.states).set(state.key, structuredClone(state)) }
    },
    dropState: async key => {
      const states = new Map(now.states)
      states.delete(key)
      now = { ...now, states }
    },
    rows: async (epoch, after, limit) => {
      const rows: QueueRow[] = []
      for (const row of now.rows) {
        if (row.epoch !== epoch || row.seq <= after) continue
        rows.push(row)
        if (rows.length >= limit) break
      }
      return rows
    },
    epochs: async () => now.epochs.map(known => known.epoch),
    mark: async epoch => now.marks.get(epoch) ?? null,
    setMark: async mark => {
      now = { ...now, marks: new Map(now.marks).set(mark.epoch, mark) }
    },
    prune: async (epoch, upTo) => {
      now = { ...now, rows: now.rows.filter(row => row.epoch !== epoch || row.seq > upTo) }
    },
  }
}

type Base = ReadonlyMap<string, Row>
export type CacheImage = {
  head: CacheHead | null
  base: ReadonlyMap<number, Base>
  manifest: Manifest | null
  blocks: ReadonlyMap<string, string>
}

const NO_CACHE: CacheImage = { head: null, base: new Map(), manifest: null, blocks: new Map() }
const WORK = new Set(['document', 'line', 'task'])

const withRows = (base: Base, rows: readonly Row[]): Base => {
  const next = new Map(base)
  for (const row of rows) {
    const key = `${row.k}\u0000${row.id}`
    if (row.c > (next.get(key)?.c ?? -1)) next.set(key, row)
  }
  return next
}
const blocksOf = (manifest: Manifest): Set<string> =>
  new Set(Object.values(manifest.families).flatMap(family => family.blocks.flatMap(sha => (sha === null ? [] : [sha]))))

export const memoryCache = (image: CacheImage = NO_CACHE): CacheStore & Snapshotable<CacheImage> => {
  let now = image
  const present = (): Base => (now.head === null ? new Map() : (now.base.get(now.head.generation) ?? new Map()))
  return {
    snapshot: () => now,
    restore: image => {
      now = image
    },
    head: async () => now.head,
    load: async () => {
      if (now.head === null) return null
      const tables = emptyTables(now.head.warehouse)
      for (const row of present().values()) if (row.b !== null) putRow(tables, row)
      return frozen(tables)
    },
    rowsOf: async kind => [...present().values()].filter(row => row.k === kind && row.b !== null),
    applyPage: async (expected, next, rows) => {
      const head = now.head
      if (head === null || head.cursor !== expected.cursor || head.feedEpoch !== expected.feedEpoch) return false
      const base = new Map(now.base).set(head.generation, withRows(present(), rows))
      now = { ...now, base, head: { ...next, generation: head.generation } }
      return true
    },
    beginSnapshot: async generation => {
      now = { ...now, base: new Map(now.base).set(generation, new Map()) }
    },
    addSnapshot: async (generation, rows) => {
      now = { ...now, base: new Map(now.base).set(generation, withRows(now.base.get(generation) ?? new Map(), rows)) }
    },
    finishSnapshot: async next => {
      now = { ...now, head: next, base: new Map([[next.generation, now.base.get(next.generation) ?? new Map()]]) }
    },
    forget: async what => {
      if (now.head === null) return
      const kept = [...present()].filter(([, row]) => (what === 'work' ? !WORK.has(row.k) : row.k === 'roster'))
      const base = new Map(now.base).set(now.head.generation, new Map(kept))
      now = { ...now, base, head: { ...now.head, cursor: null } }
    },
    manifest: async () => now.manifest,
    missingBlocks: async manifest => [...blocksOf(manifest)].filter(sha => !now.blocks.has(sha)),
    putBlocks: async blocks => {
      const next = new Map(now.blocks)
      for (const block of blocks) next.set(block.sha, block.text)
      now = { ...now, blocks: next }
    },
    useManifest: async manifest => {
      const named = blocksOf(manifest)
      now = {
        ...now,
        manifest,
        head: now.head && { ...now.head, catalogue: manifest.version },
        blocks: new Map([...now.blocks].filter(([sha]) => named.has(sha))),
      }
    },
    block: async sha => now.blocks.get(sha) ?? null,
    clear: async () => {
      now = NO_CACHE
    },
  }
}
