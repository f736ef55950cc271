import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Phase, Question } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import type { HttpAnswer } from './http.ts'
import { makeSession } from './session.ts'
import { signedHeaders } from './standard-webhooks.ts'

const text = v.pipe(v.string(), v.maxLength(2000))
const refusal = v.object({
  error: v.object({ code: v.pipe(v.string(), v.maxLength(60)), message: v.optional(text, '') }),
})
const asked = v.object({
  question: v.object({
    id: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
    text,
    answers: v.pipe(v.array(v.object({ id: v.pipe(v.string(), v.maxLength(120)), text })), v.maxLength(20)),
  }),
})

/** The class of an answer by status and phase, never by its text. */
export const classify = (status: number, phase: Phase): ErrorClass => {
  if (status === 401) return 'auth'
  if (status === 403 || status === 404 || status === 405 || (status >= 300 && status < 400)) return 'config'
  if (status === 429) return 'throttled'
  if ([400, 410, 413, 415, 422].includes(status)) return 'rejected'
  // 409: the first of two equal calls is still being worked on, and may yet have its effect.
  return phase === 'read' ? 'transient' : 'unknownOutcome'
}

export type RestCall = {
  get: <T extends v.GenericSchema>(path: string, schema: T, signal: AbortSignal) => Promise<v.InferOutput<T>>
  /** A document by its address; null where the ERP itself says that it has none. */
  look: <T extends v.GenericSchema>(path: string, schema: T, signal: AbortSignal) => Promise<v.InferOutput<T> | null>
  /** Signed, under its key. What comes back proves nothing and is not read. */
  send: (path: string, key: string, body: unknown, signal: AbortSignal) => Promise<void>
  forget: () => void
}

export const makeRestCall = (deps: {
  url: string
  token: () => string
  keys: readonly Buffer[]
  secrets: () => readonly string[]
  fetch: typeof globalThis.fetch
  now: () => string
}): RestCall => {
  const http = erpHttp({ url: deps.url, fetch: deps.fetch, secrets: deps.secrets })
  const read = (path: string, signal: AbortSignal): Promise<HttpAnswer> =>
    http({ method: 'GET', path, phase: 'read', headers: { authorization: `Bearer ${deps.token()}` } }, signal)
  const session = makeSession(async signal => {
    const answer = await read('/info', signal)
    if (answer.status !== 200) throw failureOf(answer, 'read', deps.now())
  })
  const bodyOf = <T extends v.GenericSchema>(answer: HttpAnswer, schema: T, path: string): v.InferOutput<T> => {
    if (answer.status !== 200) throw failureOf(answer, 'read', deps.now())
    const parsed = v.safeParse(schema, answer.json)
    if (parsed.success) return parsed.output
    const { exchange } = answer
    if (answer.json === undefined) throw new ErpError('transient', `GET ${path}: the answer is no JSON`, { exchange })
    const field = v.getDotPath(parsed.issues[0]) ?? 'the answer'
    throw new ErpError('transient', `GET ${path}: ${field} is not as it must be`, { exchange })
  }
  return {
    get: (path, schema, signal) => session.use(async () => bodyOf(await read(path, signal), schema, path), signal),
    look: (path, schema, signal) =>
      session.use(async () => {
        const answer = await read(path, signal)
        // Only the ERP's own word counts: a gateway's 404 would have us send again what is there.
        const none = v.safeParse(refusal, answer.json)
        const isNone = answer.status === 404 && none.success && none.output.error.code === 'unknown_document'
        return isNone ? null : bodyOf(answer, schema, path)
      }, signal),
    send: (path, key, body, signal) =>
      session.use(async () => {
        const sent = JSON.stringify(body)
        const headers = {
          authorization: `Bearer ${deps.token()}`,
          'content-type': 'application/json',
          'idempotency-key': key,
          ...signedHeaders(deps.keys, { id: key, now: deps.now(), body: sent }),
        }
        const answer = await http({ method: 'POST', path, phase: 'write', headers, body: sent }, signal)
        if (answer.status < 200 || answer.status > 299) throw failureOf(answer, 'write', deps.now())
      }, signal),
    forget: session.forget,
  }
}

const failureOf = (answer: HttpAnswer, phase: Phase, now: string): ErpError => {
  const { status, json, exchange, headers } = answer
  const question = v.safeParse(asked, json)
  if (status === 422 && question.success) {
    const ask: Question = question.output.question
    return new ErpError('needsDecision', ask.text, { exchange, question: ask })
  }
  const known = v.safeParse(refusal, json)
  const words = known.success ? `${known.output.error.code} ${known.output.error.message}`.trim() : `${status}`
  return new ErpError(classify(status, phase), `the ERP answered ${words}`, {
    exchange,
    retryAfterMs: retryAfterMs(headers, now),
  })
}
