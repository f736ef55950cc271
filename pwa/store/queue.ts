import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import { OWN_STATE } from '../sync/birth.ts'
import type { Birth, EpochMark, Kept, QueueRow, QueueStore, SavedState } from '../sync/ports.ts'
import { StorageFull } from '../sync/ports.ts'
import { appendIn, BIRTH_KEY, stateKey } from './append.ts'
import { backend } from './backend.ts'
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
    store: { ...epochStore(db, cmd, meta, write), ...lookStore(db, cmd, meta), ...stateStore(meta, write) },
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

type EpochPart = Pick<QueueStore, 'birth' | 'begin' | 'append' | 'rows' | 'epochs' | 'mark' | 'changeMark' | 'prune'>

const epochStore = (
  db: Dexie,
  cmd: Table<QueueRow, number>,
  meta: Table<MetaRow | EpochRow, string>,
  write: Write,
): EpochPart => {
  const birth = async (): Promise<Birth | null> => (await valueAt(meta, BIRTH_KEY)) as Birth | null
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
          await put(meta, BIRTH_KEY, { ...next, n })
        }),
      ),
    append: (expected, next, rows, state) =>
      write(async () => appendIn(await backend(db), expected, next, rows, state)),
    rows: async (epoch, after, limit) => {
      const first = await firstOf(epoch)
      return first === null ? [] : rowsFrom(cmd, { epoch, first }, after, limit)
    },
    epochs: async () => (await startsIn(meta)).map(start => start.epoch),
    mark: async epoch => (await valueAt(meta, `mark/${epoch}`)) as EpochMark | null,
    changeMark: (epoch, change) =>
      write(() =>
        db.transaction('rw', meta, async () => {
          const before = (await valueAt(meta, `mark/${epoch}`)) as EpochMark | null
          await put(meta, `mark/${epoch}`, change(before))
          return before
        }),
      ),
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

const startsIn = async (meta: Table<MetaRow | EpochRow, string>): Promise<EpochStart[]> => {
  const rows = await meta.where('k').startsWith('epoch/').toArray()
  return rows.flatMap(row => ('first' in row ? [row] : [])).sort((a, b) => a.first - b.first)
}
const valuesAt = async (meta: Table<MetaRow | EpochRow, string>, prefix: string): Promise<unknown[]> => {
  const rows = await meta.where('k').startsWith(prefix).toArray()
  return rows.flatMap(row => ('value' in row ? [row.value] : []))
}

const rowsFrom = async (
  cmd: Table<QueueRow, number>,
  { epoch, first }: EpochStart,
  after: number,
  limit: number,
): Promise<QueueRow[]> => {
  const rows = await cmd
    .where('n')
    .aboveOrEqual(first + after)
    .limit(limit)
    .toArray()
  const end = rows.findIndex(row => row.epoch !== epoch)
  return end < 0 ? rows : rows.slice(0, end)
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
  for (const state of kept.states) await put(meta, stateKey(state.key), state)
  return at.n
}

type LookPart = Pick<QueueStore, 'look'>

const lookStore = (db: Dexie, cmd: Table<QueueRow, number>, meta: Table<MetaRow | EpochRow, string>): LookPart => ({
  look: limit =>
    db.transaction('r', cmd, meta, async () => {
      const [now, starts, marks, own] = await Promise.all([
        valueAt(meta, BIRTH_KEY) as Promise<Birth | null>,
        startsIn(meta),
        valuesAt(meta, 'mark/'),
        valuesAt(meta, stateKey(OWN_STATE)),
      ])
      const byEpoch = new Map((marks as EpochMark[]).map(mark => [mark.epoch, mark]))
      const epochs = starts.map(async (start, i) => {
        const mark = byEpoch.get(start.epoch) ?? null
        const after = mark?.acked ?? 0
        const [unsent, count] = await Promise.all([
          rowsFrom(cmd, start, after, limit),
          cmd
            .where('n')
            .between(start.first + after, starts[i + 1]?.first ?? Infinity, true, false)
            .count(),
        ])
        return { epoch: start.epoch, mark, unsent, count }
      })
      const noted = new Map((own as SavedState[]).map(({ key, value }) => [key, value]))
      return { birth: now, epochs: await Promise.all(epochs), noted }
    }),
})

type StatePart = Pick<QueueStore, 'state' | 'states' | 'saveState' | 'dropState'>

const stateStore = (meta: Table<MetaRow | EpochRow, string>, write: Write): StatePart => ({
  state: async key => (await valueAt(meta, stateKey(key))) as SavedState | null,
  states: async () => (await valuesAt(meta, stateKey(''))) as SavedState[],
  saveState: state => write(() => put(meta, stateKey(state.key), state)),
  dropState: async key => {
    await meta.delete(stateKey(key))
  },
})
