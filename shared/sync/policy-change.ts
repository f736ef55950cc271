import * as v from 'valibot'
import type { ClientId, DecisionId, SessionId, WorkerId } from '../ids.ts'
import { policySchema } from '../policy-schema.ts'
import type { Policy } from '../policy.ts'
import { uuid } from './fields.ts'

/** A whole policy of the warehouse, or of a client in it; null = the client has none of its own any more. */
export type PolicyAsk = { id: DecisionId; expectedVersion: number; client: ClientId | null; policy: Policy | null }
export type PolicyRequest = PolicyAsk & { worker: WorkerId; session: SessionId }

/** POST /api/policies */
export const policyRequestSchema: v.GenericSchema<unknown, PolicyRequest> = v.pipe(
  v.object({
    worker: uuid<WorkerId>(),
    session: uuid<SessionId>(),
    id: uuid<DecisionId>(),
    expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    client: v.nullable(uuid<ClientId>()),
    policy: v.nullable(policySchema),
  }),
  v.check(({ client, policy }) => client !== null || policy !== null, 'a warehouse has a policy'),
)
