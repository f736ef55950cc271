import type { CountMode, Document, Line, Location, Lot, Lpn, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import type { DocumentId, ItemId, LocationId, TaskId } from '../ids.ts'
import type { CommandKey } from '../sync/command.ts'
import type { Movement, StockKey } from './stock.ts'

/** A signed change of what a pending variance holds on one stock row. `owner` names the variance. */
export type HoldChange = { owner: string; key: StockKey; qty: number }

/** A fact that contradicts the books. At most one is open per (kind, subject); a second hit raises its counter. */
export type ExceptionDraft = { id: string; kind: ExceptionKind; subject: string; body: Record<string, unknown> }

/**
 * What the ERP must be told. The server fills in the lines from the commands of the document that no message covers yet.
 * `final`: no more is expected on the document.
 */
export type MessageDraft = { type: 'receipt' | 'shipment' | 'return'; document: DocumentId; final: boolean }

/**
 * What somebody saw of one stock row. It books nothing; the server keeps it, compares it with the book at its point and
 * makes or renews the row's one pending variance.
 */
export type Observation = {
  key: StockKey
  /** Units seen. Of a short: what other orders have reserved there; no more was found, free stock included. */
  seen: number
  /** `short`: the picker found less, so it never says that there is more than booked; `count`: somebody counted. */
  kind: 'count' | 'short'
  /** The count; of a short an id of its own. */
  count: string
  task: TaskId | null
  mode: CountMode
  attempt: number
  at: string
  unc: number | null
  reason: string | null
  typed: boolean
  photos: readonly string[]
}

/** `place` was counted as a whole, or (`item`) as far as one item goes. */
export type CountClose = { count: string; place: LocationId; item: ItemId | null }

/**
 * All that one command does to the world. Rows are given in their state AFTER it, each id once.
 * Reservations are not listed apart: they are the difference of the lines' claims.
 */
export type Effects = {
  movements: readonly Movement[]
  documents: readonly Document[]
  lines: readonly Line[]
  tasks: readonly Task[]
  locations: readonly Location[]
  lots: readonly Lot[]
  holds: readonly HoldChange[]
  exceptions: readonly ExceptionDraft[]
  messages: readonly MessageDraft[]
  /** Labels of pallets that are new here. */
  lpns: readonly Lpn[]
  observations: readonly Observation[]
  /** Counts that their counter has left: nothing more is coming of them. */
  closedCounts: readonly CountClose[]
  /** Commands that this one takes back: they can be taken back once. */
  undone: readonly CommandKey[]
}

export const NOTHING: Effects = {
  movements: [],
  documents: [],
  lines: [],
  tasks: [],
  locations: [],
  lots: [],
  holds: [],
  exceptions: [],
  messages: [],
  lpns: [],
  observations: [],
  closedCounts: [],
  undone: [],
}

/** The later of two rows with one id is how it stands afterwards. */
const lastOf = <T>(rows: readonly T[], id: (row: T) => string): T[] => [
  ...new Map(rows.map(row => [id(row), row])).values(),
]

/** What several effects do, one after another. */
export const merged = (parts: readonly Effects[]): Effects => ({
  movements: parts.flatMap(one => one.movements),
  documents: lastOf(
    parts.flatMap(one => one.documents),
    row => row.id,
  ),
  lines: lastOf(
    parts.flatMap(one => one.lines),
    row => row.id,
  ),
  tasks: lastOf(
    parts.flatMap(one => one.tasks),
    row => row.id,
  ),
  locations: lastOf(
    parts.flatMap(one => one.locations),
    row => row.id,
  ),
  lots: lastOf(
    parts.flatMap(one => one.lots),
    row => [row.client, row.item, row.lot].join('\u001f'),
  ),
  holds: parts.flatMap(one => one.holds),
  exceptions: parts.flatMap(one => one.exceptions),
  messages: parts.flatMap(one => one.messages),
  lpns: lastOf(
    parts.flatMap(one => one.lpns),
    row => row.id,
  ),
  observations: parts.flatMap(one => one.observations),
  closedCounts: parts.flatMap(one => one.closedCounts),
  undone: parts.flatMap(one => one.undone),
})
