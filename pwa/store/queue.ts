import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import type { Birth, EpochMark, Kept, QueueRow, QueueStore, SavedState } from '../sync/ports.ts'
import { StorageFull } from '../sync/ports.ts'
import type { Ballast } from './ballast.ts'
import { placed } from './queue-image.ts'
import type { EpochStart } from './queue-image.ts'
import { isQuotaError } from './quota.ts'

type EpochRow = { k: string } & EpochStart
type MetaRow = { k: string; value: unknown }

export type OpenQueue = {
  store: QueueStore
  /** The device record with its keys: whatever IndexedDB can clone. */
  device: { get(): Promise<unknown>; put(record: unknown): Promise<void> }
  /** Closed by us or for another tab, not broken. */
  isClosed(): boolean
  close(): void
}

/**
 * The strict database. Version 1 for ever: bodies are opaque, so nothing ever needs an upgrade, and an upgrade that throws
 * would lock the queue away for good. `onClosed` is told when another tab wants the database for itself.
 */
export const openQueue = async (
  options: { name?: string; ballast?: Ballast; onClosed?: () => void } = {},
): Promise<OpenQueue> => {
  const db = new Dexie(options.name ?? 'stockhand-queue', { chromeTransactionDurability: 'strict' })
  db.version(1).stores({ cmd: 'n', meta: 'k' })
  // Without disableAutoOpen the next write would reopen the database in whatever schema another version has made of it.
  let isClosed = false
  const close = (): void => {
    isClosed = true
    db.close({ disableAutoOpen: true })
  }
  db.on('versionchange', () => {
    close()
    options.onClosed?.()
    return false
  })
  await db.open()
  const cmd: Table<QueueRow, number> = db.table('cmd')
  const meta: Table<MetaRow | EpochRow, string> = db.table('meta')
  const write = spared(options.ballast)
  return {
    store: { ...epochStore(db, cmd, meta, write), ...stateStore(meta, write) },
    device: {
      get: () => valueAt(meta, 'device'),
      put: record => write(() => put(meta, 'device', record)),
    },
    isClosed: () => isClosed,
    close,
  }
}

type Write = <T>(run: () => Promise<T>) => Promise<T>

/** A full disk costs the ballast once; full again, it is said, and nothing was written. */
const spared =
  (ballast: Ballast | undefined): Write =>
  async run => {
    try {
      return await run()
    } catch (error) {
      if (!isQuotaError(error)) throw error
    }
    const dropped = (await ballast?.drop()) ?? false
    try {
      if (dropped) return await run()
    } catch (error) {
      if (!isQuotaError(error)) throw error
    }
    throw new StorageFull('the disk of this handheld is full')
  }

const valueAt = async (meta: Table<MetaRow | EpochRow, string>, k: string): Promise<unknown> => {
  const row = await meta.get(k)
  return row !== undefined && 'value' in row ? row.value : null
}
const put = async (meta: Table<MetaRow | EpochRow, string>, k: string, value: unknown): Promise<void> => {
  await meta.put({ k, value })
}

type EpochPart = Pick<QueueStore, 'birth' | 'begin' | 'append' | 'rows' | 'epochs' | 'mark' | 'setMark' | 'prune'>

const epochStore = (
  db: Dexie,
  cmd: Table<QueueRow, number>,
  meta: Table<MetaRow | EpochRow, string>,
  write: Write,
): EpochPart => {
  const birth = async (): Promise<Birth | null> => (await valueAt(meta, 'birth')) as Birth | null
  const firstOf = async (epoch: string): Promise<number | null> => {
    const row = await meta.get(`epoch/${epoch}`)
    return row !== undefined && 'first' in row ? row.first : null
  }
  return {
    birth,
    begin: (next, kept) =>
      write(() =>
        db.transaction('rw', cmd, meta, async () => {
          const n = kept === undefined ? next.n : await takeIn(cmd, meta, kept, next.n)
          await putEpoch(meta, { epoch: next.epoch, first: n - next.next + 1 })
          await put(meta, 'birth', { ...next, n })
        }),
      ),
    append: (expected, next, rows, state) =>
      write(() =>
        db.transaction('rw', cmd, meta, async () => {
          // Nothing but Dexie is awaited in here: IndexedDB may commit at any foreign await.
          const now = await birth()
          if (now === null || now.epoch !== expected.epoch || now.next !== expected.next) return false
          await cmd.bulkAdd([...rows])
          await put(meta, 'birth', next)
          if (state !== null) await put(meta, `state/${state.key}`, state)
          return true
        }),
      ),
    rows: async (epoch, after, limit) => {
      const first = await firstOf(epoch)
      if (first === null) return []
      const rows = await cmd
        .where('n')
        .aboveOrEqual(first + after)
        .limit(limit)
        .toArray()
      const end = rows.findIndex(row => row.epoch !== epoch)
      return end < 0 ? rows : rows.slice(0, end)
    },
    epochs: async () => {
      const rows = await meta.where('k').startsWith('epoch/').toArray()
      return rows
        .flatMap(row => ('first' in row ? [row] : []))
        .sort((a, b) => a.first - b.first)
        .map(row => row.epoch)
    },
    mark: async epoch => (await valueAt(meta, `mark/${epoch}`)) as EpochMark | null,
    setMark: mark => write(() => put(meta, `mark/${mark.epoch}`, mark)),
    prune: async (epoch, upTo) => {
      const first = await firstOf(epoch)
      if (first === null || upTo < 1) return
      const last = first + upTo - 1
      await cmd
        .where('n')
        .between(first, last, true, true)
        .and(row => row.epoch === epoch)
        .delete()
    },
  }
}

const putEpoch = async (meta: Table<MetaRow | EpochRow, string>, start: EpochStart): Promise<void> => {
  await meta.put({ k: `epoch/${start.epoch}`, ...start })
}

/** Inside the transaction of `begin`. Returns the next local number. */
const takeIn = async (
  cmd: Table<QueueRow, number>,
  meta: Table<MetaRow | EpochRow, string>,
  kept: Kept,
  from: number,
): Promise<number> => {
  const known = await meta.where('k').startsWith('epoch/').toArray()
  const firsts = new Map(known.flatMap(row => ('first' in row ? [[row.epoch, row.first] as const] : [])))
  const at = placed(kept, firsts, from)
  for (const start of at.begins) await putEpoch(meta, start)
  await cmd.bulkAdd([...at.rows])
  for (const mark of kept.marks) {
    const before = (await valueAt(meta, `mark/${mark.epoch}`)) as EpochMark | null
    if ((before?.acked ?? -1) < mark.acked) await put(meta, `mark/${mark.epoch}`, mark)
  }
  for (const state of kept.states) await put(meta, `state/${state.key}`, state)
  return at.n
}

type StatePart = Pick<QueueStore, 'state' | 'states' | 'saveState' | 'dropState'>

const stateStore = (meta: Table<MetaRow | EpochRow, string>, write: Write): StatePart => ({
  state: async key => (await valueAt(meta, `state/${key}`)) as SavedState | null,
  states: async () => {
    const rows = await meta.where('k').startsWith('state/').toArray()
    return rows.flatMap(row => ('value' in row ? [row.value as SavedState] : []))
  },
  saveState: state => write(() => put(meta, `state/${state.key}`, state)),
  dropState: async key => {
    await meta.delete(`state/${key}`)
  },
})
