import type { Line } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LocationId, TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { go } from './answer.ts'
import { askedFor, askedOf } from './pick-lines.ts'
import type { Part, Stop } from './pick-lines.ts'
import { emptied, onward } from './pick-onward.ts'
import type { Booking } from './pick-onward.ts'
import { atPlace, heldQty, markOf, toteOf } from './pick-state.ts'
import type { PickNext, PickState, Piece } from './pick-state.ts'

type PickDraft = Extract<Draft, { type: 'pick' }>

/** Goods that are identified and counted: with one tote they are booked at once, in a cluster they wait for theirs. */
export const collect = (state: PickState, pieces: readonly Piece[], stop: Stop, view: View): PickNext => {
  const item = view.item(stop.line.item)?.name ?? ''
  const held = [...state.held, ...pieces]
  if (state.totes === 'each') {
    const next: PickState = { ...state, hand: null, held, stop: stop.id, last: lastOf(state, stop, pieces) }
    const have = heldQty(next)
    const wanted = askedOf(stop)
    const mark = markOf(state, stop.document.id)
    return have < wanted
      ? go({ ...next, at: 'goods' }, 'ok', 'got', { item, have, wanted })
      : go({ ...next, at: 'tote' }, 'ok', 'got.all', { item, have, mark })
  }
  const tote = toteOf(state, view, stop.document.id)
  if (tote === null) return go({ ...atPlace(state), at: 'bind' }, 'ok', 'scan.tote')
  return booked(state, held, stop, tote, [], view)
}

/** Units and lot of the step that a typed number sets. */
const lastOf = (state: PickState, stop: Stop, pieces: readonly Piece[]): PickState['last'] => {
  const [piece] = pieces
  if (piece === undefined) return state.last
  const before = state.last?.stop === stop.id && state.last.lot === piece.lot ? state.last.step : 0
  const step = before + pieces.reduce((sum, { qty }) => sum + qty, 0)
  return { stop: stop.id, lot: piece.lot, step, reason: piece.reason }
}

/** K5: the goods in hand go into the tote. `before`: commands that bind it to the order first. */
export const booked = (
  state: PickState,
  pieces: readonly Piece[],
  stop: Stop,
  tote: LocationId,
  before: readonly Draft[],
  view: View,
): PickNext => {
  const picks = picksOf(pieces, stop, tote, view)
  const qty = pieces.reduce((sum, piece) => sum + piece.qty, 0)
  const asked = askedOf(stop)
  const item = view.item(stop.line.item)?.name ?? ''
  const { line } = stop
  const isOne = stop.parts.every(part => part.line.id === line.id)
  const values = isOne
    ? { item, have: line.done + qty, wanted: line.wanted, n: qty }
    : { item, have: qty, wanted: asked, n: qty }
  const booking: Booking = { stop, lines: picks.map(pick => ({ line: pick.line, qty: pick.qty })), qty, asksZero: true }
  const commands = [...before, ...picks]
  if (qty >= asked) return onward(state, view, booking, { verdict: 'done', key: 'line.done', values }, commands)
  const last = state.totes === 'one' ? lastOf(state, stop, pieces) : null
  const next: PickState = { ...state, at: 'goods', hand: null, held: [], stop: null, last }
  return go(emptied(next, view, booking) ?? next, 'ok', 'got', values, commands)
}

/** Each piece goes to the line that has reserved it, else to the first that still wants some; one command for each row and line. */
export const picksOf = (pieces: readonly Piece[], stop: Stop, tote: LocationId, view: View): readonly PickDraft[] => {
  const wanted = askedFor(stop).map(part => ({ ...part }))
  const drafts = new Map<string, PickDraft>()
  for (const piece of pieces) {
    const isFor = ({ claim }: Part): boolean =>
      claim.serial === piece.serial && claim.lot === piece.lot && claim.lpn === piece.from.lpn
    let left = piece.qty
    for (const part of [...wanted.filter(isFor), ...wanted.filter(part => !isFor(part))]) {
      const qty = Math.min(left, part.qty)
      const task = view.taskOf(part.line.document, 'pick')
      if (qty === 0 || task === undefined) continue
      part.qty -= qty
      left -= qty
      const draft = draftOf(piece, part.line, task.id, tote, qty)
      const name = [draft.line, draft.lot, draft.serial, draft.from.lpn].join('/')
      drafts.set(name, added(drafts.get(name), draft))
    }
  }
  return [...drafts.values()]
}

const draftOf = (piece: Piece, line: Line, task: TaskId, tote: LocationId, qty: number): PickDraft => ({
  type: 'pick',
  client: line.client,
  item: line.item,
  lot: piece.lot,
  serial: piece.serial,
  task,
  document: line.document,
  line: line.id,
  from: piece.from,
  to: { location: tote, lpn: NO_LPN, status: 'available' },
  qty,
  entered: qty === piece.qty ? { n: piece.n, packaging: piece.packaging } : { n: qty, packaging: null },
  ...(piece.raw === '' ? {} : { scan: piece.raw }),
  ...(piece.reason === null ? {} : { reason: piece.reason }),
})

/** Scans of the same goods that are booked together: as so many packs where all were the same, else as base units. */
const added = (before: PickDraft | undefined, more: PickDraft): PickDraft => {
  if (before === undefined) return more
  const qty = before.qty + more.qty
  const [a, b] = [before.entered, more.entered]
  const isSame = a !== undefined && b !== undefined && a.packaging === b.packaging
  return { ...before, qty, entered: isSame ? { n: a.n + b.n, packaging: a.packaging } : { n: qty, packaging: null } }
}
