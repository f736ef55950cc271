import * as v from 'valibot'
import { calendarInstant } from '../../../shared/sync/calendar.ts'
import { DRIFT_CLASSES, PROPOSALS } from '../../workers/compare-port.ts'
import { actOn, DRIFT_ACTIONS, partOf, withoutCause } from '../../workers/compare-act.ts'
import { compareRound } from '../../workers/compare.ts'
import { orWords } from '../../workers/erp-desk.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import { json, NOTHING, personEndpoint } from '../endpoint.ts'
import { pageLimit } from '../page-key.ts'
import { refused } from '../refused.ts'
import { askSignal, asker, bridgeOf, connectionAt, decider, erpAt, KEEPERS, reasonText } from './erp-call.ts'

const text = v.pipe(v.string(), v.maxLength(200))
const nullable = v.nullable(v.string())
const runSchema = v.looseObject({
  id: v.string(),
  cause: v.string(),
  startedAt: v.string(),
  endedAt: nullable,
  keys: v.number(),
  drifts: v.number(),
  moving: v.number(),
  units: v.number(),
  /** Null = went through; else why not. */
  outcome: nullable,
})
const driftSchema = v.looseObject({
  /** The ERP's id of it, and ours; null = we have none. */
  item: v.string(),
  itemId: v.nullable(v.string()),
  location: v.string(),
  lot: v.string(),
  theirs: v.number(),
  ours: v.number(),
  drift: v.number(),
  class: v.picklist(DRIFT_CLASSES),
  proposal: v.picklist(PROPOSALS),
  because: v.array(v.string()),
  /** What each class has of the difference, the rest that nothing explains among them. */
  causes: v.array(
    v.object({
      class: v.picklist(DRIFT_CLASSES),
      proposal: v.picklist(PROPOSALS),
      n: v.number(),
      because: v.array(v.string()),
    }),
  ),
  firstAt: v.string(),
  lastAt: v.string(),
  closedAt: nullable,
  closedBy: nullable,
})

const runsQuery = v.object({ ...asker, before: v.optional(calendarInstant), limit: pageLimit })
export const erpRunsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/compare',
    summary: 'Comparisons of the books, newest first.',
    query: runsQuery,
    body: NOTHING,
    roles: KEEPERS,
    answers: { 200: { description: 'Runs', schema: v.object({ runs: v.array(runSchema), next: nullable }) } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection, before, limit } = parseAs(runsQuery, c.req.query())
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    const runs = await at.erp.stores.compare.runs(id, { before: before ?? null, limit })
    const last = runs.length === limit ? runs.at(-1) : undefined
    return sendJson(c, { runs, next: last?.startedAt ?? null })
  },
)

const compareSchema = v.object({
  ...decider,
  /** The ERP's ids of items; missing = everything, in the background. */
  items: v.optional(v.pipe(v.array(text), v.minLength(1), v.maxLength(50))),
})
export const compareErpEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/compare',
    summary: 'Compares the books now: some items at once, or everything as soon as the worker looks.',
    body: json(16 * 1024, compareSchema),
    roles: KEEPERS,
    answers: {
      200: {
        description: 'The run; null = it has been asked for, or the connection is not to be used for now',
        schema: v.union([v.object({ run: v.nullable(runSchema) }), v.object({ class: v.string(), words: v.string() })]),
      },
    },
    refusals: ['role', 'not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    const connection = await connectionAt(at, warehouse, body.connection)
    const { items } = body
    if (items === undefined) {
      at.erp.bridges.compare(connection.id)
      return sendJson(c, { run: null })
    }
    const { comparing } = bridgeOf(at, connection)
    const end = await orWords(async () => ({
      run: await compareRound(comparing, { cause: 'demand', items }, askSignal()),
    }))
    return sendJson(c, end)
  },
)

