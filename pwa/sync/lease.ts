import * as v from 'valibot'
import type { TaskId } from '../../shared/ids.ts'
import type { leaseRequestSchema } from '../../shared/sync/enrol.ts'
import { uuid } from '../../shared/sync/fields.ts'
import type { Handheld } from './handheld.ts'
import type { Reply } from './ports.ts'

export type LeaseRequest = v.InferOutput<typeof leaseRequestSchema>

/** Who has the task is an answer, not a refusal. */
export const leaseAnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('ok') }),
  v.object({ kind: v.literal('taken'), by: v.string(), since: v.optional(v.string()) }),
  v.object({ kind: v.literal('gone') }),
  /** First task of each walk that the device has now, in their order. */
  v.object({ kind: v.literal('next'), tasks: v.pipe(v.array(uuid<TaskId>()), v.maxLength(100)) }),
])
export type LeaseAnswer = v.InferOutput<typeof leaseAnswerSchema>

/** A refusal says nothing about the task: it is as if nobody could be asked. */
export const leaseAnswer = (reply: Reply<LeaseAnswer>): Awaited<ReturnType<Handheld['lease']>> =>
  reply.kind === 'ok' && reply.body.kind !== 'next' ? reply.body : { kind: 'offline' }

/** Null: nobody could be asked. */
export const nextAnswer = (reply: Reply<LeaseAnswer>): readonly TaskId[] | null =>
  reply.kind === 'ok' && reply.body.kind === 'next' ? reply.body.tasks : null
