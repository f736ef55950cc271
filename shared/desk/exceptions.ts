import * as v from 'valibot'
import { KINDS } from '../exception-choices.ts'
import { DUTY_ROLES } from '../exception-limits.ts'
import type { WorkerId } from '../ids.ts'
import { uuid } from '../sync/fields.ts'
import { MAX_SETTLED } from '../sync/settle.ts'
import type { ExceptionId } from '../sync/settle.ts'

const settlement = v.object({ choice: v.string(), words: v.string(), worker: v.string(), at: v.string() })
export const exceptionsAnswerSchema = v.object({
  exceptions: v.array(
    v.object({
      id: v.string(),
      kind: v.picklist(KINDS),
      /** What it is about; one row is open for a kind and subject. */
      subject: v.string(),
      state: v.string(),
      /** How often it has happened; decisions name it. */
      version: v.number(),
      body: v.record(v.string(), v.unknown()),
      openedAt: v.string(),
      closedAt: v.nullable(v.string()),
      workers: v.array(v.string()),
      /** The proposed one first; empty = it ends with the variance it belongs to. */
      choices: v.array(v.string()),
      /** Who sees to it. */
      owner: v.nullable(v.string()),
      /** Whose work the kind is, and after how many minutes it is late: by the policy of the moment. */
      limit: v.object({ minutes: v.number(), owner: v.picklist(DUTY_ROLES) }),
      settled: v.nullable(settlement),
    }),
  ),
  next: v.nullable(v.string()),
})
export type ExceptionsAnswer = v.InferOutput<typeof exceptionsAnswerSchema>

/** `seen`: who saw to it when it was shown. */
export type OwnAsk = { owner: WorkerId | null; exceptions: { exception: ExceptionId; seen: WorkerId | null }[] }
const owner = v.nullable(uuid<WorkerId>())
/** POST /api/desk/exceptions/owner: who sees to them from now on, null = nobody. */
export const ownSchema: v.GenericSchema<unknown, OwnAsk> = v.object({
  owner,
  exceptions: v.pipe(
    v.array(v.object({ exception: uuid<ExceptionId>(), seen: owner })),
    v.minLength(1),
    v.maxLength(MAX_SETTLED),
  ),
})
/** In the order that was asked. */
export const ownedSchema = v.object({
  results: v.array(v.object({ outcome: v.picklist(['done', 'refused']), code: v.optional(v.string()) })),
})
export type Owned = v.InferOutput<typeof ownedSchema>