const driftsQuery = v.object({
  ...asker,
  open: v.optional(v.picklist(['0', '1']), '1'),
  class: v.optional(v.picklist(DRIFT_CLASSES)),
  item: v.optional(text),
  after: v.optional(v.pipe(v.string(), v.maxLength(500))),
  limit: pageLimit,
})
export const erpDriftsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/drifts',
    summary: 'Differences between the books, each with its class, what it comes from and what could be done.',
    query: driftsQuery,
    body: NOTHING,
    roles: KEEPERS,
    answers: { 200: { description: 'A page', schema: v.object({ drifts: v.array(driftSchema), next: nullable }) } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection, open, after, limit, ...wanted } = parseAs(driftsQuery, c.req.query())
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    const filter = {
      open: open === '1',
      ...(wanted.class === undefined ? {} : { class: wanted.class }),
      ...(wanted.item === undefined ? {} : { item: wanted.item }),
    }
    const drifts = await at.erp.stores.compare.drifts(id, filter, { after: after ?? null, limit })
    const last = drifts.length === limit ? drifts.at(-1) : undefined
    const known = await at.erp.stores.compare.items(id, [...new Set(drifts.map(row => row.item))])
    const rows = drifts.map(row => ({ ...row, itemId: known.get(row.item)?.id ?? null }))
    return sendJson(c, { drifts: rows, next: last === undefined ? null : `${last.item}|${last.location}|${last.lot}` })
  },
)

const actSchema = v.object({
  ...decider,
  item: text,
  location: text,
  lot: text,
  /** The run that was seen: what has been looked at again since is decided anew. */
  run: v.pipe(v.string(), v.uuid()),
  action: v.picklist(DRIFT_ACTIONS),
  /** Of a difference with several causes: the one that is decided about. */
  cause: v.optional(v.picklist(DRIFT_CLASSES)),
  reason: reasonText,
})
/** What changes a figure of either book is a supervisor's approval. */
const BOOKS = new Set<string>(['adoptOurs', 'adoptTheirs'])

export const actOnErpDriftEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/drifts',
    summary:
      'Decides about one difference, with a reason: post again, take back, take either figure (a supervisor), have it counted, or leave it.',
    body: json(16 * 1024, actSchema),
    roles: KEEPERS,
    answers: {
      200: {
        description: 'Done; or in words why not',
        schema: v.union([
          v.object({ done: v.literal(true) }),
          v.object({ done: v.literal(false), words: v.string() }),
          v.object({ class: v.string(), words: v.string() }),
        ]),
      },
    },
    refusals: ['role', 'not_found', 'stale'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    if (BOOKS.has(body.action) && !at.who.roles.includes('supervisor')) throw refused('role')
    const connection = await connectionAt(at, warehouse, body.connection)
    const { compare } = at.erp.stores
    const { item, location, lot, reason, action, cause } = body
    const open = await compare.drifts(connection.id, { open: true, item }, { after: null, limit: 1000 })
    const drift = open.find(row => row.location === location && row.lot === lot)
    if (drift === undefined) throw refused('not_found', 'There is no such difference (any more).')
    if (drift.run !== body.run) throw refused('stale', 'It has been compared again since.')
    const decided = cause === undefined ? drift : partOf(drift, cause)
    if (decided === null) throw refused('stale', 'It has no such cause (any more).')
    const bridge = bridgeOf(at, connection)
    const act = { stores: at.erp.stores, bridge, drift: decided, by: at.who.id, reason, now: deps.now }
    // Closed first: of two people who decide at once, one is too late.
    const closedAt = deps.now()
    if (!(await compare.close(connection.id, drift, `${action} ${at.who.id}: ${reason}`, closedAt)))
      throw refused('stale', 'Somebody else has decided meanwhile.')
    const end = await orWords(() => actOn(act, action, askSignal()))
    if ('done' in end && end.done) deps.doorbell.ring(warehouse)
    else await compare.reopen(connection.id, drift, closedAt)
    // The other causes are a difference of their own from now on; while the ERP is away the next comparison finds it.
    if ('done' in end && end.done && drift.causes.length > 1 && cause !== undefined) {
      const ask = { cause: 'demand', items: [item], known: [withoutCause(drift, cause)] } as const
      await orWords(() => compareRound(bridge.comparing, ask, askSignal()))
    }
    return sendJson(c, end)
  },
)
