import type { Context } from 'hono'
import type * as v from 'valibot'
import type { Worker } from '../../shared/catalogue.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { mayDo } from '../../shared/roles.ts'
import type { Role } from '../../shared/roles.ts'
import { parseAs, parseJson, readBody, readBytes } from './body.ts'
import type { AppDeps } from './deps.ts'
import { atDesk, enterDesk } from './desk-door.ts'
import { note } from './noted.ts'
import { prove, readToken } from './prove.ts'
import type { Proven } from './prove.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

export type Answer = { description: string; type?: string; schema?: v.GenericSchema }

/** What the API description says of a route, and what is checked before its handler runs. One object, so that both agree. */
export type Description = {
  method: 'GET' | 'POST'
  path: string
  summary: string
  /** What the address may say behind its question mark. */
  query?: v.GenericSchema
  answers: Readonly<Record<number, Answer>>
  /** Beyond those that the door and the body bring. */
  refusals?: readonly RefusalCode[]
  /** Who may: people with one of these; a supervisor too, unless `strictly`. Missing = every handheld, or everybody. */
  roles?: readonly Role[]
  strictly?: boolean
}
/** How a body is read: `maxBytes` is held before anything else is done with it. */
export type Body<T> = {
  maxBytes: number
  /** Null = raw text. */
  schema: v.GenericSchema | null
  read: (raw: string) => T
  /** Where it is neither JSON nor just some bytes. */
  type?: string
}

/** JSON of a schema. `check` looks at it first, for refusals that say more than "does not fit". */
export const json = <S extends v.GenericSchema>(
  maxBytes: number,
  schema: S,
  check: (value: unknown) => void = () => {},
): Body<v.InferOutput<S>> => ({
  maxBytes,
  schema,
  read: raw => {
    const value = parseJson(raw)
    check(value)
    return parseAs(schema, value)
  },
})

/** Text that is kept as it is; an empty one is a mistake. */
export const raw = (maxBytes: number): Body<string> => ({
  maxBytes,
  schema: null,
  read: text => {
    if (text === '') throw refused('bad_request', 'The body is empty.')
    return text
  },
})

/** Bytes that are kept as they are; an empty body is a mistake. */
export type ByteBody = { maxBytes: number; type: string }

/** A request without a body. */
export const NOTHING: Body<null> = { maxBytes: 0, schema: null, read: () => null }

/**
 * `open`: no credentials. `device`: token and proof. `person`: a handheld that names who is logged in, or the desk.
 * `desk`: a session of the desk only. `admin`: the secret of the data folder, from this machine only.
 * `metrics`: this machine, or the token of whoever watches.
 * A test walks every registered route and tries it without credentials.
 */
export type Door = 'open' | 'device' | 'person' | 'desk' | 'admin' | 'metrics'
export type Endpoint = Description & {
  door: Door
  body: Body<unknown> | null
  run: (c: Context, deps: AppDeps) => Promise<Response>
}

type Call<T> = { c: Context; deps: AppDeps; text: string; body: T }

/** A route that anybody may call; `before` sees to its limits, before a byte of the body is read. */
export const openEndpoint = <T>(
  spec: Description & { body: Body<T>; before?: (c: Context, deps: AppDeps) => void },
  handle: (call: Call<T>) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body.maxBytes === 0 ? null : spec.body,
  door: 'open',
  run: async (c, deps) => {
    spec.before?.(c, deps)
    const text = spec.body.maxBytes === 0 ? '' : await readBody(c, spec.body.maxBytes)
    return handle({ c, deps, text, body: spec.body.read(text) })
  },
})

/** The token is looked at before the body is read, the proof over the body after it. */
const atHandheld = async (c: Context, deps: AppDeps, maxBytes: number): Promise<Proven & { text: string }> => {
  const token = readToken(c, deps)
  const text = await readBody(c, maxBytes)
  const proven = await prove(c, deps, token, text)
  note(c, { device: proven.device.id })
  return { ...proven, text }
}

/** A route for enrolled handhelds. `review` marks the two that a revoked one may still bring its work to. */
export const deviceEndpoint = <T>(
  spec: Description & { body: Body<T>; review?: boolean },
  handle: (call: Call<T> & Proven) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body.maxBytes === 0 ? null : spec.body,
  door: 'device',
  run: async (c, deps) => {
    const { text, ...proven } = await atHandheld(c, deps, spec.body.maxBytes)
    if (proven.device.state !== 'active' && spec.review !== true) throw refused('revoked')
    return handle({ c, deps, text, body: spec.body.read(text), ...proven })
  },
})

