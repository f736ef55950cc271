import * as v from 'valibot'
import type { ErrorClass, Phase } from './erp-error.ts'
import type { erpHttp, HttpAnswer } from './http.ts'
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

export type Failure = { status: number; name: string; message: string }
type Outcome = { value: unknown } | { failure: Failure }
/** How a call is put into HTTP and its answer read: the only thing that differs between JSON-2 and JSON-RPC. */
export type Protocol = {
  path(call: OdooCall): string
  headers(): Readonly<Record<string, string>>
  version(http: ReturnType<typeof erpHttp>, signal: AbortSignal): Promise<string>
  /** The user's number, where calls must name it. */
  login?(http: ReturnType<typeof erpHttp>, signal: AbortSignal): Promise<number>
  body(call: OdooCall, uid: number): unknown
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
export const json2 = (database: string, key: Secret): Protocol => ({
  path: call => `/json/2/${call.model}/${call.method}`,
  headers: () => ({ authorization: `bearer ${key()}`, ...(database === '' ? {} : { 'x-odoo-database': database }) }),
  version: async (http, signal) => {
    const answer = await http({ method: 'GET', path: '/web/version', phase: 'read' }, signal)
    const read = v.safeParse(v.object({ version: v.pipe(v.string(), v.maxLength(40)) }), answer.json)
    return read.success ? read.output.version : ''
  },
  body: call => ({
    ...(call.ids === undefined ? {} : { ids: call.ids }),
    ...(call.context === undefined ? {} : { context: call.context }),
    ...call.args,
  }),
  outcome: answer =>
    answer.status === 200 && answer.json !== undefined
      ? { value: answer.json }
      : { failure: failureOf(answer.status, answer.json) },
})

/** Odoo's own sentence is what a person needs; a traceback is not. */
export const wordsOf = ({ status, name, message }: Failure): string => {
  const line = message.replaceAll(/\s+/g, ' ').trim().slice(0, 280)
  if (status === 401) return 'Odoo does not take the key: it is wrong, has ended or was withdrawn'
  if (status === 403) return `Odoo lacks a right for this user: ${line}`
  if (status === 404 && !name.startsWith('odoo.'))
    return `Odoo does not know this address, database, model or method: ${line}`
  return `Odoo: ${line}`
}
