import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import type { HttpAnswer } from './http.ts'
import { classify, json2, wordsOf } from './odoo-protocol.ts'
import type { OdooCall, Protocol } from './odoo-protocol.ts'
import { makeSession } from './session.ts'
import type { Secret } from './settings.ts'

/**
 * Rows of one model, archived ones among them. The fields are those that the schema names; an optional one is asked for where
 * the model has it.
 */
export type OdooQuery = {
  domain: readonly unknown[]
  order?: string
  limit?: number
  context?: Readonly<Record<string, unknown>>
}
type Row = v.ObjectSchema<v.ObjectEntries, undefined>

export type User = { uid: number; zone: string }

export type Odoo = {
  call<T>(call: OdooCall, answer: v.GenericSchema<unknown, T>, signal: AbortSignal): Promise<T>
  rows<S extends Row>(model: string, row: S, query: OdooQuery, signal: AbortSignal): Promise<v.InferOutput<S>[]>
  /** The fields that a model has: some come with modules that may be missing. Asked once. */
  fields(model: string, signal: AbortSignal): Promise<ReadonlySet<string>>
  /** The server's clock, from the head of an answer; ours where a proxy has taken it away. */
  clock(signal: AbortSignal): Promise<string>
  version(signal: AbortSignal): Promise<string>
  /** Who we are over there, and the time zone in which dates are read. */
  user(signal: AbortSignal): Promise<User>
  /** Log in anew: a key that was refused may be tried once more. */
  forget(): void
}

/** Odoo gives `false` for every empty value. */
export const text = v.union([
  v.string(),
  v.pipe(
    v.literal(false),
    v.transform(() => ''),
  ),
])
export const number = v.pipe(v.number(), v.finite())
export const ids = v.array(v.pipe(v.number(), v.safeInteger()))
/** A reference to one record: `[id, name]`. */
export const reference = v.union([
  v.pipe(
    v.tuple([v.number(), text]),
    v.transform(([id, name]) => ({ id, name })),
  ),
  v.pipe(
    v.literal(false),
    v.transform(() => null),
  ),
])
export type Reference = v.InferOutput<typeof reference>

export type OdooDeps = {
  url: string
  fetch: typeof globalThis.fetch
  now: () => string
  key: Secret
  database: string
  /** Null: the newest one, JSON-2. */
  protocol: Protocol | null
}

type Exchange = (call: OdooCall, uid: number, signal: AbortSignal) => Promise<{ value: unknown; answer: HttpAnswer }>

const exchangeOver =
  (http: ReturnType<typeof erpHttp>, protocol: Protocol, now: () => string): Exchange =>
  async (call, uid, signal) => {
    const request = { method: 'POST', path: protocol.path(call), phase: call.phase, headers: protocol.headers() }
    const answer = await http({ ...request, body: protocol.body(call, uid) }, signal)
    const outcome = protocol.outcome(answer)
    if ('value' in outcome) return { value: outcome.value, answer }
    const { status, name } = outcome.failure
    throw new ErpError(classify(status, name, call.phase), wordsOf(outcome.failure), {
      exchange: answer.exchange,
      retryAfterMs: retryAfterMs(answer.headers, now()),
    })
  }

/** The cheapest call that needs the key, and says who we are. */
const logIn =
  (http: ReturnType<typeof erpHttp>, protocol: Protocol, exchange: Exchange) =>
  async (signal: AbortSignal): Promise<User> => {
    const uid = (await protocol.login?.(http, signal)) ?? 0
    const { value, answer } = await exchange(CONTEXT, uid, signal)
    const read = v.safeParse(context, value)
    if (!read.success)
      throw new ErpError('transient', 'Odoo: unreadable answer to the log-in', { exchange: answer.exchange })
    return { uid: read.output.uid ?? uid, zone: read.output.tz === '' ? 'UTC' : read.output.tz }
  }

export const makeOdoo = (deps: OdooDeps): Odoo => {
  const http = erpHttp({ url: deps.url, fetch: deps.fetch, secrets: () => [deps.key()] })
  const protocol = deps.protocol ?? json2(deps.database, deps.key)
  const exchange = exchangeOver(http, protocol, deps.now)
  const session = makeSession(logIn(http, protocol, exchange))
  const send = (call: OdooCall, signal: AbortSignal): ReturnType<Exchange> =>
    session.use(user => exchange(call, user.uid, signal), signal)
  const call: Odoo['call'] = async (call, schema, signal) => {
    const { value, answer } = await send(call, signal)
    const read = v.safeParse(schema, value)
    if (read.success) return read.output
    throw new ErpError(
      call.phase === 'read' ? 'transient' : 'unknownOutcome',
      `Odoo: unreadable answer of ${call.model}/${call.method} (${v.getDotPath(read.issues[0]) ?? 'as a whole'})`,
      { exchange: answer.exchange },
    )
  }
  const fields = fieldsOver(call)
  return {
    call,
    rows: async (model, row, { domain, context, ...more }, signal) => {
      const named = Object.entries(row.entries)
      const there = named.some(([, entry]) => entry.type === 'optional') ? await fields(model, signal) : null
      const wanted = named.flatMap(([name, entry]) => (entry.type !== 'optional' || there?.has(name) ? [name] : []))
      const args = { domain, fields: wanted, ...more }
      const asked = { model, method: 'search_read', phase: 'read', args, context: { ...ALL, ...context } } as const
      return call(asked, v.array(row), signal)
    },
    fields,
    user: signal => session.use(async user => user, signal),
    forget: session.forget,
    clock: async signal => {
      const { answer } = await send(CONTEXT, signal)
      const ms = Date.parse(answer.headers.get('date') ?? '')
      return Number.isFinite(ms) ? new Date(ms).toISOString() : deps.now()
    },
    version: signal => protocol.version(http, signal),
  }
}

const described = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform(all => new Set(Object.keys(all))),
)
const fieldsOver = (call: Odoo['call']): Odoo['fields'] => {
  const known = new Map<string, Promise<ReadonlySet<string>>>()
  return (model, signal) => {
    const args = { attributes: ['type'] }
    const asked = known.get(model) ?? call({ model, method: 'fields_get', phase: 'read', args }, described, signal)
    known.set(model, asked)
    asked.catch(() => known.delete(model))
    return asked
  }
}

const ALL = { active_test: false }
const CONTEXT: OdooCall = { model: 'res.users', method: 'context_get', phase: 'read' }
const context = v.object({ uid: v.optional(number), tz: v.optional(text, '') })
