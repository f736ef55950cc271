import type { TaskId } from '../../shared/ids.ts'
import type * as v from 'valibot'
import type { leaseRequestSchema } from '../../shared/sync/enrol.ts'
import type { Handheld } from './handheld.ts'
import type { Reply } from './ports.ts'
import type { leaseAnswerSchema } from './transport.ts'

export type LeaseRequest = v.InferOutput<typeof leaseRequestSchema>
export type LeaseAnswer = v.InferOutput<typeof leaseAnswerSchema>

/** A refusal says nothing about the task: it is as if nobody could be asked. */
export const leaseAnswer = (reply: Reply<LeaseAnswer>): Awaited<ReturnType<Handheld['lease']>> =>
  reply.kind === 'ok' && reply.body.kind !== 'next' ? reply.body : { kind: 'offline' }

/** Null: nobody could be asked. */
export const nextAnswer = (reply: Reply<LeaseAnswer>): readonly TaskId[] | null =>
  reply.kind === 'ok' && reply.body.kind === 'next' ? reply.body.tasks : null
