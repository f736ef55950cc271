import * as v from 'valibot'
import type { SessionId, WorkerId } from '../ids.ts'
import { text, uuid } from './fields.ts'

/** POST /api/past: an order that left longer ago than handhelds know, by whatever one scan may have said. */
export const pastRequestSchema = v.object({
  codes: v.pipe(v.array(text(200)), v.minLength(1), v.maxLength(20)),
  session: uuid<SessionId>(),
  worker: uuid<WorkerId>(),
})
export type PastRequest = v.InferOutput<typeof pastRequestSchema>
/** `none`: nobody knows it, or the worker may not. */
export const pastAnswerSchema = v.object({ kind: v.picklist(['ok', 'none']) })
export type PastAnswer = v.InferOutput<typeof pastAnswerSchema>
