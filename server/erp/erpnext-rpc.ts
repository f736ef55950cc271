import * as v from 'valibot'
import { bodyOf, FrappeError } from './erpnext-answer.ts'
import { ErpError } from './erp-error.ts'
import type { Phase } from './erp-error.ts'
import { erpHttp } from './http.ts'
import type { HttpAnswer } from './http.ts'
import { makeSession } from './session.ts'
import type { Secret } from './settings.ts'

/** Frappe gives null for every empty value. */
export const text = v.pipe(
  v.nullable(v.string()),
  v.transform(value => value ?? ''),
)
export const number = v.pipe(
  v.nullable(v.pipe(v.number(), v.finite())),
  v.transform(value => value ?? 0),
)
/** A tick: 0 or 1. */
export const tick = v.pipe(
  v.nullable(v.union([v.number(), v.boolean()])),
  v.transform(value => Boolean(value)),
)

/** In a document of its own empty values may be left out. */
export const maybe = { text: v.optional(text, ''), number: v.optional(number, 0), tick: v.optional(tick, false) }

export type Filter = readonly [field: string, operator: string, value: unknown]
export type Query = {
  filters: readonly Filter[]
  order?: string
  limit?: number
  /** Rows of a child table are read under the doctype that they belong to. */
  parent?: string
}
type Row = v.ObjectSchema<v.ObjectEntries, undefined>
/** A document as Frappe gives it: what we do not know is kept, so that it goes back as it came. */
export type Doc = Readonly<Record<string, unknown>>

export type Frappe = {
  rows<S extends Row>(doctype: string, row: S, query: Query, signal: AbortSignal): Promise<v.InferOutput<S>[]>
  doc(doctype: string, name: string, signal: AbortSignal): Promise<Doc>
  create(doctype: string, doc: Doc, signal: AbortSignal): Promise<Doc>
  update(doctype: string, name: string, values: Doc, signal: AbortSignal): Promise<Doc>
  /** A whitelisted function, by its path in Python. `read`: with the arguments in the address, and without effect. */
  method<T>(
    call: { name: string; phase: Phase; args?: Readonly<Record<string, unknown>>; timeoutMs?: number },
    answer: v.GenericSchema<unknown, T>,
    signal: AbortSignal,
  ): Promise<T>
  /** Fields of a doctype, its customised ones among them, with their ticks. Asked once. */
  fields(doctype: string, signal: AbortSignal): Promise<ReadonlyMap<string, Field>>
  /** The server's clock, from the head of an answer; ours where a proxy has taken it away. */
  clock(signal: AbortSignal): Promise<string>
  forget(): void
}
const field = v.object({ fieldname: v.string(), unique: maybe.tick, no_copy: maybe.tick })
export type Field = v.InferOutput<typeof field>

/** Of every doctype, whether it says so or not. */
export const STANDARD = ['name', 'modified', 'creation', 'docstatus', 'parent', 'parenttype', 'idx', 'owner']

const WHO = { name: 'frappe.auth.get_logged_user', phase: 'read' } as const
/** A function that gives nothing leaves it out. */
const message = v.object({ message: v.optional(v.unknown()) })
const data = v.object({ data: v.record(v.string(), v.unknown()) })
/** A list without a limit is read to its end, so many rows at a time. */
export const ALL_PAGE = 10_000

type Send = (
  request: { method: string; path: string; phase: Phase; body?: unknown; timeoutMs?: number },
  signal: AbortSignal,
) => Promise<{ body: unknown; answer: HttpAnswer }>

export const makeFrappe = (deps: {
  url: string
  fetch: typeof globalThis.fetch
  now: () => string
  key: Secret
  secret: Secret
}): Frappe => {
  const http = erpHttp({ url: deps.url, fetch: deps.fetch, secrets: () => [deps.secret(), deps.key()] })
  const direct: Send = async (request, signal) => {
    const headers = { authorization: `token ${deps.key()}:${deps.secret()}` }
    const answer = await http({ ...request, headers }, signal)
    return { body: bodyOf(answer, request.phase, deps.now()), answer }
  }
  /** An unknown key makes us a guest, who is refused with a lack of rights and not as a stranger. */
  const logIn = async (signal: AbortSignal): Promise<string> => {
    const { body } = await direct({ method: 'GET', path: pathOf(WHO), phase: 'read' }, signal).catch(asStranger)
    const read = v.safeParse(v.object({ message: v.pipe(v.string(), v.minLength(1)) }), body)
    if (!read.success) throw new ErpError('transient', 'ERPNext: unreadable answer to the log-in')
    if (read.output.message === 'Guest') throw stranger(null)
    return read.output.message
  }
  const session = makeSession(logIn)
  const send: Send = (request, signal) =>
    session.use(async () => {
      try {
        return await direct(request, signal)
      } catch (error) {
        // A key that was withdrawn meanwhile looks like a missing right: who we are tells them apart.
        if (error instanceof FrappeError && error.exception === 'PermissionError') await logIn(signal)
        throw error
      }
    }, signal)
  return over(send, session.forget, deps.now)
}

