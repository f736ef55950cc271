import type { DeviceId } from '../../shared/ids.ts'
import { noMark } from '../sync/marks.ts'
import type { Kept, QueueRow, QueueStore } from '../sync/ports.ts'
import { fileOf } from './journal-files.ts'
import type { JournalFiles } from './journal-files.ts'
import { logQueue } from './log-queue.ts'
import { NO_QUEUE, withEntry } from './queue-image.ts'
import type { Entry, QueueImage } from './queue-image.ts'

/** Lines that are no entry (the torn end after a power cut) are left where they are; the rescue page sends them raw. */
const entriesOf = (text: string): Entry[] =>
  text.split('\n').flatMap(line => {
    if (line === '') return []
    try {
      return [JSON.parse(line) as Entry]
    } catch {
      return []
    }
  })

const imageIn = async (files: JournalFiles, name: string): Promise<QueueImage> =>
  entriesOf(await files.read(name)).reduce(withEntry, NO_QUEUE)

const lastRowIn = (text: string): QueueRow | null => {
  const end = text.trimEnd().lastIndexOf('\n')
  return entriesOf(text.slice(end + 1))[0]?.rows?.at(-1) ?? null
}

/** `device` inside the signed bytes: rows of another set-up are not ours to send. */
const isOf = (row: QueueRow, device: DeviceId): boolean => row.body.includes(`"device":"${device}"`)

export const NOTHING_KEPT: Kept = { rows: [], marks: [], states: [] }

/** What the files hold of this device's epochs that the store lacks: rows above its last one, or whole epochs. */
export const keptIn = async (files: JournalFiles, store: QueueStore, device: DeviceId): Promise<Kept> => {
  const kept: { rows: QueueRow[]; marks: Kept['marks'][number][]; states: Kept['states'][number][] } = {
    rows: [],
    marks: [],
    states: [],
  }
  const birth = await store.birth()
  const known = new Set(await store.epochs())
  for (const name of await files.names()) {
    const text = await files.read(name)
    // The newest line first: a file that the store is not behind is not read any further.
    const newest = lastRowIn(text)
    if (newest !== null && newest.epoch === birth?.epoch && newest.seq < birth.next) continue
    const image = entriesOf(text).reduce(withEntry, NO_QUEUE)
    const [first] = image.rows
    if (first === undefined || fileOf(first.epoch) !== name || !isOf(first, device)) continue
    const { epoch } = first
    const mark = await store.mark(epoch)
    const acked = mark?.acked ?? 0
    const last = epoch === birth?.epoch ? birth.next - 1 : known.has(epoch) ? await lastOf(store, epoch, acked) : 0
    const rows = [...new Map(image.rows.map(row => [row.seq, row])).values()].filter(row => row.seq > last)
    if (rows.length === 0) continue
    rows.sort((a, b) => a.seq - b.seq)
    kept.rows.push(...rows)
    // What is before the first line was pruned, and pruned is only what the server has acknowledged.
    const before = noMark(epoch, first.warehouse)
    kept.marks.push(image.marks.get(epoch) ?? { ...before, acked: Math.max(acked, (rows[0]?.seq ?? 1) - 1) })
    kept.states.push(...image.states.values())
  }
  return kept
}

const PAGE = 500

/** The highest number that the store has of an epoch; at least what was acknowledged, which may be pruned. */
const lastOf = async (store: QueueStore, epoch: string, acked: number): Promise<number> => {
  let last = acked
  for (;;) {
    const rows = await store.rows(epoch, last, PAGE)
    const end = rows.at(-1)
    if (end === undefined) return last
    last = end.seq
  }
}

/**
 * Every appended command is written to its epoch's file as well, after the strict transaction and without making the beep
 * wait. A line that cannot be written (another tab has the file, the disk is full) is caught up with by the next one.
 */
export const mirrored = (store: QueueStore, files: JournalFiles): QueueStore & { settled: () => Promise<void> } => {
  let last: Promise<void> = Promise.resolve()
  let owed: QueueRow[] = []
  const inTurn = (run: () => Promise<void>): void => {
    last = last.then(run).catch(() => undefined)
  }
  const write = async (): Promise<void> => {
    // A copy: more may be appended while these are written.
    const rows = [...owed]
    for (const epoch of new Set(rows.map(row => row.epoch))) {
      const lines = rows.filter(row => row.epoch === epoch).map(row => JSON.stringify({ rows: [row] } satisfies Entry))
      await files.append(fileOf(epoch), lines)
      owed = owed.filter(row => row.epoch !== epoch || !rows.includes(row))
    }
  }
  const forget = async (epoch: string, upTo: number): Promise<void> => {
    const name = fileOf(epoch)
    if (!(await files.names()).includes(name)) return
    const image = withEntry(await imageIn(files, name), { pruned: { epoch, upTo } })
    if (image.rows.length > 0)
      await files.replace(
        name,
        image.rows.map(row => JSON.stringify({ rows: [row] } satisfies Entry)),
      )
    else await files.remove(name)
  }
  return {
    ...store,
    append: async (expected, next, rows, state) => {
      const taken = await store.append(expected, next, rows, state)
      if (taken && rows.length > 0) {
        owed.push(...rows)
        inTurn(write)
      }
      return taken
    },
    prune: async (epoch, upTo) => {
      await store.prune(epoch, upTo)
      inTurn(() => forget(epoch, upTo))
    },
    settled: () => last,
  }
}

/** Rows of the present epoch that another tab, or this one before a crash, has not written to the file. */
export const catchUp = async (store: QueueStore, files: JournalFiles): Promise<void> => {
  const birth = await store.birth()
  if (birth === null) return
  const name = fileOf(birth.epoch)
  const image = (await files.names()).includes(name) ? await imageIn(files, name) : NO_QUEUE
  const written = image.rows.reduce((most, row) => Math.max(most, row.seq), 0)
  for (let after = written; ;) {
    const rows = await store.rows(birth.epoch, after, PAGE)
    const end = rows.at(-1)
    if (end === undefined) return
    await files.append(
      name,
      rows.map(row => JSON.stringify({ rows: [row] } satisfies Entry)),
    )
    after = end.seq
  }
}

/**
 * The queue of the emergency: memory, and one flushed line a change in the file of its epoch. It begins with a new epoch;
 * what older files hold is taken in by `begin`, as by any store.
 */
export const fileQueue = (files: JournalFiles): QueueStore => {
  const queue = logQueue(NO_QUEUE, async (entry, image) => {
    const epoch = entry.birth?.epoch ?? image.birth?.epoch ?? entry.marks?.[0]?.epoch
    if (epoch === undefined) throw new Error('a queue without a marker row takes nothing')
    // What is taken in from other files stays in them; here it would be read twice.
    const { rows, ...rest } = entry
    const own = rows?.filter(row => row.epoch === epoch) ?? []
    await files.append(fileOf(epoch), [JSON.stringify({ ...rest, ...(own.length > 0 ? { rows: own } : {}) })])
  })
  return queue.store
}
