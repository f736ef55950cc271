import * as v from 'valibot'
import type { Worker } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { policyChanges, policyRestoreSchema, policyVersionsSchema } from '../../shared/desk/policy-versions.ts'
import type { WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { policySchema } from '../../shared/policy-schema.ts'
import { decisionAnswerSchema } from '../../shared/sync/decision.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { policyRequestSchema } from '../../shared/sync/policy-change.ts'
import { renewRoster } from '../auth/roster.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import type { AppDeps } from './deps.ts'
import { json, NOTHING, personEndpoint } from './endpoint.ts'
import { refused } from './refused.ts'

const querySchema = v.object({ worker: uuid<WorkerId>() })
export const policiesAnswerSchema = v.object({
  version: v.number(),
  warehouse: policySchema,
  clients: v.record(v.string(), policySchema),
})

/** GET /api/policies: how the warehouse works, and what clients have of their own. */
export const policiesEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/policies',
    summary: 'The policies of the warehouse and of its clients, with the version that a change must name.',
    query: querySchema,
    body: NOTHING,
    roles: ['administrator'],
    answers: { 200: { description: 'One version of the policies', schema: policiesAnswerSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, who, warehouse }) => {
    const set = await deps.stores.site.policies(warehouse)
    if (set === null) return sendJson(c, { version: 0, warehouse: DEFAULT_POLICY, clients: {} })
    return sendJson(c, cutTo(who, set))
  },
)

/** What another client has agreed with the warehouse is nobody else's business. */
const cutTo = (who: Pick<Worker, 'clients'>, set: PolicySet): PolicySet => {
  const seen = Object.entries(set.clients).filter(([client]) => who.clients?.some(id => id === client) ?? true)
  return { ...set, clients: Object.fromEntries(seen) }
}

const PAGE = 20
const versionsQuery = v.object({
  worker: uuid<WorkerId>(),
  after: v.optional(v.pipe(v.string(), v.regex(/^\d{0,9}$/)), ''),
})

/** GET /api/policies/versions: every version that there has been. */
export const policyVersionsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/policies/versions',
    summary: 'The versions of the policies, the newest first: who has made them, when, and what they have changed.',
    query: versionsQuery,
    body: NOTHING,
    roles: ['administrator'],
    answers: { 200: { description: 'A page of versions', schema: policyVersionsSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, who, warehouse }) => {
    const query = parseAs(versionsQuery, c.req.query())
    const before = query.after === '' ? null : Number(query.after)
    // One more: what a version has changed is told by the one before it.
    const found = await deps.stores.site.policyVersions(warehouse, { before, limit: PAGE + 1 })
    const sets = found.map(({ set }) => cutTo(who, set))
    const rows = found.slice(0, PAGE).map(({ version, at, worker, restored }, n) => {
      const [is, was] = [sets[n], sets[n + 1]]
      return {
        version,
        at,
        worker,
        restored,
        changes: is === undefined || was === undefined ? [] : policyChanges(was, is),
      }
    })
    const last = rows.at(-1)
    return sendJson(c, { rows, next: found.length > PAGE && last !== undefined ? String(last.version) : null })
  },
)

/**
 * The roster says who confirms a badge by a PIN, so that a handheld knows it before it knows any policy. What does not
 * work here, as beside a change of people, the next hour makes up for.
 */
const tellRoster = async ({ stores, serverKey, now, log }: AppDeps, warehouse: WarehouseId): Promise<void> => {
  try {
    await renewRoster(stores.site, serverKey, warehouse, now())
  } catch (error) {
    log.warn({ err: error }, 'the roster does not say yet what the new policy asks')
  }
}

/** POST /api/policies: commands that were judged by an earlier version stay judged by that one. */
export const changePolicyEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/policies',
    summary:
      'Replaces the policy of the warehouse or of one client, on the version that was seen; makes a new version.',
    body: json(64 * 1024, policyRequestSchema),
    roles: ['administrator'],
    strictly: true,
    answers: {
      200: { description: 'Done with the new version, or refused with the present one', schema: decisionAnswerSchema },
    },
    refusals: ['role', 'not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { worker: _, session: __, ...ask } = body
    const { site } = deps.stores
    const clients = await site.clients(warehouse)
    if (who.clients !== null && (ask.client === null || !who.clients.includes(ask.client)))
      throw refused('role', 'How the warehouse and other clients work is not theirs to change.')
    if (ask.client !== null && !clients.some(one => one.id === ask.client)) throw refused('not_found')
    const answer = await site.changePolicy({ warehouse, worker: who.id, now: deps.now(), ask })
    if (answer.outcome === 'done') {
      await tellRoster(deps, warehouse)
      deps.doorbell.ring(warehouse)
    }
    return sendJson(c, answer)
  },
)

/** POST /api/policies/restore: the whole of an earlier version, of all clients, becomes a new version. */
export const restorePolicyEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/policies/restore',
    summary: 'Makes a new version of the policies that says what an earlier one said, on the version that was seen.',
    body: json(1024, policyRestoreSchema),
    roles: ['administrator'],
    strictly: true,
    answers: {
      200: { description: 'Done with the new version, or refused with the present one', schema: decisionAnswerSchema },
    },
    refusals: ['role', 'not_found', 'bad_request'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { worker: _, session: __, ...ask } = body
    if (who.clients !== null) throw refused('role', 'How the warehouse and other clients work is not theirs to change.')
    const [was] = await deps.stores.site.policyVersions(warehouse, { before: ask.version + 1, limit: 1 })
    if (was?.version !== ask.version) throw refused('not_found')
    // What was allowed once may not be any more; a version never changes, so that a look beforehand is enough.
    const policies = [was.set.warehouse, ...Object.values(was.set.clients)]
    if (!policies.every(one => v.is(policySchema, one)))
      throw refused('bad_request', 'That version says what is no longer allowed.')
    const answer = await deps.stores.site.restorePolicy({ warehouse, worker: who.id, now: deps.now(), ask })
    if (answer.outcome === 'done') {
      await tellRoster(deps, warehouse)
      deps.doorbell.ring(warehouse)
    }
    return sendJson(c, answer)
  },
)
