import * as v from 'valibot'
import type { Location } from '../catalogue.ts'
import type { ClientId, ItemId, LocationId, TaskId, WorkerId } from '../ids.ts'
import { quantity, uuid } from '../sync/fields.ts'

const FACES_MAX = 500

/** The home of an item for picking: refilled below `min` up to `max`. */
const faceSchema = v.pipe(
  v.object({
    client: uuid<ClientId>(),
    item: uuid<ItemId>(),
    min: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000_000_000)),
    max: quantity,
  }),
  v.check(face => face.min <= face.max, 'min is above max'),
)

export type FaceSetting = { place: LocationId; face: NonNullable<Location['face']> | null }
export type FacesRequest = { worker: WorkerId; faces: FaceSetting[] }

/** POST /api/faces: each place gets its face, null takes it away. All of them or none. */
export const facesRequestSchema: v.GenericSchema<unknown, FacesRequest> = v.object({
  worker: uuid<WorkerId>(),
  faces: v.pipe(
    v.array(v.object({ place: uuid<LocationId>(), face: v.nullable(faceSchema) })),
    v.minLength(1),
    v.maxLength(FACES_MAX),
  ),
})
export const facesAnswerSchema = v.object({ set: v.number() })

/** POST /api/faces/fill: fill it up to max, whatever lies there. */
export const fillRequestSchema: v.GenericSchema<unknown, { worker: WorkerId; place: LocationId }> = v.object({
  worker: uuid<WorkerId>(),
  place: uuid<LocationId>(),
})
/** Null: it is full, somebody fills it already, or nothing can be taken. */
export const fillAnswerSchema: v.GenericSchema<unknown, { task: TaskId | null }> = v.object({
  task: v.nullable(uuid<TaskId>()),
})
