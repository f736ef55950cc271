import * as v from 'valibot'
import type { ClientId, DecisionId, ItemId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'

/** A lot of an item: where it lies, where it came from, where it went, and the decision to block it. Quantities in base units. */
const nullable = v.nullable(v.string())
const lotText = v.pipe(text(40), v.nonEmpty())
export const lotFields = { client: uuid<ClientId>(), item: uuid<ItemId>(), lot: lotText }
export type LotKey = { client: ClientId; item: ItemId; lot: string }

/** GET /api/desk/lots: lots by number, SKU or name; the blocked ones first. */
export const lotsQuery = v.object({ q: v.optional(text(80), '') })
const lotRow = v.object({
  client: uuid<ClientId>(),
  item: uuid<ItemId>(),
  lot: v.string(),
  sku: v.string(),
  name: v.string(),
  unit: v.string(),
  expiry: nullable,
  /** Null = withheld: whoever asks counts some of it blind. So are the figures below that tell of it. */
  onHand: v.nullable(v.number()),
  /** Under a recall, in this warehouse. */
  recalled: v.boolean(),
})
export const lotsAnswerSchema = v.object({ rows: v.array(lotRow) })
export type LotsAnswer = v.InferOutput<typeof lotsAnswerSchema>

/** GET /api/desk/recall: one lot in every warehouse whose stock the person decides about. */
export const recallQuery = v.object({ client: uuid<ClientId>(), item: uuid<ItemId>(), lot: lotText })
const came = v.object({
  /** `supplier`, or `customer` for goods that came back. */
  from: v.string(),
  document: nullable,
  number: v.string(),
  partner: v.string(),
  qty: v.nullable(v.number()),
  at: v.string(),
})
const went = v.object({
  document: nullable,
  number: v.string(),
  partner: v.string(),
  carrier: nullable,
  tracking: v.array(v.string()),
  serials: v.array(v.string()),
  qty: v.number(),
  at: v.string(),
})
const lies = v.object({
  place: v.string(),
  kind: v.string(),
  zone: nullable,
  label: v.string(),
  serial: v.string(),
  status: v.string(),
  onHand: v.nullable(v.number()),
  reserved: v.nullable(v.number()),
  held: v.nullable(v.number()),
})
const order = v.object({
  document: v.string(),
  number: v.string(),
  partner: v.string(),
  place: v.string(),
  qty: v.nullable(v.number()),
  /** In a tote or carton already. */
  picked: v.boolean(),
})
export const traceSchema = v.object({
  warehouse: v.string(),
  warehouseName: v.string(),
  recall: v.nullable(
    v.object({
      id: v.string(),
      state: v.picklist(['open', 'ended']),
      version: v.number(),
      reason: v.string(),
      worker: v.string(),
      at: v.string(),
      endedAt: nullable,
    }),
  ),
  lies: v.array(lies),
  came: v.array(came),
  went: v.array(went),
  /** Adjustments, scrap and the rest, as what has come (+) and gone (−). */
  otherwise: v.array(v.object({ kind: v.string(), qty: v.number() })),
  /** Orders that hold goods of the lot. */
  orders: v.array(order),
  totals: v.nullable(v.object({ lies: v.number(), came: v.number(), went: v.number(), otherwise: v.number() })),
})
export type Trace = v.InferOutput<typeof traceSchema>
export const recallAnswerSchema = v.object({
  lot: v.object({ ...lotFields, sku: v.string(), name: v.string(), unit: v.string(), expiry: nullable }),
  warehouses: v.array(traceSchema),
  asOf: v.string(),
})
export type RecallAnswer = v.InferOutput<typeof recallAnswerSchema>

/** POST /api/desk/recall: blocks the lot wherever it lies, or ends that. One decision; each warehouse takes it on the version seen. */
export const recallSchema = v.object({
  id: uuid<DecisionId>(),
  act: v.picklist(['block', 'release']),
  ...lotFields,
  reason: v.pipe(text(200), v.nonEmpty()),
  /** By warehouse, as they were shown; one that is not named is left alone. */
  expected: v.record(v.pipe(v.string(), v.maxLength(36)), v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
})
export type RecallAsk = v.InferOutput<typeof recallSchema>
export const recallDoneSchema = v.object({
  results: v.array(
    v.object({
      warehouse: v.string(),
      outcome: v.picklist(['done', 'refused']),
      code: v.optional(v.string()),
      version: v.nullable(v.number()),
    }),
  ),
})
export type RecallDone = v.InferOutput<typeof recallDoneSchema>
