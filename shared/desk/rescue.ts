import * as v from 'valibot'
import type { DeviceId } from '../ids.ts'
import { uuid } from '../sync/fields.ts'

/** Subject of the one cause under which rescues of handhelds that are not known here stand in the inbox. */
export const STRANGERS = 'strangers'

/** The latest ones are shown. */
export const MAX_RESCUES_SHOWN = 20

/** What was rescued of one handheld at one time, and what has become of it. */
export const rescueSchema = v.object({
  /** When it was whole here. */
  at: v.string(),
  /** Steps of this handheld that were in it. */
  steps: v.number(),
  /** Of those: known before. */
  known: v.number(),
  /** Booked, as if the handheld had sent them. */
  booked: v.number(),
  /** Kept in quarantine under their number, as rows of the inbox. */
  inbox: v.number(),
  /** Neither: they wait with the handheld until somebody decides. */
  waits: v.number(),
  /** Numbers that were in nothing that was found, declared as holes. */
  missing: v.number(),
  /** Codes that were scanned while no database could be opened: texts without a meaning, kept raw. */
  scans: v.number(),
  /** Something on the handheld could not be read, or the end was cut off. */
  isPartial: v.boolean(),
})
export type Rescue = v.InferOutput<typeof rescueSchema>

/** GET /api/desk/devices/rescue: the latest first. */
export const rescueQuery = v.object({ device: uuid<DeviceId>() })
export const rescuesSchema = v.object({ rows: v.array(rescueSchema) })
export type RescuesAnswer = v.InferOutput<typeof rescuesSchema>
