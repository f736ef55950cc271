import * as v from 'valibot'
import type { CallId, WorkerId } from '../ids.ts'
import { isoInstant, text, uuid } from './fields.ts'

/** What the desk wants of whoever has the handheld: that they answer (it rings), or that they read a text. */
export const CALL_KINDS = ['ring', 'text'] as const
export const MAX_CALL_TEXT = 200
/** So many wait on one handheld; the desk is told that nobody answers. */
export const MAX_CALLS = 20

export const callText = v.pipe(text(MAX_CALL_TEXT), v.trim(), v.minLength(1))

export const callSchema = v.object({
  id: uuid<CallId>(),
  kind: v.picklist(CALL_KINDS),
  /** Empty for a ring. */
  text: v.string(),
  /** Name of who called. */
  by: v.string(),
  at: isoInstant,
})
export type Call = v.InferOutput<typeof callSchema>

const some = v.pipe(v.array(uuid<CallId>()), v.maxLength(MAX_CALLS * 2))

/** POST /api/calls: tells what has come and what was answered, and asks for the rest. Saying it twice is harmless. */
export const callsRequestSchema = v.object({ worker: v.nullable(uuid<WorkerId>()), got: some, read: some })
export type CallsRequest = v.InferOutput<typeof callsRequestSchema>
/** Everything that nobody has answered, the oldest first. */
export const callsAnswerSchema = v.object({ calls: v.array(callSchema) })
export type CallsAnswer = v.InferOutput<typeof callsAnswerSchema>
