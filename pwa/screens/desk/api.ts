import * as v from 'valibot'
import { CSRF_HEADER } from '../../../shared/desk/session.ts'

/** What the server said no to, with its word for it; `offline` when it could not be asked. */
export class Refused extends Error {
  readonly code: string
  readonly waitS: number
  constructor(code: string, message: string, waitS = 0) {
    super(message)
    this.code = code
    this.waitS = waitS
  }
}

const refusalSchema = v.object({ code: v.string(), message: v.optional(v.string(), '') })

/** The server as the desk asks it: the browser brings the session, the page brings its word with every change. */
export type Api = {
  get: <S extends v.GenericSchema>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: S,
  ) => Promise<v.InferOutput<S>>
  post: <S extends v.GenericSchema>(path: string, body: object, schema: S) => Promise<v.InferOutput<S>>
  /** A file that is asked for with a body. */
  download: (path: string, body: object) => Promise<Blob>
  /** A file as it is. */
  file: <S extends v.GenericSchema>(
    path: string,
    query: Readonly<Record<string, string>>,
    file: Blob,
    schema: S,
  ) => Promise<v.InferOutput<S>>
  /** The word of the session, which every change carries from here on. */
  remember: (csrf: string) => void
}

/** `onGone`: the session has ended. */
export const makeApi = (onGone: () => void): Api => {
  let csrf = ''
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    let response: Response
    try {
      response = await fetch(path, init)
    } catch {
      throw new Refused('offline', '')
    }
    if (response.ok) return response
    const body: unknown = await response.json().catch(() => null)
    const { code, message } = v.is(refusalSchema, body)
      ? v.parse(refusalSchema, body)
      : { code: 'fault', message: String(response.status) }
    if (code === 'unauthorised') onGone()
    throw new Refused(code, message, Number(response.headers.get('retry-after') ?? 0))
  }
  const ask = async <S extends v.GenericSchema>(
    path: string,
    init: RequestInit,
    schema: S,
  ): Promise<v.InferOutput<S>> => {
    const response = await send(path, init)
    const body: unknown = await response.json().catch(() => null)
    return v.parse(schema, body)
  }
  const change = (body: object): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: csrf },
    body: JSON.stringify(body),
  })
  return {
    file: (path, query, file, schema) =>
      ask(
        `${path}?${new URLSearchParams(query).toString()}`,
        { method: 'POST', headers: { 'content-type': 'text/csv', [CSRF_HEADER]: csrf }, body: file },
        schema,
      ),
    get: (path, query, schema) => {
      const search = new URLSearchParams(query).toString()
      return ask(search === '' ? path : `${path}?${search}`, {}, schema)
    },
    post: (path, body, schema) => ask(path, change(body), schema),
    download: async (path, body) => (await send(path, change(body))).blob(),
    remember: word => {
      csrf = word
    },
  }
}