const stranger = (error: ErpError | null): ErpError =>
  new ErpError(
    'auth',
    'ERPNext does not take the key and secret: they are wrong, were withdrawn, or the user is disabled',
    {
      exchange: error?.exchange ?? null,
    },
  )
const asStranger = (error: unknown): never => {
  throw error instanceof FrappeError && error.exception === 'PermissionError' ? stranger(error) : error
}

const pathOf = (call: { name: string; args?: Readonly<Record<string, unknown>> }): string => {
  const query = new URLSearchParams(
    Object.entries(call.args ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString()
  return `/api/method/${call.name}${query === '' ? '' : `?${query}`}`
}
const resource = (doctype: string, ...name: string[]): string =>
  `/api/resource/${[doctype, ...name].map(part => encodeURIComponent(part)).join('/')}`

const over = (send: Send, forget: () => void, now: () => string): Frappe => {
  const read = <T>(schema: v.GenericSchema<unknown, T>, value: unknown, phase: Phase, what: string): T => {
    const parsed = v.safeParse(schema, value)
    if (parsed.success) return parsed.output
    const at = v.getDotPath(parsed.issues[0]) ?? 'as a whole'
    throw new ErpError(
      phase === 'read' ? 'transient' : 'unknownOutcome',
      `ERPNext: unreadable answer of ${what} (${at})`,
    )
  }
  const one = async (method: string, path: string, phase: Phase, body: unknown, signal: AbortSignal): Promise<Doc> => {
    const answer = await send({ method, path, phase, ...(body === undefined ? {} : { body }) }, signal)
    return read(data, answer.body, phase, path).data
  }
  const method: Frappe['method'] = async (call, schema, signal) => {
    const { phase } = call
    const request =
      phase === 'read'
        ? { method: 'GET', path: pathOf(call) }
        : { method: 'POST', path: `/api/method/${call.name}`, body: call.args ?? {} }
    const timeout = call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }
    const { body } = await send({ ...request, phase, ...timeout }, signal)
    return read(schema, read(message, body, phase, call.name).message, phase, call.name)
  }
  const fields = fieldsOver(send, read)
  return {
    method,
    fields,
    forget,
    doc: (doctype, name, signal) => one('GET', resource(doctype, name), 'read', undefined, signal),
    create: (doctype, doc, signal) => one('POST', resource(doctype), 'write', doc, signal),
    update: (doctype, name, values, signal) => one('PUT', resource(doctype, name), 'write', values, signal),
    rows: async (doctype, row, { filters, order, limit, parent }, signal) => {
      const named = Object.entries(row.entries)
      const there = named.some(([, entry]) => entry.type === 'optional') ? await fields(doctype, signal) : null
      const wanted = named.flatMap(([name, entry]) => (entry.type !== 'optional' || there?.has(name) ? [name] : []))
      // Long lists of names do not fit into an address; the function is the one that GET /api/resource calls.
      const page = async (start: number, length: number) => {
        const args = {
          doctype,
          fields: wanted,
          filters,
          order_by: order ?? 'name asc',
          limit_start: start,
          limit_page_length: length,
          ...(parent === undefined ? {} : { parent }),
        }
        const path = '/api/method/frappe.client.get_list'
        const { body } = await send({ method: 'POST', path, phase: 'read', body: args }, signal)
        return read(v.array(row), read(message, body, 'read', doctype).message, 'read', doctype)
      }
      if (limit !== undefined) return page(0, limit)
      const all: v.InferOutput<typeof row>[] = []
      for (let last = ALL_PAGE; last === ALL_PAGE;) {
        const some = await page(all.length, ALL_PAGE)
        all.push(...some)
        last = some.length
      }
      return all
    },
    clock: async signal => {
      const { answer } = await send({ method: 'GET', path: pathOf(WHO), phase: 'read' }, signal)
      const ms = Date.parse(answer.headers.get('date') ?? '')
      return Number.isFinite(ms) ? new Date(ms).toISOString() : now()
    },
  }
}

const described = v.object({
  docs: v.array(v.object({ name: v.string(), fields: v.array(field) })),
})
type Reader = <T>(schema: v.GenericSchema<unknown, T>, value: unknown, phase: Phase, what: string) => T
const fieldsOver = (send: Send, read: Reader): Frappe['fields'] => {
  const known = new Map<string, Promise<ReadonlyMap<string, Field>>>()
  const ask = async (doctype: string, signal: AbortSignal): Promise<ReadonlyMap<string, Field>> => {
    const path = pathOf({ name: 'frappe.desk.form.load.getdoctype', args: { doctype } })
    const { body } = await send({ method: 'GET', path, phase: 'read' }, signal)
    const meta = read(described, body, 'read', doctype).docs.find(doc => doc.name === doctype)
    const standard = STANDARD.map(fieldname => ({ fieldname, unique: false, no_copy: false }))
    return new Map([...standard, ...(meta?.fields ?? [])].map(one => [one.fieldname, one]))
  }
  return (doctype, signal) => {
    const asked = known.get(doctype) ?? ask(doctype, signal)
    known.set(doctype, asked)
    asked.catch(() => known.delete(doctype))
    return asked
  }
}
