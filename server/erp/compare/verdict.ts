import type { Found } from '../connector.ts'
import type { StockAt } from '../effect.ts'
import type { Ratio } from '../quantity.ts'

/**
 * What a difference between the books comes from, in the order in which it is tried; `several`: no one gives its figure, and
 * some together do, or a part of it.
 */
export const DRIFT_CLASSES = [
  'unmapped',
  'inFlight',
  'missing',
  'duplicate',
  'unit',
  'swap',
  'stale',
  'edited',
  'skipped',
  'rounding',
  'several',
  'unexplained',
] as const
export type DriftClass = (typeof DRIFT_CLASSES)[number]

/**
 * What could be done about it. Nothing is done without a person, except what the connection says. `adoptTheirs` changes our
 * books, `adoptOurs` the ERP's by an adjustment.
 */
export const PROPOSALS = ['wait', 'map', 'repost', 'reverse', 'adoptTheirs', 'adoptOurs', 'recount'] as const
export type Proposal = (typeof PROPOSALS)[number]

/** One figure of both books in base units. `ours` is what the ERP should show: on hand here without what it was not told. */
export type Drift = StockAt & { theirs: number; ours: number; drift: number }

/** What a message does to the figure, and how far it has come. */
export type MessageEvidence = {
  key: string
  type: string
  state: string
  n: number
  at: string
  /** Of a count: when it was taken, and when the ERP was told. */
  countedAt: string | null
  postedAt: string | null
  /** What the ERP says of it, where it was asked. */
  found: Found['state'] | null
  refs: number
}
/** A movement of the ERP on this figure, with its sign. */
export type MoveEvidence = { id: string; n: number; key: string | null; at: string }

export type Evidence = {
  mapped: boolean
  messages: readonly MessageEvidence[]
  moves: readonly MoveEvidence[]
  /** Of the item's packagings, to its base unit. */
  ratios: readonly Ratio[]
  /** All figures of the same item that differ, this one among them. */
  sameItem: readonly Drift[]
}

/** What one class has of the difference. */
export type Cause = {
  class: DriftClass
  proposal: Proposal
  n: number
  /** Messages, movements and figures that explain it, for the person who looks. */
  because: readonly string[]
}
export type Verdict = Omit<Cause, 'n'> & {
  /** Together the whole difference, what nothing explains among them. */
  causes: readonly Cause[]
}
