import * as v from 'valibot'
import type { CallId, DeviceId } from '../ids.ts'
import { CALL_KINDS, callText } from '../sync/calls.ts'
import { uuid } from '../sync/fields.ts'

const nullable = v.nullable(v.string())

/** POST /api/desk/devices/call: rings a handheld, or sends it a text. The same `id` again is the same call. */
export const callActSchema = v.variant('kind', [
  v.object({ kind: v.literal('ring'), id: uuid<CallId>(), device: uuid<DeviceId>() }),
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
