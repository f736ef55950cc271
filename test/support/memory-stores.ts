import { blindHead, isSameBlind } from '../../pwa/store/withheld.ts'
import { maskRows } from '../../shared/sync/blind.ts'
import { emptyTables, frozen, putRow } from '../../shared/sync/rows.ts'
import type { Manifest, Row } from '../../shared/sync/wire.ts'
import { logQueue } from '../../pwa/store/log-queue.ts'
import { NO_QUEUE } from '../../pwa/store/queue-image.ts'
import type { QueueImage } from '../../pwa/store/queue-image.ts'
import type { CacheHead, CacheStore, QueueStore } from '../../pwa/sync/ports.ts'

/** A store whose whole image can be taken and put back: written and flushed images, power cuts, restores. */
export type Snapshotable<S> = { snapshot(): S; restore(image: S): void }

/** The product's own log queue, with nothing to write to. */
export const memoryQueue = (image: QueueImage = NO_QUEUE): QueueStore & Snapshotable<QueueImage> => {
  const queue = logQueue(image, async () => undefined)
  return { ...queue.store, snapshot: queue.image, restore: queue.put }
}

type Base = ReadonlyMap<string, Row>
export type CacheImage = {
  head: CacheHead | null
  base: ReadonlyMap<number, Base>
  manifest: Manifest | null
  blocks: ReadonlyMap<string, Uint8Array>
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
      if (!isSameBlind(head, expected)) return false
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
      if (now.head !== null && !isSameBlind(now.head, next)) return false
      now = { ...now, head: next, base: new Map([[next.generation, now.base.get(next.generation) ?? new Map()]]) }
      return true
    },
    withhold: async blind => {
      const head = now.head && blindHead(now.head, blind.spots)
      if (head === null) return
      const masked = new Map([...present()].map(([key, row]) => [key, maskRows([row], blind)[0] ?? row]))
      now = { ...now, head, base: new Map(now.base).set(head.generation, masked) }
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
      for (const block of blocks) next.set(block.sha, block.bytes)
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
    blocks: async shas => shas.map(sha => now.blocks.get(sha) ?? null),
    clear: async () => {
      now = NO_CACHE
    },
  }
}
