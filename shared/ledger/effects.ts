import type { Document, Line, Location, Lot, Task } from '../catalogue.ts'
import type { ExceptionKind } from '../exception.ts'
import type { DocumentId } from '../ids.ts'
import type { Movement, StockKey } from './stock.ts'

/** A signed change of what a pending variance holds on one stock row. `owner` names the variance. */
export type HoldChange = { owner: string; key: StockKey; qty: number }

/** A fact that contradicts the books. At most one is open per (kind, subject); a second hit raises its counter. */
export type ExceptionDraft = { id: string; kind: ExceptionKind; subject: string; body: Record<string, unknown> }

/** What the ERP must be told. The server fills in the lines from the commands that no message covers yet. */
export type MessageDraft = { type: 'receipt'; document: DocumentId; final: boolean }

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
}
