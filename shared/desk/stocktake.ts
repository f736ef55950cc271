import * as v from 'valibot'
import type { DecisionId, Id, LocationId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'

/** A count of the whole warehouse or of zones of it. Quantities in base units, values in minor units. */
export type StocktakeId = Id<'stocktake'>
const nullable = v.nullable(v.string())
export const MAX_PLACES = 20_000

export const placeCounts = v.object({
  places: v.number(),
  /** Nobody has counted them. */
  open: v.number(),
  /** Counted, and something about them waits: for handhelds, for a look, for a person's decision. */
  counted: v.number(),
  recount: v.number(),
  settled: v.number(),
  /** Not counted, with a reason. */
  skipped: v.number(),
})
export type PlaceCounts = v.InferOutput<typeof placeCounts>

/** Each rate as its two numbers: an empty denominator says nothing, never 0 or 100 %. */
const rate = v.object({ right: v.number(), of: v.number() })
export const totalsSchema = v.object({
  lines: v.number(),
  wrong: v.number(),
  /** What the books had at the counts' own points, what was counted, found (+) and missing (−). */
  book: v.number(),
  counted: v.number(),
  net: v.number(),
  gross: v.number(),
  netValue: v.number(),
  grossValue: v.number(),
  /** Lines that differ and have no cost. */
  withoutCost: v.number(),
  /** A line with a difference is wrong; pieces and value by how far they are off; a place is wrong with any of its lines. */
  accuracy: v.object({ lines: rate, pieces: rate, value: rate, places: rate }),
})
export type StocktakeTotals = v.InferOutput<typeof totalsSchema>

export const differenceSchema = v.object({
  place: v.string(),
  item: v.string(),
  sku: v.string(),
  name: v.string(),
  client: v.string(),
  lot: v.string(),
  serial: v.string(),
  status: v.string(),
  book: v.number(),
  counted: v.number(),
  delta: v.number(),
  value: v.nullable(v.number()),
  state: v.string(),
  reason: v.string(),
  counters: v.array(v.string()),
  approver: nullable,
})
export type StocktakeDifference = v.InferOutput<typeof differenceSchema>

export const stocktakeSchema = v.object({
  id: v.string(),
  state: v.picklist(['open', 'closed']),
  version: v.number(),
  zones: v.array(v.string()),
  blind: v.boolean(),
  worker: v.string(),
  at: v.string(),
  closedBy: nullable,
  closedAt: nullable,
})
export type Stocktake = v.InferOutput<typeof stocktakeSchema>

/** GET /api/desk/stocktakes */
export const stocktakesAnswerSchema = v.object({ rows: v.array(stocktakeSchema), zones: v.array(v.string()) })
export type StocktakesAnswer = v.InferOutput<typeof stocktakesAnswerSchema>

/** GET /api/desk/stocktake: while it is open as it stands, afterwards as it was closed. */
export const stocktakeQuery = v.object({ id: uuid<StocktakeId>() })
export const reportSchema = v.object({
  all: placeCounts,
  zones: v.array(v.object({ zone: v.string(), ...placeCounts.entries })),
  counters: v.array(v.object({ worker: v.string(), places: v.number() })),
  /** Null = withheld: whoever asks counts something of it blind; its differences are left out, too. */
  totals: v.nullable(totalsSchema),
  /** The largest first; at most so many. */
  differences: v.array(differenceSchema),
  skipped: v.array(v.object({ place: v.string(), reason: v.string() })),
  /** Not settled yet, the first of them. */
  unsettled: v.array(v.object({ id: v.string(), place: v.string(), state: v.string() })),
  /** Handhelds that have said that steps wait on them. */
  waiting: v.number(),
})
export type StocktakeReport = v.InferOutput<typeof reportSchema>
export const stocktakeAnswerSchema = v.object({ stocktake: stocktakeSchema, report: reportSchema, asOf: v.string() })
export type StocktakeAnswer = v.InferOutput<typeof stocktakeAnswerSchema>

/** POST /api/desk/stocktake */
export const stocktakeActSchema = v.variant('act', [
  v.object({
    act: v.literal('open'),
    id: uuid<DecisionId>(),
    /** Empty = everywhere. */
    zones: v.pipe(v.array(text(60)), v.maxLength(200)),
    blind: v.boolean(),
  }),
  v.object({
    act: v.literal('skip'),
    id: uuid<DecisionId>(),
    stocktake: uuid<StocktakeId>(),
    place: uuid<LocationId>(),
    /** Empty = it is to be counted after all. */
    reason: text(200),
  }),
  v.object({
    act: v.literal('close'),
    id: uuid<DecisionId>(),
    stocktake: uuid<StocktakeId>(),
    expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    /** Although steps wait on handhelds. */
    early: v.boolean(),
  }),
])
export type StocktakeAct = v.InferOutput<typeof stocktakeActSchema>
export const stocktakeDoneSchema = v.object({
  outcome: v.picklist(['done', 'refused']),
  code: v.optional(v.string()),
  stocktake: nullable,
})
export type StocktakeDone = v.InferOutput<typeof stocktakeDoneSchema>
