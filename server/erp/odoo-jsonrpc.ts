import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { erpHttp, HttpAnswer } from './http.ts'
import { failureOf } from './odoo-protocol.ts'
import type { OdooCall, Protocol } from './odoo-protocol.ts'
import type { Secret } from './settings.ts'

/**
 * JSON-RPC: what Odoo 16 to 18 speak, and 19 still understands. Every call names the user by number and carries the key as a
 * password; whatever happened, the status is 200, so the name of the exception stands in for it.
 */
export const jsonRpc = (database: string, login: string, key: Secret): Protocol => ({
  path: () => PATH,
  headers: () => ({}),
  login: async (http, signal) => {
    const answer = await ask(http, 'common', 'authenticate', [database, login, key(), {}], signal)
    const read = v.safeParse(v.object({ result: v.union([uid, v.literal(false)]) }), answer.json)
    if (!read.success)
      throw new ErpError('transient', 'Odoo: unreadable answer to the log-in', { exchange: answer.exchange })
    if (read.output.result === false)
      throw new ErpError('auth', 'Odoo does not take this user and key', { exchange: answer.exchange })
    return read.output.result
  },
  version: async (http, signal) => {
    const answer = await ask(http, 'common', 'version', [], signal)
    const read = v.safeParse(v.object({ result: v.object({ server_version: v.string() }) }), answer.json)
    return read.success ? read.output.result.server_version : ''
  },
  body: (call, uid) =>
    envelope('object', 'execute_kw', [database, uid, key(), call.model, call.method, ...argumentsOf(call)]),
  outcome: answer => {
    const read = v.safeParse(reply, answer.json)
    if (answer.status !== 200 || !read.success) return { failure: failureOf(answer.status, null) }
    const { error, result } = read.output
    // A method that gives nothing leaves the result out.
    return error === undefined
      ? { value: result ?? null }
      : { failure: failureOf(statusOf(error.data.name), error.data) }
  },
})

const PATH = '/jsonrpc'
const uid = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const reply = v.object({
  result: v.optional(v.unknown()),
  error: v.optional(v.object({ data: v.object({ name: v.string(), message: v.optional(v.string(), '') }) })),
})

const argumentsOf = ({ ids, args, context }: OdooCall): readonly unknown[] => [
  ids === undefined ? [] : [ids],
  { ...args, ...(context === undefined ? {} : { context }) },
]
const envelope = (service: string, method: string, args: readonly unknown[]) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'call',
  params: { service, method, args },
})
const ask = (
  http: ReturnType<typeof erpHttp>,
  service: string,
  method: string,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<HttpAnswer> =>
  http({ method: 'POST', path: PATH, phase: 'read', body: envelope(service, method, args) }, signal)

const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 401,
  AccessError: 403,
  MissingError: 404,
  LockError: 409,
  UserError: 422,
  ValidationError: 422,
  RedirectWarning: 422,
}
/** The status that JSON-2 gives for the same exception. */
const statusOf = (name: string): number => STATUS[name.split('.').at(-1) ?? ''] ?? 500
