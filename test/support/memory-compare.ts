import type { CompareRun, CompareStore, DriftRow, Picture } from '../../server/workers/compare-port.ts'
import type { OutboxRow } from '../../server/workers/outbox-port.ts'
import { FINISHED } from '../../server/workers/outbox-port.ts'

type Known = Awaited<ReturnType<CompareStore['items']>>
const nameOf = (at: { item: string; location: string; lot: string }): string => `${at.item}|${at.location}|${at.lot}`

/** What comparing keeps, without a database; the books come from whoever makes it. */
export const makeMemoryCompare = (books: {
  stock: () => Picture['stock']
  rows: () => readonly OutboxRow[]
  items: () => Known
}): CompareStore => {
  const runs = new Map<string, CompareRun>()
  let drifts: DriftRow[] = []
  let cursor: string | null = null
  return {
    picture: async (_, items) => ({
      stock: books.stock().filter(row => items === null || items.includes(row.remote ?? row.item)),
      messages: books.rows().filter(row => !FINISHED.includes(row.state)),
    }),
    items: async (_, remotes) => new Map([...books.items()].filter(([remote]) => remotes.includes(remote))),
    finished: async (_, since, limit) =>
      books
        .rows()
        .filter(row => FINISHED.includes(row.state) && row.createdAt >= since)
        .sort((a, b) => b.seq - a.seq)
        .slice(0, limit),
    cursor: async () => cursor,
    begin: async run => {
      const none = { endedAt: null, keys: 0, drifts: 0, moving: 0, units: 0, outcome: null }
      runs.set(run.id, { ...run, ...none })
    },
    end: async (run, found) => {
      runs.set(run.id, { ...run, units: Math.round(run.units) })
      const now = new Map(found.drifts.map(drift => [nameOf(drift), drift]))
      const isOpen = (row: DriftRow): boolean => row.closedAt === null
      drifts = drifts.map(row => {
        const again = now.get(nameOf(row))
        if (!isOpen(row)) return row
        if (again !== undefined) return { ...row, ...again, run: run.id, lastAt: run.endedAt ?? '' }
        const looked = found.items === null || found.items.includes(row.item)
        return looked && !found.moving.includes(nameOf(row))
          ? { ...row, closedAt: run.endedAt, closedBy: 'agree' }
          : row
      })
      const known = new Set(drifts.filter(isOpen).map(nameOf))
      for (const [name, drift] of now)
        if (!known.has(name))
          drifts.push({
            ...drift,
            run: run.id,
            firstAt: run.startedAt,
            lastAt: run.endedAt ?? '',
            closedAt: null,
            closedBy: null,
          })
      cursor = found.cursor ?? cursor
    },
    runs: async (connector, { before, limit }) =>
      [...runs.values()]
        .filter(run => run.connector === connector && (before === null || run.startedAt < before))
        .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
        .slice(0, limit),
    drifts: async (_, filter, { after, limit }) =>
      drifts
        .filter(
          row =>
            (row.closedAt === null) === filter.open &&
            (filter.class === undefined || row.class === filter.class) &&
            (filter.item === undefined || row.item === filter.item) &&
            (after === null || nameOf(row) > after),
        )
        .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
        .slice(0, limit),
    openDrifts: async () => drifts.filter(row => row.closedAt === null).length,
    reopen: async (_, at, closedAt) => {
      drifts = drifts.map(row =>
        nameOf(row) === nameOf(at) && row.closedAt === closedAt && row.closedBy !== 'agree'
          ? { ...row, closedAt: null, closedBy: null }
          : row,
      )
    },
    close: async (_, at, by, now) => {
      const found = drifts.find(row => row.closedAt === null && nameOf(row) === nameOf(at))
      if (found === undefined) return false
      drifts = drifts.map(row => (row === found ? { ...row, closedAt: now, closedBy: by } : row))
      return true
    },
  }
}
