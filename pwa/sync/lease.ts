import type { InferOutput } from 'valibot'
import type { Roster } from '../../shared/catalogue.ts'
import type { leaseRequestSchema } from '../../shared/sync/enrol.ts'
import type { Handheld } from './handheld.ts'
import type { Reply } from './ports.ts'

export type LeaseRequest = InferOutput<typeof leaseRequestSchema>

/** A refusal `leased` names the worker by id, so that the question "… has started this" can name a person. */
export const leaseAnswer = (reply: Reply<unknown>, roster: Roster | null): Awaited<ReturnType<Handheld['lease']>> => {
  if (reply.kind === 'ok') return { kind: 'ok' }
  if (reply.kind === 'offline') return { kind: 'offline' }
  const { refusal, status } = reply
  if (refusal?.code === 'leased') {
    const worker = roster?.workers.find(one => one.id === refusal.id)
    return { kind: 'taken', by: worker?.name ?? refusal.message }
  }
  return status === 404 || refusal?.code === 'not_found' ? { kind: 'gone' } : { kind: 'offline' }
}
