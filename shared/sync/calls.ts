import * as v from 'valibot'
import type { CallId, WorkerId } from '../ids.ts'
import { isoInstant, text, uuid } from './fields.ts'

/**
 * What the desk wants of whoever has the handheld: that they answer (it rings), that they read a text; or of the handheld
 * itself: that it logs its worker out, that it tells how it is.
 */
export const CALL_KINDS = ['ring', 'text', 'out', 'logs'] as const
/** What every handheld understands; of the others it says so, and one from before is not asked. */
export const FIRST_KINDS: readonly CallKind[] = ['ring', 'text']
export type CallKind = (typeof CALL_KINDS)[number]
export const MAX_CALL_TEXT = 200
/** So many wait on one handheld; the desk is told that nobody answers. */
export const MAX_CALLS = 20

export const callText = v.pipe(text(MAX_CALL_TEXT), v.trim(), v.minLength(1))

export const callSchema = v.object({
  id: uuid<CallId>(),
  kind: v.picklist(CALL_KINDS),
  /** Empty but for a text. */
  text: v.string(),
  /** Name of who called. */
  by: v.string(),
  at: isoInstant,
})
export type Call = v.InferOutput<typeof callSchema>

const some = v.pipe(v.array(uuid<CallId>()), v.maxLength(MAX_CALLS * 2))

/** POST /api/calls: tells what has come and what was answered, and asks for the rest. Saying it twice is harmless. */
export const callsRequestSchema = v.object({
  worker: v.nullable(uuid<WorkerId>()),
  got: some,
  read: some,
  /** Kinds of calls that this handheld understands; missing = FIRST_KINDS. A kind that only a later app knows means nothing here. */
  knows: v.optional(v.pipe(v.array(text(20)), v.maxLength(20))),
})
export type CallsRequest = v.InferOutput<typeof callsRequestSchema>
/** Everything that nobody has answered, the oldest first. */
export const callsAnswerSchema = v.object({ calls: v.array(callSchema) })
export type CallsAnswer = v.InferOutput<typeof callsAnswerSchema>

/** The newest of a handheld that are kept. */
export const KEPT_LOGS = 5
export const MAX_LOG_TEXT = 100_000
/** Line by line. */
const logText = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(MAX_LOG_TEXT),
  v.check(value => v.is(text(MAX_LOG_TEXT), value.replaceAll('\n', ' ')), 'control characters'),
)
/** POST /api/logs: how the handheld is, as it was asked for. The same again is the same log. */
export const logRequestSchema = v.object({ call: uuid<CallId>(), text: logText })
export type LogRequest = v.InferOutput<typeof logRequestSchema>
