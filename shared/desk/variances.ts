import * as v from 'valibot'
import { VARIANCE_STATES } from '../count/life.ts'
import { FLAGS } from '../count/variance.ts'
import type { Flag } from '../count/variance.ts'
import { msOf } from '../time.ts'

const flags = Object.keys(FLAGS).filter((flag): flag is Flag => flag in FLAGS)
const nullable = v.nullable(v.string())
/** A difference that may be the other end of a move. */
const oppositeSchema = v.object({
  id: v.string(),
  version: v.number(),
  state: v.picklist(VARIANCE_STATES),
  location: v.string(),
  delta: v.number(),
  worker: nullable,
  counters: v.array(v.string()),
})
export type Opposite = v.InferOutput<typeof oppositeSchema>

/** A difference between a count and the book, with all that a person needs to decide. */
export const varianceSchema = v.object({
  id: v.string(),
  round: v.number(),
  /** Decisions name it. */
  version: v.number(),
  state: v.picklist(VARIANCE_STATES),
  client: v.string(),
  item: v.string(),
  lot: v.string(),
  serial: v.string(),
  location: v.string(),
  lpn: v.string(),
  status: v.string(),
  kind: v.string(),
  mode: v.string(),
  attempt: v.number(),
  typed: v.boolean(),
  reason: nullable,
  photos: v.array(v.string()),
  worker: nullable,
  countedAt: v.string(),
  counted: v.number(),
  /** The book at the point of the count. */
  book: v.number(),
  delta: v.number(),
  /** The difference by where movements of unknown order belong. */
  least: v.number(),
  most: v.number(),
  /** Minor units of the warehouse's currency; null = the item's cost is not known. */
  value: v.nullable(v.number()),
  tries: v.array(
    v.object({ worker: nullable, seen: v.number(), attempt: v.number(), mode: v.string(), at: v.string() }),
  ),
  counters: v.array(v.string()),
  late: v.array(v.object({ qty: v.number(), worker: nullable, at: v.string(), arrivedAt: v.string() })),
  flags: v.array(v.picklist(flags)),
  /** May be approved in one go with others, by the policies of now. */
  within: v.boolean(),
  /** Two people must approve it; `first`: who has already. */
  two: v.boolean(),
  first: nullable,
  /** Above the limit of whoever asks: their approval is one of two. */
  over: v.boolean(),
  /** Gross value that they may approve in one go, in minor units; null = any. */
  upTo: v.nullable(v.number()),
  /** Whose approval is enough now, at most five; nobody's where it needs two. */
  approvers: v.array(v.string()),
  /** Differences of the same goods the other way, near and not long apart: maybe somebody moved them without a scan. */
  opposites: v.array(oppositeSchema),
  /** Up to what such a row may be approved in one go, by the policies of now; null = without a limit. */
  bulk: v.object({ qty: v.nullable(v.number()), pct: v.nullable(v.number()), value: v.nullable(v.number()) }),
  /** The counts of the row before this one, the newest first, at most five. */
  past: v.array(v.object({ at: v.string(), delta: v.number() })),
  decided: v.nullable(v.object({ kind: v.string(), worker: v.string(), at: v.string(), reason: v.string() })),
  effectiveAt: nullable,
  openedAt: v.string(),
  changedAt: v.string(),
})
export type ShownVariance = v.InferOutput<typeof varianceSchema>

/** GET /api/variances */
export const variancesAnswerSchema = v.object({ variances: v.array(varianceSchema), next: nullable })
export type VariancesAnswer = v.InferOutput<typeof variancesAnswerSchema>

const AGAIN_DAYS = 7
/** The same row was counted shortly before: somebody may count badly there, or something goes wrong there again and again. */
export const countedBefore = ({ countedAt, past: [last] }: Pick<ShownVariance, 'countedAt' | 'past'>): boolean =>
  last !== undefined && msOf(countedAt) - msOf(last.at) <= AGAIN_DAYS * 86_400_000
