import * as v from 'valibot'
import type { DecisionId, DocumentId, Id, ItemId, LocationId, SessionId, WorkerId } from '../ids.ts'
import { calendarDay } from './calendar.ts'
import { text, uuid } from './fields.ts'

export const MAX_SETTLED = 100

export type ExceptionId = Id<'exception'>

/** One of the choices of the exception's kind, and in words why. `expectedVersion`: how often it had happened when it was seen. */
export const settleSchema = v.object({
  id: uuid<DecisionId>(),
  exception: uuid<ExceptionId>(),
  expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  choice: text(40),
  words: v.pipe(text(500), v.nonEmpty()),
  args: v.optional(
    v.object({
      /** What an unknown code means or another client's goods are, and which packaging of it; null = one base unit. */
      item: v.optional(uuid<ItemId>()),
      packaging: v.optional(v.nullable(text(60))),
      /** The lot that goods belong to instead. */
      lot: v.optional(v.pipe(text(60), v.nonEmpty())),
      /** The date that the lot has. */
      expiry: v.optional(calendarDay),
      /** Where a pallet really stands. */
      location: v.optional(uuid<LocationId>()),
      /** The order that goods came back of. */
      document: v.optional(uuid<DocumentId>()),
    }),
    {},
  ),
})
export type SettleAsk = v.InferOutput<typeof settleSchema>

export type SettleRequest = { worker: WorkerId; session: SessionId; decisions: SettleAsk[] }

/** POST /api/exceptions */
export const settleRequestSchema: v.GenericSchema<unknown, SettleRequest> = v.object({
  worker: uuid<WorkerId>(),
  session: uuid<SessionId>(),
  decisions: v.pipe(v.array(settleSchema), v.minLength(1), v.maxLength(MAX_SETTLED)),
})
