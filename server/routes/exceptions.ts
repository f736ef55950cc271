import * as v from 'valibot'
import { CHOICES, EXCEPTION_STATES, INTEGRATOR_KINDS, KINDS } from '../../shared/exception-choices.ts'
import { limitsOf } from '../../shared/exception-limits.ts'
import { exceptionsAnswerSchema } from '../../shared/desk/exceptions.ts'
import type { ExceptionsAnswer } from '../../shared/desk/exceptions.ts'
import type { ClientId, ItemId, LocationId, WorkerId } from '../../shared/ids.ts'
import { decisionsAnswerSchema } from '../../shared/sync/decision.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { settleRequestSchema } from '../../shared/sync/settle.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import { json, NOTHING, personEndpoint } from './endpoint.ts'
import { afterKey, pageLimit, readKey, writeKey } from './page-key.ts'
import { refused } from './refused.ts'

const querySchema = v.object({
  worker: uuid<WorkerId>(),
  kind: v.optional(v.picklist(KINDS)),
  state: v.optional(v.picklist(EXCEPTION_STATES), 'open'),
  client: v.optional(uuid<ClientId>()),
  location: v.optional(uuid<LocationId>()),
  item: v.optional(uuid<ItemId>()),
  after: afterKey,
  limit: pageLimit,
})

/** GET /api/exceptions: one row a cause. */
export const exceptionsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/exceptions',
    summary: 'Facts that contradict the books, the oldest first, one row a cause, with the choices that there are.',
    query: querySchema,
    body: NOTHING,
    roles: ['integrator'],
    answers: { 200: { description: 'A page of exceptions', schema: exceptionsAnswerSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, who, warehouse, device }) => {
    const want = parseAs(querySchema, c.req.query())
    const key = readKey(want.after)
    if (key === undefined) throw refused('bad_request', 'There is no such page.')
    const theirs = who.roles.includes('supervisor') ? KINDS : [...INTEGRATOR_KINDS]
    const { client } = want
    const clients = client === undefined ? who.clients : (who.clients?.filter(one => one === client) ?? [client])
    const rows = await deps.stores.desk.exceptions({
      warehouse,
      device,
      worker: who.id,
      clients,
      state: want.state,
      kinds: theirs.filter(kind => want.kind === undefined || kind === want.kind),
      location: want.location ?? null,
      item: want.item ?? null,
      after: key === null ? null : { openedAt: key.at, id: key.id },
      limit: want.limit,
    })
    const last = rows.length === want.limit ? rows.at(-1) : undefined
    const limits = limitsOf(await deps.stores.site.policies(warehouse))
    return sendJson(c, {
      exceptions: rows.map(({ hits, workers, ...row }) => ({
        ...row,
        version: hits,
        workers: [...workers],
        choices: [...CHOICES[row.kind]],
        limit: limits(row.kind),
      })),
      next: last === undefined ? null : writeKey({ at: last.openedAt, id: last.id, n: 0 }),
    } satisfies ExceptionsAnswer)
  },
)

/** POST /api/exceptions: a choice and, in words, why. */
export const settleEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/exceptions',
    summary:
      'Settles exceptions, each with one of its choices and in words why. One answer each, repeated for the same id.',
    body: json(256 * 1024, settleRequestSchema),
    roles: ['integrator'],
    answers: { 200: { description: 'One answer for each decision', schema: decisionsAnswerSchema } },
    refusals: ['role'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = { warehouse, now: deps.now() }
    const results = await deps.stores.desk.settle(at, who, body.decisions, (command, err) =>
      deps.log.error(
        { ...command, err },
        'a rule failed on a command that was judged once more; it stays in quarantine',
      ),
    )
    if (results.some(one => one.outcome === 'done')) deps.doorbell.ring(warehouse)
    return sendJson(c, { results: [...results] })
  },
)
