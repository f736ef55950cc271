import type { Birth, EpochMark, Kept, QueueRow, SavedState } from '../sync/ports.ts'

/** A whole queue as a value. Never changed in place: taking one costs nothing, and every write is all or nothing. */
export type QueueImage = {
  birth: Birth | null
  epochs: readonly EpochStart[]
  rows: readonly QueueRow[]
  marks: ReadonlyMap<string, EpochMark>
  states: ReadonlyMap<string, SavedState>
}

/** `first` is the local row number of seq 1, so that the rows of an epoch are one range of keys and need no index. */
export type EpochStart = { epoch: string; first: number }

export const NO_QUEUE: QueueImage = { birth: null, epochs: [], rows: [], marks: new Map(), states: new Map() }

/** One write of a queue, as one line of a file: what is together in it is together or not at all. */
export type Entry = {
  birth?: Birth
  begins?: readonly EpochStart[]
  rows?: readonly QueueRow[]
  marks?: readonly EpochMark[]
  states?: readonly SavedState[]
  dropped?: string
  pruned?: { epoch: string; upTo: number }
}

export const withEntry = (image: QueueImage, entry: Entry): QueueImage => {
  const { birth, begins, rows, marks, states, dropped, pruned } = entry
  let next = birth === undefined ? image : { ...image, birth }
  for (const start of begins ?? [])
    next = { ...next, epochs: [...next.epochs.filter(known => known.epoch !== start.epoch), start] }
  if (rows !== undefined && rows.length > 0) next = { ...next, rows: [...next.rows, ...rows] }
  if (marks !== undefined && marks.length > 0)
    next = { ...next, marks: new Map([...next.marks, ...marks.map(mark => [mark.epoch, mark] as const)]) }
  if (states !== undefined && states.length > 0)
    next = { ...next, states: new Map([...next.states, ...states.map(state => [state.key, state] as const)]) }
  if (dropped !== undefined) next = { ...next, states: new Map([...next.states].filter(([key]) => key !== dropped)) }
  if (pruned !== undefined)
    next = { ...next, rows: next.rows.filter(row => row.epoch !== pruned.epoch || row.seq > pruned.upTo) }
  return next
}

/**
 * Where rows that were kept elsewhere go: into the range of their epoch where the store knows it, else into a new range
 * behind everything. `n` is the next local number after all of them. Local numbers may have holes, epochs never overlap.
 */
export const placed = (
  kept: Kept,
  knownFirst: ReadonlyMap<string, number>,
  n: number,
): { rows: readonly QueueRow[]; begins: readonly EpochStart[]; n: number } => {
  const firsts = new Map(knownFirst)
  const begins: EpochStart[] = []
  let next = n
  const rows: QueueRow[] = []
  for (const epoch of new Set(kept.rows.map(row => row.epoch))) {
    const first = firsts.get(epoch) ?? next
    if (!firsts.has(epoch)) begins.push({ epoch, first })
    firsts.set(epoch, first)
    for (const row of kept.rows) if (row.epoch === epoch) rows.push({ ...row, n: first + row.seq - 1 })
    next = rows.reduce((most, row) => Math.max(most, row.n + 1), next)
  }
  return { rows, begins, n: next }
}