/** A route that takes bytes of an enrolled handheld; the proof is over their SHA-256, as everywhere. */
export const bytesEndpoint = (
  { body, ...spec }: Description & { body: ByteBody },
  handle: (call: { c: Context; deps: AppDeps; bytes: Uint8Array } & Proven) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: { ...raw(body.maxBytes), type: body.type },
  door: 'device',
  run: async (c, deps) => {
    const token = readToken(c, deps)
    const bytes = await readBytes(c, body.maxBytes)
    const proven = await prove(c, deps, token, bytes)
    note(c, { device: proven.device.id })
    if (proven.device.state !== 'active') throw refused('revoked')
    if (bytes.byteLength === 0) throw refused('bad_request', 'The body is empty.')
    return handle({ c, deps, bytes, ...proven })
  },
})

/** Who acts, as the present roster has them, and where. `device` null = at the desk. */
export type Person = { who: Worker; warehouse: WarehouseId; device: DeviceId | null }

/** Whether the roles of a route let somebody in. */
export const letsIn = ({ roles, strictly = false }: Pick<Description, 'roles' | 'strictly'>, held: readonly Role[]) =>
  roles === undefined || (strictly ? roles.some(role => held.includes(role)) : mayDo(held, roles))

/** A handheld names the worker in its question or its body. */
const namedBy = (c: Context, body: unknown): string =>
  c.req.query('worker') ??
  (typeof body === 'object' && body !== null && 'worker' in body && typeof body.worker === 'string' ? body.worker : '')

/** A route for people with a role: at a handheld that names who is logged in, or at the desk. */
export const personEndpoint = <T>(
  spec: Description & { body: Body<T>; roles: readonly Role[] },
  handle: (call: Call<T> & Person) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body.maxBytes === 0 ? null : spec.body,
  door: 'person',
  run: async (c, deps) => {
    if (atDesk(c)) {
      const { who, warehouse } = await enterDesk(c, deps)
      if (!letsIn(spec, who.roles)) throw refused('role')
      const text = await readBody(c, spec.body.maxBytes)
      const body = spec.body.read(text)
      if (namedBy(c, body) !== who.id) throw refused('role', 'The request names somebody else.')
      return handle({ c, deps, text, body, who, warehouse, device: null })
    }
    const { text, device } = await atHandheld(c, deps, spec.body.maxBytes)
    if (device.state !== 'active') throw refused('revoked')
    const body = spec.body.read(text)
    const who = await workerOf(deps.stores.site, device, namedBy(c, body))
    if (who === null || !letsIn(spec, who.roles)) throw refused('role')
    return handle({ c, deps, text, body, who, warehouse: device.warehouse, device: device.id })
  },
})

/** A route of the desk that takes a file as it is; its encoding is looked for behind it. */
export const fileEndpoint = (
  spec: Description & { maxBytes: number; roles: readonly Role[] },
  handle: (
    call: { c: Context; deps: AppDeps; bytes: Uint8Array } & Awaited<ReturnType<typeof enterDesk>>,
  ) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: { maxBytes: spec.maxBytes, schema: null, read: text => text },
  door: 'desk',
  run: async (c, deps) => {
    const entered = await enterDesk(c, deps)
    if (!letsIn(spec, entered.who.roles)) throw refused('role')
    return handle({ c, deps, bytes: await readBytes(c, spec.maxBytes), ...entered })
  },
})

/** A route of the desk alone. */
export const deskEndpoint = <T>(
  spec: Description & { body: Body<T>; roles?: readonly Role[]; beforeChange?: boolean },
  handle: (call: Call<T> & Awaited<ReturnType<typeof enterDesk>>) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body.maxBytes === 0 ? null : spec.body,
  door: 'desk',
  run: async (c, deps) => {
    const entered = await enterDesk(c, deps, spec.beforeChange === true)
    if (!letsIn(spec, entered.who.roles)) throw refused('role')
    const text = spec.body.maxBytes === 0 ? '' : await readBody(c, spec.body.maxBytes)
    return handle({ c, deps, text, body: spec.body.read(text), ...entered })
  },
})
