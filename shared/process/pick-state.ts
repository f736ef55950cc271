import type { Task } from '../catalogue.ts'
import type { ClientId, DocumentId, ItemId, LineId, LocationId, LpnId, TaskId } from '../ids.ts'
import type { Address } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import { isMobile, stopsOf } from './pick-lines.ts'
import type { Stop, Totes } from './pick-lines.ts'
import type { Next, ProcessState } from './process.ts'

/** Goods that are scanned and not identified yet: a lot, a serial, a number or a reason is still to come. */
export type PickHand = {
  lot: string
  serial: string
  n: number
  qty: number
  packaging: string | null
  raw: string
  /** The question about a later lot has been answered with yes. */
  sure: boolean
  /** Why another lot was taken, where the policy wants to know. */
  reason: string | null
}

/** Goods that are identified and counted, with the row they come from; in a cluster they wait in the hands for their tote. */
export type Piece = {
  from: Address
  lot: string
  serial: string
  n: number
  qty: number
  packaging: string | null
  raw: string
  reason: string | null
}

/** SHORT: what the picker can take, why not more, and from where the rest shall come. */
export type Shortage = {
  /** Null until it is said. */
  taken: number | null
  reason: string | null
  /** Of the rest: how much is broken, expired or on hold. */
  spoilt: number | null
  photos: readonly string[]
  instead: NonNullable<Extract<Act, { type: 'short' }>['instead']> | null
}

export type PickState = ProcessState & {
  process: 'pick'
  at:
    | 'start'
    | 'bind'
    | 'place'
    | 'goods'
    | 'lot'
    | 'serial'
    | 'fefo'
    | 'tote'
    | 'zero'
    | 'full'
    | 'unload'
    | 'shortQty'
    | 'reason'
    | 'elsewhere'
    | 'damaged'
  task: TaskId | null
  /** Orders of this walk, in the order of their totes on the cart. */
  documents: readonly DocumentId[]
  /** Of these: cancelled or taken over meanwhile, and the picker knows it. */
  left: readonly DocumentId[]
  totes: Totes
  postponed: readonly LineId[]
  /** The place that was scanned: goods are proven against it. */
  place: LocationId | null
  /** The pallet that was scanned there. */
  lpn: LpnId | null
  /** The stop that a half done step belongs to. Where the walk has changed meanwhile, the step is dropped. */
  stop: string | null
  hand: PickHand | null
  held: readonly Piece[]
  /**
   * Lot of the present stop that was proven last, with the answer to why it is another one, and the units of it that are
   * booked in this step: a typed number sets this total.
   */
  last: { stop: string; lot: string; step: number; reason: string | null } | null
  short: Shortage | null
  /** The row was emptied by the books: is it really? */
  zero: { client: ClientId; item: ItemId; place: LocationId } | null
  /** Whose tote is full. */
  full: DocumentId | null
  /** Where the totes are to be left. */
  station: LocationId | null
}
export type PickNext = Next<PickState>

export const FRESH: PickState = {
  process: 'pick',
  key: 'pick',
  at: 'start',
  confirm: null,
  task: null,
  documents: [],
  left: [],
  totes: 'one',
  postponed: [],
  place: null,
  lpn: null,
  stop: null,
  hand: null,
  held: [],
  last: null,
  short: null,
  zero: null,
  full: null,
  station: null,
}

export const stops = (state: PickState, view: View): readonly Stop[] =>
  stopsOf(
    view,
    state.documents.filter(id => !state.left.includes(id)),
    state.totes,
    state.postponed,
  )

/** The stop that is due: at the place where the picker stands first, else the next of the walk. */
export const current = (state: PickState, view: View): Stop | undefined => walk(state, view)[0]

/** Open stops, the present one first. */
export const walk = (state: PickState, view: View): readonly Stop[] => {
  const all = stops(state, view)
  const now = all.find(stop => stop.id === state.stop) ?? all.find(stop => stop.claim.location === state.place)
  return now === undefined ? all : [now, ...all.filter(stop => stop !== now)]
}

/** Steps that belong to one stop. */
const INSIDE: ReadonlySet<PickState['at']> = new Set([
  'goods',
  'lot',
  'serial',
  'fefo',
  'tote',
  'shortQty',
  'reason',
  'elsewhere',
  'damaged',
])

/** The walk may change under the picker's feet (a sync, another person): what no longer fits begins at its place again. */
export const settled = (state: PickState, view: View): PickState => {
  if (!INSIDE.has(state.at)) return state
  const stop = current(state, view)
  if (stop === undefined) return state
  const moved = state.at === 'goods' && stop.claim.location !== state.place
  const other = state.stop !== null && state.stop !== stop.id
  return moved || other ? atPlace(state) : state
}

/** To the place of the next stop, with nothing in hand. */
export const atPlace = (state: PickState): PickState => ({
  ...state,
  at: 'place',
  confirm: null,
  place: null,
  lpn: null,
  stop: null,
  hand: null,
  held: [],
  last: null,
  short: null,
  zero: null,
  full: null,
})

export const heldQty = (state: PickState): number => state.held.reduce((sum, { qty }) => sum + qty, 0)

/** Tasks of the walk, in the order of its orders. */
export const tasksOf = (state: PickState, view: View): readonly Task[] =>
  state.documents.flatMap(id => view.taskOf(id, 'pick') ?? [])

/** A tote that was left at a place is not on the cart any more. */
export const isAway = (view: View, tote: LocationId): boolean => {
  const parent = view.location(tote)?.parent ?? null
  return parent !== null && !isMobile(view, parent)
}

/** The tote that goods of an order go into now; null = one must be bound. */
export const toteOf = (state: PickState, view: View, document: DocumentId): LocationId | null => {
  const tasks = state.totes === 'one' ? tasksOf(state, view) : [view.taskOf(document, 'pick')]
  const bound = tasks.flatMap(task => task?.tote ?? [])
  return bound.find(tote => !isAway(view, tote)) ?? null
}

/** Mobile places with goods of the walk, or bound to it, that nobody has left anywhere. */
export const totesOnCart = (state: PickState, view: View): readonly LocationId[] => {
  const found = new Set<LocationId>()
  for (const task of tasksOf(state, view)) if (task.tote !== null) found.add(task.tote)
  for (const id of state.documents)
    for (const line of view.linesOf(id))
      for (const claim of line.claims) if (isMobile(view, claim.location)) found.add(claim.location)
  return [...found].filter(id => view.location(id)?.kind === 'tote' && !isAway(view, id))
}

const SHAPES = ['▲', '●', '■', '◆', '★'] as const

/** How people tell the totes of a cart apart: by number and shape. */
export const markOf = (state: PickState, document: DocumentId): string => {
  const at = state.documents.indexOf(document)
  return state.totes === 'one' || at < 0 ? '' : `${at + 1} ${SHAPES[at % SHAPES.length]}`
}
