import { OWN_STATE } from '../sync/birth.ts'
import { mutex } from '../sync/mutex.ts'
import type { QueueStore } from '../sync/ports.ts'
import { placed, withEntry } from './queue-image.ts'
import type { Entry, QueueImage } from './queue-image.ts'

/**
 * A queue in memory whose every change is one entry, written before it counts. `write` resolves when the entry is durable:
 * for the file of the emergency that is the flushed line.
 */
export const logQueue = (
  from: QueueImage,
  write: (entry: Entry, image: QueueImage) => Promise<void>,
): { store: QueueStore; image: () => QueueImage; put: (image: QueueImage) => void } => {
  let now = from
  const inTurn = mutex()
  const change = async (entry: Entry): Promise<void> => {
    await write(entry, now)
    now = withEntry(now, entry)
  }
  const store: QueueStore = {
    birth: async () => now.birth,
    begin: (birth, kept = { rows: [], marks: [], states: [] }) =>
      inTurn(async () => {
        const at = placed(kept, new Map(now.epochs.map(known => [known.epoch, known.first])), birth.n)
        const begun = { ...birth, n: at.n }
        const marks = kept.marks.filter(mark => (now.marks.get(mark.epoch)?.acked ?? -1) < mark.acked)
        const begins = [...at.begins, { epoch: begun.epoch, first: begun.n - begun.next + 1 }]
        await change({ birth: begun, begins, rows: at.rows, marks, states: kept.states })
      }),
    append: (expected, next, rows, state) =>
      inTurn(async () => {
        if (now.birth === null || now.birth.epoch !== expected.epoch || now.birth.next !== expected.next) return false
        const numbers = new Set(now.rows.slice(-2 * rows.length).map(row => row.n))
        if (rows.some(row => numbers.has(row.n))) throw new Error('a local row number was used twice')
        await change({ birth: next, rows, states: state === null ? [] : [structuredClone(state)] })
        return true
      }),
    state: async key => now.states.get(key) ?? null,
    states: async () => [...now.states.values()],
    saveState: state => inTurn(() => change({ states: [structuredClone(state)] })),
    dropState: key => inTurn(() => change({ dropped: key })),
    rows: async (epoch, after, limit) => {
      const rows = []
      for (const row of now.rows) {
        if (row.epoch !== epoch || row.seq <= after) continue
        rows.push(row)
        if (rows.length >= limit) break
      }
      return rows
    },
    epochs: async () => now.epochs.map(known => known.epoch),
    look: async limit => ({
      birth: now.birth,
      epochs: now.epochs.map(({ epoch }) => {
        const mark = now.marks.get(epoch) ?? null
        const unsent = now.rows.filter(row => row.epoch === epoch && row.seq > (mark?.acked ?? 0))
        return { epoch, mark, unsent: unsent.slice(0, limit), count: unsent.length }
      }),
      noted: new Map(
        [...now.states.values()].flatMap(({ key, value }) => (key.startsWith(OWN_STATE) ? [[key, value]] : [])),
      ),
    }),
    mark: async epoch => now.marks.get(epoch) ?? null,
    changeMark: (epoch, next) =>
      inTurn(async () => {
        const before = now.marks.get(epoch) ?? null
        await change({ marks: [next(before)] })
        return before
      }),
    prune: (epoch, upTo) => inTurn(() => change({ pruned: { epoch, upTo } })),
  }
  return {
    store,
    image: () => now,
    put: image => {
      now = image
    },
  }
}
