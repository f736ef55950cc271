import * as v from 'valibot'
import type { ClientId, ItemId, LocationId, SessionId, TaskId, WorkerId } from '../ids.ts'
import { quantity, uuid } from '../sync/fields.ts'

const FACES_MAX = 500

/** The home of an item for picking: refilled below `min` up to `max`. */
export const faceSchema = v.pipe(
  v.object({
    client: uuid<ClientId>(),
    item: uuid<ItemId>(),
    min: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000_000_000)),
    max: quantity,
  }),
  v.check(face => face.min <= face.max, 'min is above max'),
)

/** POST /api/faces: each place gets its face, null takes it away. All of them or none. */
export const facesRequestSchema = v.object({
  worker: uuid<WorkerId>(),
  session: v.optional(uuid<SessionId>()),
  faces: v.pipe(
    v.array(v.object({ place: uuid<LocationId>(), face: v.nullable(faceSchema) })),
    v.minLength(1),
    v.maxLength(FACES_MAX),
  ),
})
export type FaceSetting = v.InferOutput<typeof facesRequestSchema>['faces'][number]
export const facesAnswerSchema = v.object({ set: v.number() })

/** POST /api/faces/fill: fill it up to max, whatever lies there. */
export const fillRequestSchema = v.object({
  worker: uuid<WorkerId>(),
  session: v.optional(uuid<SessionId>()),
  place: uuid<LocationId>(),
})
/** Null: it is full, somebody fills it already, or nothing can be taken. */
export const fillAnswerSchema = v.object({ task: v.nullable(uuid<TaskId>()) })
