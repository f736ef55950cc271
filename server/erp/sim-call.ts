import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Exchange, Phase } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import type { HttpAnswer } from './http.ts'
import { makeSession } from './session.ts'
import type { Profile } from './sim/profile.ts'
import { simQuestion } from './sim/wire.ts'

/** For a person to read. */
const MAX_WORDS = 280
const refusal = v.object({
  error: v.object({ kind: v.string(), message: v.string(), location: v.nullable(v.string()) }),
})

/** 200, and nothing was loaded. */
const notLoaded = v.object({ ids: v.literal(false), messages: v.array(v.object({ message: v.string() })) })

/** The class of an answer by status, kind and phase, never by its text. */
export const classify = (status: number, kind: string | null, phase: Phase): ErrorClass => {
  if (status === 401 || status === 403) return 'auth'
  if (status === 429) return 'throttled'
  if (kind === 'refused' || kind === 'duplicate' || status === 422 || status === 400 || status === 413)
    return 'rejected'
  if (kind === 'unknown' || status === 404) return 'config'
  // Somebody was there between our reading and our writing: nothing happened, and we read again.
  if (kind === 'stale' || status === 412) return 'transient'
  if (kind === 'conflict' || status === 409) return 'conflict'
  return phase === 'read' ? 'transient' : 'unknownOutcome'
}

/** A refusal with the kind that the sim gave it, and what was there already. */
export class SimRefused extends ErpError {
  readonly kind: string
  readonly location: string | null
  constructor(errorClass: ErrorClass, said: v.InferOutput<typeof refusal>['error'], exchange: Exchange) {
    super(errorClass, `the ERP refused: ${said.message.slice(0, MAX_WORDS)}`, { exchange })
    this.kind = said.kind
    this.location = said.location
  }
}

export type Call = <T extends v.GenericSchema>(
  method: string,
  path: string,
  schema: T,
  signal: AbortSignal,
  more?: { body?: unknown; headers?: Readonly<Record<string, string>> },
) => Promise<v.InferOutput<T>>

/** Calls to the sim in the manner of its profile: log-in or token, statuses or errors inside a 200. */
export const makeCall = (deps: {
  url: string
  token: () => string
  profile: Profile
  fetch: typeof fetch
  now: () => string
}): { call: Call; forget: () => void } => {
  const http = erpHttp({ url: deps.url, fetch: deps.fetch, secrets: () => [deps.token()] })
  const { profile } = deps
  const send = async (
    method: string,
    path: string,
    authorization: string,
    signal: AbortSignal,
    more: { body?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<unknown> => {
    const phase: Phase = method === 'GET' || path === '/login' ? 'read' : 'write'
    const headers = { ...more.headers, ...(authorization === '' ? {} : { authorization }) }
    const answer = await http({ method, path, phase, headers, body: more.body }, signal)
    return bodyOf(answer, phase, deps.now(), profile)
  }
  const session = makeSession(async signal => {
    if (profile.sessionMs === 0) {
      await send('GET', '/api/me', `Bearer ${deps.token()}`, signal)
      return `Bearer ${deps.token()}`
    }
    const body = await send('POST', '/login', '', signal, { body: { password: deps.token() } })
    const read = v.safeParse(v.object({ session: v.string() }), body)
    if (!read.success) throw new ErpError('transient', 'unreadable log-in')
    return `Session ${read.output.session}`
  })
  const call: Call = (method, path, schema, signal, more) =>
    session.use(async authorization => {
      const body = await send(method, path, authorization, signal, more)
      const parsed = v.safeParse(schema, body)
      if (parsed.success) return parsed.output
      throw new ErpError(method === 'GET' ? 'transient' : 'unknownOutcome', `${method} ${path}: unreadable answer`)
    }, signal)
  return { call, forget: session.forget }
}

const bodyOf = (answer: HttpAnswer, phase: Phase, now: string, profile: Profile): unknown => {
  const { json, status } = answer
  const refused = v.safeParse(refusal, json)
  if (refused.success) {
    const { error } = refused.output
    throw new SimRefused(classify(status, error.kind, phase), error, answer.exchange)
  }
  if (status < 200 || status > 299)
    throw new ErpError(classify(status, null, phase), `the ERP answered ${status}`, {
      exchange: answer.exchange,
      retryAfterMs: retryAfterMs(answer.headers, now),
    })
  const wrapped = v.safeParse(v.object({ result: v.unknown() }), json)
  const body = profile.envelope === 'always200' && wrapped.success ? wrapped.output.result : json
  const unloaded = v.safeParse(notLoaded, body)
  if (unloaded.success) {
    const words = unloaded.output.messages.map(one => one.message).join('; ')
    throw new ErpError('rejected', `the ERP refused: ${words.slice(0, MAX_WORDS)}`, { exchange: answer.exchange })
  }
  const asked = v.safeParse(simQuestion, body)
  if (!asked.success) return body
  // The name of a question may begin with a hash that changes with the records: the kind behind it is what stays.
  const id = asked.output.question.kind.replace(/^.*\./, '')
  const { text } = asked.output.question
  throw new ErpError('needsDecision', text, {
    exchange: answer.exchange,
    question: {
      id,
      text,
      answers: [
        { id: 'yes', text: 'Yes' },
        { id: 'no', text: 'No' },
      ],
    },
  })
}
