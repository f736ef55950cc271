import * as v from 'valibot'
import { calendarInstant } from '../../../shared/sync/calendar.ts'
import { payloadOf } from '../../workers/compare-effects.ts'
import type { ConnectorId } from '../../../shared/ids.ts'
import { ERROR_CLASSES, OUTBOX_STATES, STOPPED } from '../../workers/outbox-port.ts'
import type { ErrorClass, OutboxFilter, OutboxRow, OutboxState, Settle } from '../../workers/outbox-port.ts'
import { orWords } from '../../workers/erp-desk.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import { json, NOTHING, personEndpoint } from '../endpoint.ts'
import { pageLimit } from '../page-key.ts'
import { refused } from '../refused.ts'
import { askSignal, asker, bridgeOf, connectionAt, decider, erpAt, KEEPERS, reasonText } from './erp-call.ts'

const word = v.pipe(v.string(), v.maxLength(200))
const classes = v.picklist(ERROR_CLASSES)
const querySchema = v.object({
  ...asker,
  state: v.optional(v.picklist(OUTBOX_STATES)),
  type: v.optional(word),
  errorClass: v.optional(classes),
  subject: v.optional(word),
  gap: v.optional(word),
  /** Where the last page ended. */
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number))),
  limit: pageLimit,
})

const messageSchema = v.looseObject({
  key: v.string(),
  seq: v.number(),
  subject: v.string(),
  type: v.string(),
  state: v.picklist(OUTBOX_STATES),
  errorClass: v.nullable(classes),
  attempts: v.number(),
  version: v.number(),
  /** What the ERP asks, or what stands in the way, in words. */
  question: v.nullable(v.string()),
  gap: v.nullable(v.string()),
  /** The question of the ERP (or of ours before a correction) with its answers. */
  ask: v.nullable(
    v.object({
      id: v.string(),
      text: v.string(),
      answers: v.array(v.object({ id: v.string(), text: v.string() })),
    }),
  ),
  payload: v.unknown(),
  createdAt: v.string(),
  nextAt: v.string(),
  postedAt: v.nullable(v.string()),
})

type Wanted = { state?: OutboxState; type?: string; errorClass?: ErrorClass; subject?: string; gap?: string }
const filterOf = (
  connector: ConnectorId,
  { state, type, ...rest }: Wanted & { keys?: readonly string[]; before?: string },
): OutboxFilter => ({
  connector,
  ...(state === undefined ? {} : { states: [state] }),
  ...(type === undefined ? {} : { types: [type] }),
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
})

export const erpMessagesEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/messages',
    summary: 'Messages of a connection, newest first: the queue, what is held, parked or dead, and what is done.',
    query: querySchema,
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: 'A page of messages',
        schema: v.object({ messages: v.array(messageSchema), next: v.nullable(v.string()) }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection, before, limit, ...wanted } = parseAs(querySchema, c.req.query())
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    const filter = filterOf(id, given(wanted))
    const messages = await at.erp.stores.outbox.list(filter, { beforeSeq: before ?? null, limit })
    const last = messages.length === limit ? messages.at(-1) : undefined
    return sendJson(c, { messages, next: last === undefined ? null : String(last.seq) })
  },
)
const given = <T extends object>(wanted: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

const one = v.object({ ...asker, key: v.pipe(v.string(), v.uuid()) })
export const erpMessageEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/message',
    summary:
      'One message: what it says now and said first, which commands it covers, and each try with its redacted call.',
    query: one,
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: 'The message',
        schema: v.object({
          message: messageSchema,
          first: v.unknown(),
          covers: v.unknown(),
          tries: v.array(v.looseObject({ n: v.number(), phase: v.string(), at: v.string() })),
        }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection, key } = parseAs(one, c.req.query())
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    const found = await at.erp.stores.outbox.get(key)
    if (found === null || found.row.connector !== id) throw refused('not_found', 'There is no such message.')
    const tries = await at.erp.stores.outbox.tries(key)
    return sendJson(c, { message: found.row, first: found.first, covers: found.covers, tries })
  },
)

