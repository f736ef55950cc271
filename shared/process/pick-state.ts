import type { DocumentId, LineId, LocationId, TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { visitId, visits } from './pick-lines.ts'
import type { Visit } from './pick-lines.ts'
import type { Next, ProcessState } from './process.ts'

/** Goods that are scanned and not booked yet: a lot, a serial or a number is still to come. */
export type PickHand = {
  lot: string
  serial: string
  n: number
  qty: number
  packaging: string | null
  raw: string
  /** The question about a later lot has been answered with yes. */
  sure: boolean
}

export type PickState = ProcessState & {
  process: 'pick'
  at: 'start' | 'tote' | 'place' | 'goods' | 'lot' | 'serial' | 'shortQty' | 'reason'
  task: TaskId | null
  document: DocumentId | null
  postponed: readonly LineId[]
  /** The place that was scanned: goods are proven against it. */
  place: LocationId | null
  /** The visit that a half done step belongs to. Where the walk has changed meanwhile, the step is dropped. */
  visit: string | null
  hand: PickHand | null
  /** Units of the present line and lot that are booked in this step: a typed number sets this total. */
  last: { line: LineId; lot: string; step: number } | null
  /** SHORT: what the picker can take. */
  short: number | null
}
export type PickNext = Next<PickState>

export const FRESH: PickState = {
  process: 'pick',
  key: 'pick',
  at: 'start',
  confirm: null,
  task: null,
  document: null,
  postponed: [],
  place: null,
  visit: null,
  hand: null,
  last: null,
  short: null,
}

/** The visit that is due: at the place where the picker stands first, else the next of the walk. */
export const current = (state: PickState, view: View): Visit | undefined => {
  if (state.document === null) return undefined
  const all = visits(view, state.document, state.postponed)
  return all.find(visit => visit.claim.location === state.place) ?? all[0]
}

/** Open visits, the present one first. */
export const walk = (state: PickState, view: View): readonly Visit[] => {
  const now = current(state, view)
  if (now === undefined || state.document === null) return []
  return [now, ...visits(view, state.document, state.postponed).filter(visit => visitId(visit) !== visitId(now))]
}

/** The walk may change under the picker's feet (a sync, another person): what no longer fits begins at its place again. */
export const settled = (state: PickState, view: View): PickState => {
  if (state.at === 'start' || state.at === 'tote' || state.at === 'place') return state
  const visit = current(state, view)
  if (visit === undefined) return state
  const moved = state.at === 'goods' && visit.claim.location !== state.place
  const other = state.visit !== null && state.visit !== visitId(visit)
  return moved || other ? atPlace(state) : state
}

/** To the place of the next visit, with nothing in hand. */
export const atPlace = (state: PickState): PickState => ({
  ...state,
  at: 'place',
  confirm: null,
  place: null,
  visit: null,
  hand: null,
  last: null,
  short: null,
})

export const toteOf = (state: PickState, view: View): LocationId | null =>
  state.task === null ? null : (view.task(state.task)?.tote ?? null)
