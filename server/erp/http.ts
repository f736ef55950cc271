import { ErpError } from './erp-error.ts'
import type { Exchange, Phase } from './erp-error.ts'
import { redact } from './redact.ts'

export type HttpRequest = {
  method: string
  path: string
  phase: Phase
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  timeoutMs?: number
}
/** `json` is undefined where the body is no JSON: an HTML page, a truncated answer. */
export type HttpAnswer = { status: number; headers: Headers; text: string; json: unknown; exchange: Exchange }

const TIMEOUT_MS = 30_000
const MAX_BYTES = 16_000_000

/** Errors of the network that come before the first byte has left: surely nothing happened over there. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** The code of a failed fetch, which hides it in its cause. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}

/**
 * One HTTP call to an ERP, with everything that all connectors need alike: a time limit, a size limit, no redirects, and a
 * failure of the network as an ErpError of the right class. Statuses are the connector's own affair (`classify`).
 * `secrets` are masked wherever they stand in a kept request or answer.
 */
export const erpHttp =
  (at: { url: string; fetch: typeof globalThis.fetch; secrets: () => readonly string[]; maxBytes?: number }) =>
  async (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const sent =
      request.body === undefined ? '' : typeof request.body === 'string' ? request.body : JSON.stringify(request.body)
    // Status and body stay apart until the body is redacted: fields are found in JSON only.
    const traceOf = (status: string, body: string): Exchange => ({
      request: `${request.method} ${request.path} ${redact(sent, at.secrets())}`.trim(),
      answer: `${status} ${redact(body, at.secrets())}`.trim(),
    })
    const answered = async (until: AbortSignal): Promise<{ response: Response; text: string }> => {
      const response = await at
        .fetch(at.url + request.path, {
          method: request.method,
          redirect: 'manual',
          headers: {
            accept: 'application/json',
            ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
            ...request.headers,
          },
          signal: until,
          ...(request.body === undefined ? {} : { body: sent }),
        })
        .catch(lost)
      return { response, text: await textOf(response, at.maxBytes ?? MAX_BYTES).catch(lost) }
    }
    const lost = (error: unknown): never => {
      const code = codeOf(error)
      const safe = request.phase === 'read' || NEVER_SENT.has(code)
      throw new ErpError(
        safe ? 'transient' : 'unknownOutcome',
        `no answer from the ERP${code === '' ? '' : ` (${code})`}`,
        {
          exchange: traceOf('', ''),
        },
      )
    }
    const limit = limited(signal, request.timeoutMs ?? TIMEOUT_MS)
    const { response, text } = await answered(limit.signal).finally(limit.end)
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: jsonOf(text),
      // Made only where it is looked at: nearly every answer is a good one.
      get exchange(): Exchange {
        return traceOf(String(response.status), text)
      },
    }
  }

/**
 * A signal that also ends after so many ms, and leaves nothing behind: signals joined by the runtime stay with the worker's
 * own signal for as long as the process lives, and the request with them.
 */
const limited = (signal: AbortSignal, ms: number): { signal: AbortSignal; end: () => void } => {
  const own = new AbortController()
  const stop = (): void => own.abort(signal.reason)
  const timer = setTimeout(() => own.abort(new DOMException('the ERP took too long', 'TimeoutError')), ms)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  return {
    signal: own.signal,
    end: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}

/** The body, up to the limit: an endless answer must not fill the memory. */
const textOf = async (response: Response, maxBytes: number): Promise<string> => {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Error('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Retry-After in milliseconds, given in seconds or as a date; null where there is none. */
export const retryAfterMs = (headers: Headers, now: string): number | null => {
  const value = headers.get('retry-after')
  if (value === null) return null
  const seconds = Number(value)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.parse(now)
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 24 * 3_600_000) : null
}
