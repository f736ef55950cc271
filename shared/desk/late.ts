import * as v from 'valibot'
import type { DecisionId, DeviceId, WorkerId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'

/** Steps that are shown, and steps that are decided in one go; more come after them. */
export const MAX_LATE_SHOWN = 500
export const MAX_LATE_DECIDED = 100

export const LATE_STATES = ['kept', 'booked', 'discarded'] as const
export type LateState = (typeof LATE_STATES)[number]

/** Which step of the handheld: of one number there may be two, if its key was copied. */
const of = {
  epoch: v.pipe(v.string(), v.regex(/^[a-z0-9]{12}$/)),
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
}
const goods = { item: v.string(), lot: v.string(), serial: v.string() }

/** What a step did and what booking it would do now, after those before it that are kept. Ids, never names. */
export const lateStepSchema = v.object({
  ...of,
  state: v.picklist(LATE_STATES),
  /** Why it cannot be trusted or read (a reason of the quarantine), or what stands against booking it now (a refusal). */
  bar: v.nullable(v.string()),
  /** Null = its body cannot be read, or is not the handheld's. */
  act: v.nullable(v.object({ type: v.string(), worker: uuid<WorkerId>(), at: v.string() })),
  receivedAt: v.string(),
  moves: v.array(v.object({ ...goods, qty: v.number(), from: v.string(), to: v.string() })),
  counts: v.array(v.object({ ...goods, seen: v.number(), place: v.string() })),
  /** Kinds of exceptions that it would raise. */
  troubles: v.array(v.string()),
  /** Places of it that somebody has counted since it was done: its booking corrects those counts. */
  since: v.array(v.object({ place: v.string(), at: v.string() })),
  decided: v.nullable(v.object({ worker: uuid<WorkerId>(), at: v.string(), words: v.string() })),
})
export type LateStep = v.InferOutput<typeof lateStepSchema>

/** GET /api/desk/devices/late: of a handheld that gets no data any more, in the order of its numbers, what waits first. */
export const lateQuery = v.object({ device: uuid<DeviceId>() })
export const lateAnswerSchema = v.object({
  rows: v.array(lateStepSchema),
  /** Steps that wait, also those that are not among the rows. */
  waiting: v.number(),
})
export type LateAnswer = v.InferOutput<typeof lateAnswerSchema>

const words = v.pipe(text(500), v.trim())
const ask = { id: uuid<DecisionId>(), ...of }

/** Only what was seen as kept is decided; `words` say why something is discarded. */
export const lateAskSchema = v.variant('choice', [
  v.object({ ...ask, choice: v.literal('book'), words }),
  v.object({ ...ask, choice: v.literal('discard'), words: v.pipe(words, v.nonEmpty()) }),
])
export type LateAsk = v.InferOutput<typeof lateAskSchema>

/** POST /api/desk/devices/late: each is taken or refused by itself, in this order. */
export type LateAct = { device: DeviceId; decisions: LateAsk[] }
export const lateActSchema: v.GenericSchema<unknown, LateAct> = v.object({
  device: uuid<DeviceId>(),
  decisions: v.pipe(v.array(lateAskSchema), v.minLength(1), v.maxLength(MAX_LATE_DECIDED)),
})
