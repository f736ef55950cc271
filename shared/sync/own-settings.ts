import * as v from 'valibot'
import type { WorkerId } from '../ids.ts'
import { isoInstant, uuid } from './fields.ts'

const level = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max))

/** How a person likes their handheld. It belongs to the person and goes along to every handheld that they log in at. */
export const ownSettingsSchema = v.object({
  language: v.picklist(['en', 'tr']),
  theme: v.picklist(['auto', 'light', 'dark']),
  /** Percent of the normal size. */
  text: v.picklist([100, 125, 150, 175, 200]),
  buttons: v.picklist([100, 125, 150]),
  leftHand: v.boolean(),
  sound: level(10),
  vibration: level(5),
  /** A handheld of an earlier version does not know it. */
  noisy: v.optional(v.boolean(), false),
})
export type OwnSettings = v.InferOutput<typeof ownSettingsSchema>

/** GET /api/own-settings. `at` null = the person has chosen nothing yet. The latest choice counts, whichever handheld it was made at. */
export const ownSettingsAnswerSchema = v.object({
  at: v.nullable(isoInstant),
  settings: v.nullable(ownSettingsSchema),
})
export type OwnSettingsAnswer = v.InferOutput<typeof ownSettingsAnswerSchema>

/** POST /api/own-settings: what was chosen, and when by the corrected clock. The answer is what counts now. */
export const ownSettingsRequestSchema = v.object({
  worker: uuid<WorkerId>(),
  at: isoInstant,
  settings: ownSettingsSchema,
})
