import type { Context } from 'hono'
import type * as v from 'valibot'
import type { RefusalCode } from '../../shared/exception.ts'
import { parseAs, parseJson, readBody, readBytes } from './body.ts'
import type { AppDeps } from './deps.ts'
import { prove, readToken } from './prove.ts'
import type { Proven } from './prove.ts'
import { refused } from './refused.ts'

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
 * `open`: no credentials. `device`: token and proof. `admin`: the secret of the data folder, from this machine only.
 * A test walks every registered route and tries it without credentials.
 */
export type Door = 'open' | 'device' | 'admin'
export type Endpoint = Description & {
  door: Door
  body: Body<unknown> | null
  run: (c: Context, deps: AppDeps) => Promise<Response>
}

/** Whose allowance a request without credentials uses up. */
export const addressOf = (c: Context): string => {
  const env: { incoming?: { socket?: { remoteAddress?: string } } } | undefined = c.env
  return env?.incoming?.socket?.remoteAddress ?? 'unknown'
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

/** A route for enrolled handhelds. `review` marks the two that a revoked one may still bring its work to. */
export const deviceEndpoint = <T>(
  spec: Description & { body: Body<T>; review?: boolean },
  handle: (call: Call<T> & Proven) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body.maxBytes === 0 ? null : spec.body,
  door: 'device',
  run: async (c, deps) => {
    const token = readToken(c, deps)
    const text = await readBody(c, spec.body.maxBytes)
    const proven = await prove(c, deps, token, text)
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
    if (proven.device.state !== 'active') throw refused('revoked')
    if (bytes.byteLength === 0) throw refused('bad_request', 'The body is empty.')
    return handle({ c, deps, bytes, ...proven })
  },
})