const settleSchema = v.object({
  ...decider,
  filter: v.object({
    state: v.optional(v.picklist(STOPPED as readonly ['held', 'parked', 'dead'])),
    type: v.optional(word),
    errorClass: v.optional(classes),
    subject: v.optional(word),
    gap: v.optional(word),
    keys: v.optional(v.pipe(v.array(v.pipe(v.string(), v.uuid())), v.minLength(1), v.maxLength(500))),
  }),
  action: v.variant('kind', [
    v.object({ kind: v.literal('replay') }),
    v.object({ kind: v.literal('skip'), reason: reasonText }),
    v.object({ kind: v.literal('answer'), question: word, answer: word }),
    v.object({
      kind: v.literal('edit'),
      payload: v.unknown(),
      version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    }),
  ]),
  /** Nothing is changed: the ERP is asked what it has of each. */
  dryRun: v.optional(v.boolean(), false),
})
const counted = v.record(v.string(), v.number())

const MAX_TRIED = 200

/** What would come of it: what is found posted already would be confirmed, the rest posted. */
const tried = async (rows: readonly OutboxRow[], bridge: ReturnType<typeof bridgeOf>) => {
  const found: Record<string, number> = {}
  for (const row of rows) {
    const state = await orWords(async () => {
      const op = await bridge.operationOf(row)
      return op === null ? 'nothing' : (await bridge.connector.find(op, row.remoteRef, askSignal())).state
    })
    const name = typeof state === 'string' ? state : state.class
    found[name] = (found[name] ?? 0) + 1
  }
  return found
}

export const settleErpMessagesEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/messages',
    summary:
      'Lets stopped messages go on (one, a filter, all), skips them with a reason, answers the ERP’s question, or edits one. With dryRun the ERP is only asked what it has of each.',
    body: json(256 * 1024, settleSchema),
    roles: KEEPERS,
    answers: {
      200: {
        description: 'How many messages it applied to; with dryRun, how many there are and what the ERP has of them',
        schema: v.object({ settled: v.number(), found: v.nullable(counted) }),
      },
    },
    refusals: ['role', 'not_found', 'stale'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    const connection = await connectionAt(at, warehouse, body.connection)
    const { outbox } = at.erp.stores
    const filter = filterOf(connection.id, given(body.filter))
    if (body.dryRun) {
      const stopped = { ...filter, states: filter.states ?? STOPPED }
      const rows = await outbox.list(stopped, { beforeSeq: null, limit: MAX_TRIED })
      return sendJson(c, { settled: rows.length, found: await tried(rows, bridgeOf(at, connection)) })
    }
    const how: Settle = body.action
    if (how.kind === 'edit') {
      if (body.filter.keys?.length !== 1) throw refused('bad_request', 'One message is edited at a time.')
      if (payloadOf({ payload: how.payload }) === null)
        throw refused('bad_request', 'The message is not as it must be.')
    }
    const settled = await outbox.settle(filter, how, at.who.id, deps.now())
    if (how.kind === 'edit' && settled === 0)
      throw refused('stale', 'The message is not stopped any more, or somebody else has edited it.')
    return sendJson(c, { settled, found: null })
  },
)

const FACT_DAYS = 31
const factsQuery = v.object({
  ...asker,
  from: calendarInstant,
  to: calendarInstant,
})
const nullable = v.nullable(v.string())
/** GET /api/erp/facts: what KPIs are made of. */
export const erpFactsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/erp/facts',
    summary:
      'Of each message: when it was captured, applied, delivered and acknowledged, its attempts and its outcome.',
    query: factsQuery,
    body: NOTHING,
    roles: KEEPERS,
    answers: {
      200: {
        description: `Messages that were applied in [from, to), at most ${FACT_DAYS} days`,
        schema: v.object({
          facts: v.array(
            v.object({
              key: v.string(),
              type: v.string(),
              state: v.picklist(OUTBOX_STATES),
              errorClass: v.nullable(classes),
              attempts: v.number(),
              capturedAt: nullable,
              appliedAt: v.string(),
              deliveredAt: nullable,
              acknowledgedAt: nullable,
            }),
          ),
        }),
      },
    },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { connection, from, to } = parseAs(factsQuery, c.req.query())
    if (Date.parse(to) - Date.parse(from) > FACT_DAYS * 86_400_000)
      throw refused('bad_request', `At most ${FACT_DAYS} days at once.`)
    const at = erpAt(deps, who)
    const { id } = await connectionAt(at, warehouse, connection)
    return sendJson(c, { facts: await at.erp.stores.outbox.facts(id, from, to) })
  },
)
