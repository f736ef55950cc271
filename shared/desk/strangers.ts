import * as v from 'valibot'
import type { DeviceId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'

/** Rescues that are shown, and steps of each. */
export const MAX_STRANGERS_SHOWN = 50
export const MAX_STRANGER_STEPS = 100

export const STRANGER_STATES = ['waits', 'opened', 'given', 'aside'] as const
export type StrangerState = (typeof STRANGER_STATES)[number]

const series = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
/** What a step says of itself. Nobody has proven it: the key of its handheld is not known. */
const stepSchema = v.object({
  epoch: v.string(),
  seq: v.number(),
  type: v.nullable(v.string()),
  worker: v.nullable(v.string()),
  at: v.nullable(v.string()),
  item: v.nullable(v.string()),
  qty: v.nullable(v.number()),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
})
export type StrangerStep = v.InferOutput<typeof stepSchema>

/** What was rescued of a handheld that the server does not know. */
export const strangerSchema = v.object({
  series,
  /** The id that its steps say; '' = they say none. */
  device: v.string(),
  at: v.string(),
  steps: v.number(),
  /** The first of them. */
  shown: v.array(stepSchema),
  state: v.picklist(STRANGER_STATES),
  /** `to`: the number of the handheld that they were given to. */
  decided: v.nullable(
    v.object({ worker: v.nullable(v.string()), at: v.string(), words: v.string(), to: v.nullable(v.number()) }),
  ),
})
export type Stranger = v.InferOutput<typeof strangerSchema>

/** GET /api/desk/rescues: what waits first, the latest first. */
export const strangersSchema = v.object({ rows: v.array(strangerSchema), waiting: v.number() })
export type StrangersAnswer = v.InferOutput<typeof strangersSchema>

const of = { series, device: v.union([uuid<DeviceId>(), v.literal('')]) }
const words = v.pipe(text(500), v.trim())
/**
 * POST /api/desk/rescues. `again`: opened once more, which does something when the handheld is known by now. `give`: kept with
 * a handheld of this warehouse. `aside`: put aside, with words.
 */
export const strangerActSchema = v.variant('choice', [
  v.object({ ...of, choice: v.literal('again') }),
  v.object({ ...of, choice: v.literal('give'), to: uuid<DeviceId>(), words }),
  v.object({ ...of, choice: v.literal('aside'), words: v.pipe(words, v.nonEmpty()) }),
])
export type StrangerAct = v.InferOutput<typeof strangerActSchema>

/** `unknown`: the handheld is not known still. `stale`: somebody else has decided. */
export const strangerDoneSchema = v.object({
  outcome: v.picklist(['done', 'unknown', 'stale']),
  steps: v.number(),
  booked: v.number(),
})
export type StrangerDone = v.InferOutput<typeof strangerDoneSchema>
