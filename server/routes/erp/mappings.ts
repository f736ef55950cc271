import * as v from 'valibot'
import { MAPPING_KINDS } from '../../workers/connection.ts'
import { openGaps } from '../../workers/release.ts'
import { PROBLEMS } from '../../workers/import-port.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import { json, NOTHING, personEndpoint } from '../endpoint.ts'
import { pageLimit } from '../page-key.ts'
import { asker, bridgeOf, connectionAt, decider, erpAt, KEEPERS } from './erp-call.ts'

const query = v.object(asker)
const kind = v.picklist(MAPPING_KINDS)
const name = v.pipe(v.string(), v.maxLength(200))
const gapsSchema = v.array(v.object({ gap: v.string(), waiting: v.number() }))

export const erpMappingsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/mappings',
    summary: 'What things are called here and there, and the gaps that messages wait for.',
    query,
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: 'The mapping of a connection',
        schema: v.object({
          mappings: v.array(
            v.object({
              kind,
              ours: v.string(),
              theirs: v.string(),
              version: v.number(),
              source: v.string(),
              by: v.string(),
              at: v.string(),
            }),
          ),
          gaps: gapsSchema,
        }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection } = parseAs(query, c.req.query())
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    const { mappings, outbox } = at.erp.stores
    const gaps = [...(await openGaps({ id, outbox }))].map(([gap, waiting]) => ({ gap, waiting }))
    return sendJson(c, { mappings: await mappings.all(id), gaps })
  },
)

const changeSchema = v.object({
  ...decider,
  /** `theirs` null takes the row away. */
  rows: v.pipe(
    v.array(v.object({ kind, ours: v.pipe(name, v.minLength(1)), theirs: v.nullable(name) })),
    v.minLength(1),
    v.maxLength(500),
  ),
})
export const changeErpMappingsEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/mappings',
    summary: 'Changes the mapping; every message that waited for what is filled now goes on.',
    body: json(256 * 1024, changeSchema),
    roles: KEEPERS,
    strictly: true,
    answers: {
      200: { description: 'How many messages go on', schema: v.object({ released: v.number(), gaps: gapsSchema }) },
    },
    refusals: ['role', 'not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    const connection = await connectionAt(at, warehouse, body.connection)
    const { mappings, outbox } = at.erp.stores
    const put = body.rows.flatMap(({ theirs, ...row }) =>
      theirs === null ? [] : [{ ...row, theirs, source: 'person' as const }],
    )
    if (put.length > 0) await mappings.put(connection.id, put, at.who.id, deps.now())
    for (const row of body.rows) if (row.theirs === null) await mappings.remove(connection.id, row.kind, row.ours)
    const released = await bridgeOf(at, connection).release()
    const gaps = [...(await openGaps({ id: connection.id, outbox }))].map(([gap, waiting]) => ({ gap, waiting }))
    return sendJson(c, { released, gaps })
  },
)

const flawsQuery = v.object({ ...asker, after: v.optional(v.pipe(v.string(), v.maxLength(300))), limit: pageLimit })
export const erpFlawsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/flaws',
    summary: 'The data-quality report: what is wrong with which record of the ERP, and what became of it.',
    query: flawsQuery,
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: 'A page of flaws, and how many there are of each',
        schema: v.object({
          counts: v.array(v.object({ problem: v.picklist(PROBLEMS), effect: v.string(), n: v.number() })),
          flaws: v.array(
            v.looseObject({ kind: v.string(), remote: v.string(), name: v.string(), problem: v.picklist(PROBLEMS) }),
          ),
          next: v.nullable(v.string()),
        }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection, after, limit } = parseAs(flawsQuery, c.req.query())
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    const store = at.erp.stores.import
    const [counts, flaws] = [await store.flawCounts(id), await store.flaws(id, { after: after ?? null, limit })]
    const last = flaws.length === limit ? flaws.at(-1) : undefined
    return sendJson(c, { counts, flaws, next: last === undefined ? null : `${last.kind} ${last.remote}` })
  },
)

/** How a connection would do before it goes live. */
export const erpRehearsalEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/rehearsal',
    summary:
      'What a connection that posts nothing yet has made of our messages: prepared ones, gaps, refusals, differences of the books, and what the last check found.',
    query,
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: 'The report',
        schema: v.object({
          mode: v.string(),
          /** Nothing of it stands in the way of going live. */
          ready: v.boolean(),
          health: v.nullable(v.looseObject({ ok: v.boolean() })),
          messages: v.record(v.string(), v.number()),
          /** Of the newest messages that were prepared and not posted, by type. */
          prepared: v.record(v.string(), v.number()),
          gaps: gapsSchema,
          stopped: v.array(v.looseObject({ key: v.string(), type: v.string(), question: v.nullable(v.string()) })),
          differences: v.record(v.string(), v.number()),
          flaws: v.array(v.object({ problem: v.string(), effect: v.string(), n: v.number() })),
        }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection } = parseAs(query, c.req.query())
    const at = erpAt(deps, who)
    const { id, mode, health } = await connectionAt(at, warehouse, connection)
    const { outbox, compare, import: imports } = at.erp.stores
    const page = { beforeSeq: null, limit: 1000 }
    const gaps = [...(await openGaps({ id, outbox }))].map(([gap, waiting]) => ({ gap, waiting }))
    const stopped = await outbox.list({ connector: id, states: ['held', 'dead'] }, { ...page, limit: 100 })
    const prepared = await outbox.list({ connector: id, states: ['rehearsed'] }, page)
    const drifts = await compare.drifts(id, { open: true }, { after: null, limit: 5000 })
    // What was only rehearsed is not there on purpose.
    const unmeant = drifts.filter(drift => drift.class !== 'skipped')
    return sendJson(c, {
      mode,
      ready: health?.ok === true && gaps.length === 0 && stopped.length === 0 && unmeant.length === 0,
      health,
      messages: await outbox.counts(id),
      prepared: tally(prepared.map(row => row.type)),
      gaps,
      stopped: stopped.map(({ key, type, state, errorClass, question }) => ({
        key,
        type,
        state,
        errorClass,
        question,
      })),
      differences: tally(drifts.map(drift => drift.class)),
      flaws: await imports.flawCounts(id),
    })
  },
)
const tally = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
