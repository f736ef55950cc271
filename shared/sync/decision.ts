import * as v from 'valibot'
import { COUNT_MODES } from '../catalogue.ts'
import type { ClientId, DecisionId, DecisionTarget, ItemId, SessionId, WorkerId } from '../ids.ts'
import { text, uuid } from './fields.ts'

export const DECISION_KINDS = [
  'count.approve',
  'count.move',
  'count.reject',
  'count.recount',
  'count.undo',
  'count.request',
] as const
export type DecisionKind = (typeof DECISION_KINDS)[number]

export const MAX_DECISIONS = 500

/** What somebody wants: compare-and-set on the version that they have seen; the same `id` again gets the same answer. */
export const decisionSchema = v.object({
  id: uuid<DecisionId>(),
  kind: v.picklist(DECISION_KINDS),
  /** The variance; for `count.request` the place. */
  target: uuid<DecisionTarget>(),
  expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  args: v.optional(
    v.object({
      /** Approve although handhelds have not reported, or another look is due. */
      early: v.optional(v.boolean()),
      /** For `count.move`: the opposite difference, as it was seen. */
      with: v.optional(
        v.object({
          target: uuid<DecisionTarget>(),
          expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
        }),
      ),
      client: v.optional(uuid<ClientId>()),
      item: v.optional(v.nullable(uuid<ItemId>())),
      mode: v.optional(v.picklist(COUNT_MODES)),
    }),
    {},
  ),
  reason: v.optional(text(40), ''),
  /** What the person saw, for the archive. */
  seen: v.optional(v.object({ delta: v.number(), bookAtCount: v.number(), asOfCursor: v.optional(text(120)) })),
})
export type DecisionAsk = v.InferOutput<typeof decisionSchema>

export type DecisionsRequest = { worker: WorkerId; session: SessionId; decisions: DecisionAsk[] }

/** POST /api/decisions */
export const decisionsRequestSchema: v.GenericSchema<unknown, DecisionsRequest> = v.object({
  worker: uuid<WorkerId>(),
  session: uuid<SessionId>(),
  decisions: v.pipe(v.array(decisionSchema), v.minLength(1), v.maxLength(MAX_DECISIONS)),
})

export const decisionAnswerSchema = v.object({
  id: v.string(),
  outcome: v.picklist(['done', 'refused']),
  /** Why it was refused. */
  code: v.optional(v.string()),
  /** The version as it is now. */
  version: v.nullable(v.number()),
  state: v.nullable(v.string()),
})
export type DecisionAnswer = v.InferOutput<typeof decisionAnswerSchema>
export const decisionsAnswerSchema = v.object({ results: v.array(decisionAnswerSchema) })
