import * as v from 'valibot'
import type { CallId, DeviceId } from '../ids.ts'
import { CALL_KINDS, callText } from '../sync/calls.ts'
import { uuid } from '../sync/fields.ts'

const nullable = v.nullable(v.string())

/** POST /api/desk/devices/call: rings a handheld, sends it a text, logs its worker out, or asks it for its log. The same `id` again is the same call. */
export const callActSchema = v.variant('kind', [
  v.object({ kind: v.literal('ring'), id: uuid<CallId>(), device: uuid<DeviceId>() }),
  v.object({ kind: v.picklist(['out', 'logs']), id: uuid<CallId>(), device: uuid<DeviceId>() }),
  v.object({ kind: v.literal('text'), id: uuid<CallId>(), device: uuid<DeviceId>(), text: callText }),
])
export type CallAct = v.InferOutput<typeof callActSchema>

/** A call as the desk sees it: sent, on the handheld, answered by a person. */
export const callRowSchema = v.object({
  id: v.string(),
  kind: v.picklist(CALL_KINDS),
  text: v.string(),
  worker: v.string(),
  at: v.string(),
  gotAt: nullable,
  readAt: nullable,
  readBy: nullable,
})
export type CallRow = v.InferOutput<typeof callRowSchema>

/** GET /api/desk/devices/log: what a handheld has told of itself when it was asked. */
export const logQuery = v.object({ call: uuid<CallId>() })
export const logAnswerSchema = v.object({ device: v.string(), number: v.number(), at: v.string(), text: v.string() })
export type LogAnswer = v.InferOutput<typeof logAnswerSchema>
