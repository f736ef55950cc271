import * as v from 'valibot'
import { HEADERS, SCHEME, tokenAnswerSchema } from '../../shared/sync/enrol.ts'
import { proofOf, proofText } from '../../shared/sync/seal.ts'
import { refusalSchema } from '../../shared/sync/wire.ts'
import type { Reply } from './ports.ts'

/** What one request with a token needs of the device. Tokens live in memory: a reload asks for a new one. */
export type ApiDevice = { device: string; sign: (text: string) => Promise<string> }

export type Request = {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  body?: string
  /** Instead of a body: bytes and their SHA-256. */
  photo?: { bytes: Uint8Array<ArrayBuffer>; sha: string }
  timeoutMs?: number | null
}

/** Everything that leaves the page takes this way: token, proof of the device key, the server's nonce, one time-out. */
export type Api = {
  /** The answer as it came, or null when there is no network. 401s that can be mended were mended. */
  send(request: Request): Promise<Response | null>
  /** The answer's JSON through a schema; what does not fit is no network (captive portals answer everything). */
  json<S extends v.GenericSchema>(request: Request, schema: S): Promise<Reply<v.InferOutput<S>>>
  /** `run` gets what an answer says of calls of the desk; at once what the last one has said. */
  called(run: (call: string) => void): void
}

export type ApiDeps = {
  fetch: typeof fetch
  /** '' for the page's own origin. */
  base: string
  /** Device wall clock, ms. */
  now: () => number
}

const TIMEOUT_MS = 20_000

/** What is known of the token at this moment. */
type Tokens = {
  access: string
  nonce: string
  refreshing: Promise<boolean> | null
  call: string | null
  called: ((call: string) => void) | null
}

export const makeApi = (deps: ApiDeps, device: ApiDevice, first: { access: string; nonce: string } | null): Api => {
  const [access, nonce] = [first?.access ?? '', first?.nonce ?? '']
  const tokens: Tokens = { access, nonce, refreshing: null, call: null, called: null }
  const proven = async (request: Request): Promise<Response | null> =>
    raw(deps, tokens, request, {
      authorization: `${SCHEME} ${tokens.access}`,
      [HEADERS.nonce]: tokens.nonce,
      [HEADERS.proof]: await device.sign(proofFor(request, tokens.nonce)),
    })
  const refreshed = (): Promise<boolean> => {
    tokens.refreshing ??= refresh(deps, tokens, device).finally(() => {
      tokens.refreshing = null
    })
    return tokens.refreshing
  }
  const send: Api['send'] = async request => {
    if (tokens.access === '') await refreshed()
    let response = await proven(request)
    for (let attempt = 0; attempt < 2 && response?.status === 401; attempt += 1) {
      const refusal = v.safeParse(refusalSchema, await bodyOf(response.clone()))
      const code = refusal.success ? refusal.output.code : null
      if (code === 'use_nonce') tokens.nonce = (refusal.success ? refusal.output.nonce : null) ?? tokens.nonce
      else if (!(await refreshed())) return response
      response = await proven(request)
    }
    return response
  }
  return {
    send,
    called: run => {
      tokens.called = run
      if (tokens.call !== null) run(tokens.call)
    },
    json: async (request, schema) => {
      const sentAt = deps.now()
      const response = await send(request)
      return response === null ? { kind: 'offline' } : replyOf(response, schema, sentAt, deps.now)
    },
  }
}

const proofFor = ({ method, path, body = '', photo }: Request, nonce: string): string =>
  photo === undefined ? proofText(method, path, body, nonce) : proofOf(method, path, photo.sha, nonce)

/** Null = no network. Keeps the nonce of the answer for the next proof. */
const raw = async (
  deps: ApiDeps,
  tokens: Tokens,
  request: Request,
  headers: Record<string, string>,
): Promise<Response | null> => {
  const timeout = request.timeoutMs === undefined ? TIMEOUT_MS : request.timeoutMs
  const body = request.photo?.bytes ?? request.body
  const type = request.photo === undefined ? 'application/json' : 'image/jpeg'
  try {
    const response = await deps.fetch(deps.base + request.path, {
      method: request.method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
      cache: request.path.startsWith('/api/blk/') ? 'default' : 'no-store',
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
      ...(timeout === null ? {} : { signal: AbortSignal.timeout(timeout) }),
    })
    tokens.nonce = response.headers.get(HEADERS.nonce) ?? tokens.nonce
    const call = response.headers.get(HEADERS.call)
    if (call !== null) {
      tokens.call = call
      tokens.called?.(call)
    }
    return response
  } catch {
    return null
  }
}

/** A new access token, proven by the device key. The first try may only bring the nonce to sign. */
const refresh = async (deps: ApiDeps, tokens: Tokens, { device, sign }: ApiDevice): Promise<boolean> => {
  // After a start there is none yet: it comes with an answer that needs no proof.
  if (tokens.nonce === '') await raw(deps, tokens, { method: 'GET', path: '/api/health' }, {})
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { nonce } = tokens
    const body = JSON.stringify({ device, nonce, sig: await sign(`token\n${device}\n${nonce}`) })
    const response = await raw(deps, tokens, { method: 'POST', path: '/api/token', body }, {})
    if (response === null) return false
    const answer = await bodyOf(response)
    const good = response.ok ? v.safeParse(tokenAnswerSchema, answer) : null
    if (good?.success === true) {
      tokens.access = good.output.access
      tokens.nonce = good.output.nonce
      return true
    }
    const refusal = v.safeParse(refusalSchema, answer)
    if (!refusal.success || refusal.output.code !== 'use_nonce') return false
    tokens.nonce = refusal.output.nonce ?? tokens.nonce
  }
  return false
}

const bodyOf = async (response: Response): Promise<unknown> => {
  try {
    return await response.json()
  } catch {
    return null
  }
}

const isJson = (response: Response): boolean =>
  (response.headers.get('content-type') ?? '').startsWith('application/json')

/** A portal's page is 200 and HTML, or JSON of somebody else: both are no network. */
const replyOf = async <S extends v.GenericSchema>(
  response: Response,
  schema: S,
  sentAt: number,
  now: () => number,
): Promise<Reply<v.InferOutput<S>>> => {
  const receivedAt = now()
  if (!response.ok) return refusedBy(response)
  if (!isJson(response)) return { kind: 'offline' }
  const read = v.safeParse(schema, await bodyOf(response))
  return read.success ? { kind: 'ok', body: read.output, sentAt, receivedAt } : { kind: 'offline' }
}

export const refusedBy = async (response: Response): Promise<Reply<never>> => {
  // A redirect of a portal never gets here (`redirect: 'error'`); its 4xx pages have no refusal of ours inside.
  const refusal = isJson(response) ? v.safeParse(refusalSchema, await bodyOf(response)) : null
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    kind: 'refused',
    status: response.status,
    refusal: refusal?.success === true ? refusal.output : null,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  }
}
