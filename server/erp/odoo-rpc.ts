import * as v from 'valibot'
import { makeAuthGate } from './auth-gate.ts'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Phase } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import type { HttpAnswer } from './http.ts'
import type { Secret } from './settings.ts'

/** One call of a method: arguments are keywords, `ids` names the records. One call is one transaction over there. */
export type OdooCall = {
  model: string
  method: string
  phase: Phase
  ids?: readonly number[]
  args?: Readonly<Record<string, unknown>>
  context?: Readonly<Record<string, unknown>>
}
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

export type Odoo = {
  call<T>(call: OdooCall, answer: v.GenericSchema<unknown, T>, signal: AbortSignal): Promise<T>
  rows<S extends Row>(model: string, row: S, query: OdooQuery, signal: AbortSignal): Promise<v.InferOutput<S>[]>
  /** The fields that a model has: some come with modules that may be missing. Asked once. */
  fields(model: string, signal: AbortSignal): Promise<ReadonlySet<string>>
  /** The server's clock, from the head of an answer; ours where a proxy has taken it away. */
  clock(signal: AbortSignal): Promise<string>
  version(signal: AbortSignal): Promise<string>
  /** A key that was refused may be tried once more. */
  reopen(): void
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
    v.tuple([v.number(), v.string()]),
    v.transform(([id, name]) => ({ id, name })),
  ),
  v.pipe(
    v.literal(false),
    v.transform(() => null),
  ),
])
export type Reference = v.InferOutput<typeof reference>

/** Whatever these three say, the transaction was rolled back. */
const ROLLED_BACK = /SerializationFailure|DeadlockDetected|LockNotAvailable|LockError|ConcurrencyError/
/** A field, argument or method that is not there: another version, or a module that is missing. */
const NOT_THERE = /^builtins\.(ValueError|KeyError|TypeError|AttributeError)$/

/**
 * The class of an answer by status, name of the exception and phase, never by its text, which is translated. An answer that
 * is no answer of Odoo's (a page of a proxy, a broken line) is harmless while reading and an unknown outcome while writing.
 */
export const classify = (status: number, name: string, phase: Phase): ErrorClass => {
  if (status === 401) return 'auth'
  if (status === 429) return 'throttled'
  if (ROLLED_BACK.test(name)) return 'transient'
  if (status === 422 || status === 413 || name.endsWith('.MissingError')) return 'rejected'
  if (NOT_THERE.test(name) || (status >= 300 && status < 500 && status !== 408)) return 'config'
  return phase === 'read' ? 'transient' : 'unknownOutcome'
}

type Failure = { status: number; name: string; message: string }
type Outcome = { value: unknown } | { failure: Failure }
/** How a call is put into HTTP and its answer read: the only thing that differs between JSON-2 and JSON-RPC. */
export type Protocol = {
  path(call: OdooCall): string
  headers(): Readonly<Record<string, string>>
  body(call: OdooCall, signal: AbortSignal): Promise<unknown>
  outcome(answer: HttpAnswer): Outcome
}

const exception = v.object({ name: v.string(), message: v.optional(v.unknown()) })
export const failureOf = (status: number, json: unknown): Failure => {
  const read = v.safeParse(exception, json)
  if (!read.success) return { status, name: '', message: `answer ${status} that is not Odoo's` }
  const { name, message } = read.output
  return { status, name, message: typeof message === 'string' ? message : name }
}

/** JSON-2, from Odoo 19 on: one address a method, statuses of HTTP, an API key. */
const json2 = (database: string, key: Secret): Protocol => ({
  path: call => `/json/2/${call.model}/${call.method}`,
  headers: () => ({ authorization: `bearer ${key()}`, ...(database === '' ? {} : { 'x-odoo-database': database }) }),
  body: async call => ({
    ...(call.ids === undefined ? {} : { ids: call.ids }),
    ...(call.context === undefined ? {} : { context: call.context }),
    ...call.args,
  }),
  outcome: answer =>
    answer.status === 200 && answer.json !== undefined
      ? { value: answer.json }
      : { failure: failureOf(answer.status, answer.json) },
})

export type OdooDeps = {
  url: string
  fetch: typeof globalThis.fetch
  now: () => string
  key: Secret
  database: string
  /** Null: the newest protocol. */
  protocol: ((http: ReturnType<typeof erpHttp>) => Protocol) | null
}

export const makeOdoo = (deps: OdooDeps): Odoo => {
  const http = erpHttp({ url: deps.url, fetch: deps.fetch, secrets: () => [deps.key()] })
  const protocol = deps.protocol?.(http) ?? json2(deps.database, deps.key)
  const gate = makeAuthGate()
  const exchange = async (call: OdooCall, signal: AbortSignal): Promise<{ value: unknown; answer: HttpAnswer }> => {
    const request = { method: 'POST', path: protocol.path(call), phase: call.phase, headers: protocol.headers() }
    const answer = await http({ ...request, body: await protocol.body(call, signal) }, signal)
    const outcome = protocol.outcome(answer)
    if ('value' in outcome) return { value: outcome.value, answer }
    const { status, name, message } = outcome.failure
    throw new ErpError(classify(status, name, call.phase), wordsOf(outcome.failure, message), {
      exchange: answer.exchange,
      retryAfterMs: retryAfterMs(answer.headers, deps.now()),
    })
  }
  const send = (call: OdooCall, signal: AbortSignal): ReturnType<typeof exchange> =>
    gate.run(() => exchange(call, signal))
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
  const known = new Map<string, Promise<ReadonlySet<string>>>()
  const described = v.pipe(
    v.record(v.string(), v.unknown()),
    v.transform(all => new Set(Object.keys(all))),
  )
  const fields: Odoo['fields'] = (model, signal) => {
    const asked =
      known.get(model) ??
      call({ model, method: 'fields_get', phase: 'read', args: { attributes: ['type'] } }, described, signal)
    known.set(model, asked)
    asked.catch(() => known.delete(model))
    return asked
  }
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
    reopen: gate.reopen,
    clock: async signal => {
      const { answer } = await send({ model: 'res.users', method: 'context_get', phase: 'read' }, signal)
      const ms = Date.parse(answer.headers.get('date') ?? '')
      return Number.isFinite(ms) ? new Date(ms).toISOString() : deps.now()
    },
    version: async signal => {
      const answer = await http({ method: 'GET', path: '/web/version', phase: 'read' }, signal)
      const read = v.safeParse(v.object({ version: v.pipe(v.string(), v.maxLength(40)) }), answer.json)
      return read.success ? read.output.version : ''
    },
  }
}

const ALL = { active_test: false }

/** Odoo's own sentence is what a person needs; a traceback is not. */
const wordsOf = ({ status, name }: Failure, message: string): string => {
  const line = message.replaceAll(/\s+/g, ' ').trim().slice(0, 280)
  if (status === 401) return 'Odoo does not take the key: it is wrong, has ended or was withdrawn'
  if (status === 403) return `Odoo lacks a right for this user: ${line}`
  if (status === 404 && !name.startsWith('odoo.'))
    return `Odoo does not know this address, database, model or method: ${line}`
  return `Odoo: ${line}`
}
