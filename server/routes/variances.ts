import * as v from 'valibot'
import type { Worker } from '../../shared/catalogue.ts'
import { VARIANCE_STATES } from '../../shared/count/life.ts'
import type { Variance } from '../../shared/count/variance.ts'
import { approversOf, limitFor } from '../../shared/desk/approver.ts'
import { variancesAnswerSchema } from '../../shared/desk/variances.ts'
import type { VariancesAnswer } from '../../shared/desk/variances.ts'
import type { WorkerId } from '../../shared/ids.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { approvalRules, standingOf } from '../../shared/desk/tolerance.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import { NOTHING, personEndpoint } from './endpoint.ts'
import { afterKey, pageLimit, readKey, writeKey } from './page-key.ts'
import { refused } from './refused.ts'

const DEFAULTS: PolicySet = { version: 0, warehouse: DEFAULT_POLICY, clients: {} }

/** What waits for a person, unless another state is asked for. */
const querySchema = v.object({
  worker: uuid<WorkerId>(),
  state: v.optional(v.picklist(VARIANCE_STATES), 'review'),
  after: afterKey,
  limit: pageLimit,
})

const shown = (
  one: Variance,
  cost: number | null,
  opposites: readonly Variance[],
  policies: PolicySet,
  people: { who: Worker; all: readonly Worker[] },
  past: readonly { at: string; delta: number }[],
): VariancesAnswer['variances'][number] => {
  const { key, point, seen, tries, counters, late, flags: why, photos, ...rest } = one
  const { id, round, version, state, kind, mode, attempt, typed, reason, worker } = rest
  const { book, delta, least, most, decided, effectiveAt, openedAt, changedAt } = rest
  const about = { id, round, version, state, kind, mode, attempt, typed, reason, worker }
  return {
    ...about,
    ...key,
    book,
    delta,
    least,
    most,
    decided,
    effectiveAt,
    openedAt,
    changedAt,
    photos: [...photos],
    countedAt: point.at,
    counted: seen,
    value: cost === null ? null : delta * cost,
    tries: tries.map(look => ({
      worker: look.worker,
      seen: look.seen,
      attempt: look.attempt,
      mode: look.mode,
      at: look.at,
    })),
    counters: [...counters],
    late: [...late],
    flags: [...why],
    opposites: opposites.map(({ id, version, state, key: { location }, delta, worker, counters }) => ({
      id,
      version,
      state,
      location,
      delta,
      worker,
      counters: [...counters],
    })),
    ...standingOf(one, cost, policies, opposites.length > 0),
    ...limitFor(one, cost, policies, people.who),
    approvers: approversOf(one, cost, policies, people.all),
    bulk: { ...approvalRules(policies, key.client).bulk },
    past: [...past],
  }
}

/** GET /api/variances: differences between counts and books, the oldest first. */
export const variancesEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/variances',
    summary:
      'Differences of counts, the oldest first, with all that a person needs to decide; `next` begins the next page.',
    query: querySchema,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: { description: 'A page of variances', schema: variancesAnswerSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, who, warehouse, device }) => {
    const { state, after, limit } = parseAs(querySchema, c.req.query())
    const key = readKey(after)
    if (key === undefined) throw refused('bad_request', 'There is no such page.')
    const rows = await deps.stores.desk.variances({
      warehouse,
      device,
      worker: who.id,
      clients: who.clients,
      states: [state],
      after: key === null ? null : { openedAt: key.at, id: key.id, round: key.n },
      limit,
    })
    const opposites = await deps.stores.desk.opposites(
      { warehouse, device, worker: who.id },
      rows.map(({ variance }) => variance.id),
    )
    const past = await deps.stores.desk.pastCounts(
      warehouse,
      rows.map(({ variance }) => variance.id),
    )
    const policies = (await deps.stores.site.policies(warehouse)) ?? DEFAULTS
    const all = (await deps.stores.site.roster(warehouse))?.roster.workers ?? []
    const last = rows.length === limit ? rows.at(-1)?.variance : undefined
    return sendJson(c, {
      variances: rows.map(({ variance, cost }) =>
        shown(variance, cost, opposites.get(variance.id) ?? [], policies, { who, all }, past.get(variance.id) ?? []),
      ),
      next: last === undefined ? null : writeKey({ at: last.openedAt, id: last.id, n: last.round }),
    } satisfies VariancesAnswer)
  },
)
