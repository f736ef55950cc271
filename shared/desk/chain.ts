import * as v from 'valibot'
import type { DeviceId, WorkerId } from '../ids.ts'
import { uuid } from '../sync/fields.ts'

/** GET /api/desk/chain: whether the audit log is whole; with a handheld, whether its signed commands are. */
export const chainQuery = v.object({ device: v.optional(v.union([v.literal(''), uuid<DeviceId>()]), '') })
export const auditCheckSchema = v.object({
  entries: v.number(),
  /** Entries whose text was erased: their place in the chain is checked, their text cannot be any more. */
  erased: v.number(),
  /** Number of the first entry that does not fit; null = whole. */
  firstBreak: v.nullable(v.number()),
})
export type AuditCheck = v.InferOutput<typeof auditCheckSchema>
export const commandsCheckSchema = v.object({
  commands: v.number(),
  /** Numbers that were declared lost, or have not come yet. */
  holes: v.number(),
  firstBreak: v.nullable(v.object({ epoch: v.string(), seq: v.number() })),
})
export type CommandsCheck = v.InferOutput<typeof commandsCheckSchema>
export const chainAnswerSchema = v.object({
  audit: auditCheckSchema,
  device: v.nullable(commandsCheckSchema),
  /** When the last whole backup was told of, ISO; null = never. `isDue`: that is over a day and an hour ago, or never was. */
  backup: v.object({ at: v.nullable(v.string()), isDue: v.boolean() }),
})
export type ChainAnswer = v.InferOutput<typeof chainAnswerSchema>

/** POST /api/desk/people/erase: the name of somebody who has left, everywhere. It cannot be taken back. */
export const eraseSchema = v.object({
  worker: uuid<WorkerId>(),
  expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
export const erasedSchema = v.object({
  name: v.string(),
  /** Notes that the person has written: they are signed and stay, somebody should read them. */
  notes: v.number(),
})
