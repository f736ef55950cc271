import type { Context } from 'hono'
import type * as v from 'valibot'
import type { RefusalCode } from '../../shared/exception.ts'
import { parseAs, parseJson, readBody } from './body.ts'
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
  answers: Readonly<Record<number, Answer>>
  /** Beyond those that the door and the body bring. */
  refusals?: readonly RefusalCode[]
}
/** JSON of a schema, or (without one) raw text. */
type Body<S extends v.GenericSchema | null> = { maxBytes: number; schema: S }

/**
 * `open`: no credentials. `device`: token and proof. `admin`: the secret of the data folder, from this machine only.
 * A test walks every registered route and tries it without credentials.
 */
export type Door = 'open' | 'device' | 'admin'
export type Endpoint = Description & {
  door: Door
  body: Body<v.GenericSchema | null> | null
  run: (c: Context, deps: AppDeps) => Promise<Response>
}

/** Whose allowance a request without credentials uses up. */
export const addressOf = (c: Context): string => {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined
  return env?.incoming?.socket?.remoteAddress ?? 'unknown'
}

type Call<B> = { c: Context; deps: AppDeps; raw: string; body: B }
type Read<S extends v.GenericSchema | null> = S extends v.GenericSchema ? v.InferOutput<S> : null

const parsed = <S extends v.GenericSchema | null>(schema: S, raw: string): Read<S> =>
  (schema === null ? null : parseAs(schema, parseJson(raw))) as Read<S>

/** A route that anybody may call; it sees to its own limits. */
export const openEndpoint = <S extends v.GenericSchema | null = null>(
  spec: Description & { body?: Body<S>; before?: (c: Context, deps: AppDeps) => void },
  handle: (call: Call<Read<S>>) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body ?? null,
  door: 'open',
  run: async (c, deps) => {
    spec.before?.(c, deps)
    const raw = spec.body ? await readBody(c, spec.body.maxBytes) : ''
    return handle({ c, deps, raw, body: parsed((spec.body?.schema ?? null) as S, raw) })
  },
})

/**
 * A route for enrolled handhelds. `review` marks the two that a revoked one may still bring its work to; `check` looks at
 * the parsed JSON before the schema does, for refusals that are more than "does not fit".
 */
export const deviceEndpoint = <S extends v.GenericSchema | null = null>(
  spec: Description & { body?: Body<S>; review?: boolean; check?: (value: unknown) => void },
  handle: (call: Call<Read<S>> & Proven) => Promise<Response>,
): Endpoint => ({
  ...spec,
  body: spec.body ?? null,
  door: 'device',
  run: async (c, deps) => {
    const token = readToken(c, deps)
    const raw = await readBody(c, spec.body?.maxBytes ?? 0)
    const proven = await prove(c, deps, token, raw)
    if (proven.device.state !== 'active' && spec.review !== true) throw refused('revoked')
    const schema = (spec.body?.schema ?? null) as S
    if (spec.check && schema !== null) spec.check(parseJson(raw))
    return handle({ c, deps, raw, body: parsed(schema, raw), ...proven })
  },
})
