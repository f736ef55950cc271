import type { Line, Task } from '../../shared/catalogue.ts'
import type { BalanceBody, HiddenBody } from '../../shared/sync/rows.ts'
import type { Row } from '../../shared/sync/wire.ts'
import { commandKey, cursorKey, rowKey } from './memory-state.ts'
import type { ServerState, StoredRow } from './memory-state.ts'

/** What a position in a feed means, told by the feed itself and not by the code under test. */
type Index = {
  read: number
  onHand: Map<string, { c: number; qty: number }[]>
  /** Of what can end: whether it has, by `rowKey`. */
  over: Map<string, { c: number; isOver: boolean }[]>
}
const indexes = new WeakMap<ServerState, Index>()

const indexOf = (state: ServerState): Index => {
  const index = indexes.get(state) ?? { read: 0, onHand: new Map(), over: new Map() }
  indexes.set(state, index)
  for (; index.read < state.changes.length; index.read += 1) {
    const row = state.changes[index.read]
    if (row?.k !== 'balance' && row?.k !== 'task') continue
    add(index.over, rowKey(row.k, row.id), { c: row.c, isOver: isOver(row) })
    if (row.k === 'balance') add(index.onHand, row.id, { c: row.c, qty: (row.b as BalanceBody).oh })
  }
  return index
}
const add = <S>(map: Map<string, S[]>, key: string, step: S): void => {
  const steps = map.get(key)
  if (steps) steps.push(step)
  else map.set(key, [step])
}

const OVER = new Set(['done', 'cancelled'])
/** Nothing lies there any more, or nobody has to do it any more. Whoever may not see a figure cannot have an old one. */
export const isOver = (row: Row): boolean =>
  row.k === 'task' && row.b !== null ? OVER.has((row.b as Task).state) : isNothing(row) || isHidden(row)

/** Names of what has ended by this commit, by `rowKey`. */
export const endedAt = (state: ServerState, commit: number): string[] =>
  [...indexOf(state).over].flatMap(([key, steps]) => {
    let i = steps.length - 1
    while (i >= 0 && (steps[i]?.c ?? 0) > commit) i -= 1
    return steps[i]?.isOver === true ? [key] : []
  })

/** On hand of every stock row that was ever touched, as of one commit. */
export const onHandAt = (state: ServerState, commit: number): Map<string, number> => {
  const found = new Map<string, number>()
  for (const [key, steps] of indexOf(state).onHand) {
    let i = steps.length - 1
    while (i >= 0 && (steps[i]?.c ?? 0) > commit) i -= 1
    found.set(key, steps[i]?.qty ?? 0)
  }
  return found
}

/** The highest own number whose effect lies in commits up to this one. */
export const ownUpTo = (state: ServerState, device: string, epoch: string, commit: number): number => {
  let seq = state.cursors.get(cursorKey(device, epoch))?.lastSeq ?? 0
  while (seq > 0 && (state.commands.get(commandKey(device, epoch, seq))?.commit ?? Infinity) > commit) seq -= 1
  return seq
}

/** Change rows of the commits in (after, upTo]. */
export const changesIn = (state: ServerState, after: number, upTo: number): StoredRow[] => {
  const found: StoredRow[] = []
  for (let i = state.changes.length - 1; i >= 0; i -= 1) {
    const row = state.changes[i]
    if (row === undefined || row.c <= after) break
    if (row.c <= upTo) found.push(row)
  }
  return found.reverse()
}

/** All rows as of one commit, by `rowKey`. */
export const rowsAt = (state: ServerState, commit: number): Map<string, StoredRow> => {
  const rows = new Map<string, StoredRow>()
  for (const row of state.changes) if (row.c <= commit) rows.set(rowKey(row.k, row.id), row)
  return rows
}

/** Whoever counts blind has less of these rows: figures, other orders' reservations, tasks that would tell. */
const isWithheld = (mine: Row | undefined, theirs: Row | undefined): boolean => {
  if (mine === undefined || theirs === undefined) return false
  // Figures are shown anew without being changed.
  if (isHidden(mine)) return true
  if (mine.c !== theirs.c) return false
  if (mine.k === 'line') return isLineLess(mine.b as Line | null, theirs.b as Line | null)
  return mine.k === 'task' && mine.b === null
}

const isLineLess = (mine: Line | null, theirs: Line | null): boolean => {
  if (mine === null || theirs === null) return false
  const { claims, held: _, ...rest } = mine
  const { claims: all, held: __, ...whole } = theirs
  const known = new Set(all.map(claim => JSON.stringify(claim)))
  return claims.every(claim => known.has(JSON.stringify(claim))) && JSON.stringify(rest) === JSON.stringify(whole)
}

const isHidden = (row: Row): boolean =>
  row.k === 'balance' && row.b !== null && 'hidden' in (row.b as BalanceBody | HiddenBody)

const isNothing = (row: Row | undefined): boolean => {
  if (row === undefined || row.b === null) return true
  if (row.k !== 'balance') return false
  const { oh, rs, hd } = row.b as BalanceBody
  return oh === 0 && rs === 0 && hd === 0
}

/** Name of the first row that differs; null when both tell the same. Empty stock rows count as none. */
export const firstDifference = (a: ReadonlyMap<string, Row>, b: ReadonlyMap<string, Row>): string | null => {
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [one, two] = [a.get(key), b.get(key)]
    if ((isNothing(one) && isNothing(two)) || isWithheld(one, two)) continue
    if (one?.b !== two?.b && JSON.stringify(one?.b) !== JSON.stringify(two?.b))
      return key.replaceAll(/[\u0000-\u001f]/g, ' ')
  }
  return null
}
