import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { Phase } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import { makeSession } from './session.ts'
import type { Secret } from './settings.ts'
import { classify, questionId, readAnswer, refusalIn, TrytonError } from './tryton-answer.ts'

export type TrytonAccess = {
  url: string
  database: string
  user: string
  password: Secret
  fetch: typeof globalThis.fetch
  now: () => string
}

/** Added to the user's own context: stock reads name their places and day in it, writes the version that they saw. */
export type Context = Readonly<Record<string, unknown>>
/** Searches leave out what is archived, and a clause on `active` does not reach into related records; this does. */
export const ARCHIVED_TOO = { active_test: false } as const
export type Answers = Readonly<Record<string, string>>

/** One call with its result checked by `schema`. */
type Call = <T extends v.GenericSchema>(
  method: string,
  args: readonly unknown[],
  schema: T,
  signal: AbortSignal,
  more?: { context?: Context; answers?: Answers },
) => Promise<v.InferOutput<T>>

export type Rpc = {
  /** Has no effect over there, so a lost answer costs only time. */
  read: Call
  /** May have an effect: a cut, late or unreadable answer is an unknown outcome. */
  write: Call
  /** Who we are there; read at each log-in. */
  preferences(signal: AbortSignal): Promise<Preferences>
  version(signal: AbortSignal): Promise<string>
  /** The server's clock at its last answer; logs in where there was none. Never ahead of the server. */
  clock(signal: AbortSignal): Promise<string>
  /** Lets the next call log in anew, also after a refused password. Only for `check`. */
  forget(): void
}

const preferencesSchema = v.looseObject({
  company: v.nullish(v.number(), null),
  groups: v.optional(v.array(v.number()), []),
  'company.rec_name': v.nullish(v.string(), ''),
})
export type Preferences = v.InferOutput<typeof preferencesSchema>
type LoggedIn = { user: number; token: string; header: string; preferences: Preferences }

/** Questions that one call may bring up, one after the other. */
const MAX_QUESTIONS = 5

type Post = (
  to: { path: string; header: string | null; phase: Phase },
  method: string,
  params: readonly unknown[],
  signal: AbortSignal,
) => Promise<unknown>

/** One POST a call; whatever does not come back as a result is an error of the port. */
const postTo = (access: TrytonAccess) => {
  // Whatever we hold that must not be printed: the password and the token of the session.
  const held = { token: '', clock: null as string | null }
  const http = erpHttp({ url: access.url, fetch: access.fetch, secrets: () => [access.password(), held.token] })
  let id = 0
  const post: Post = async ({ path, header, phase }, method, params, signal) => {
    id += 1
    const headers: Record<string, string> = header === null ? {} : { authorization: header }
    const answer = await http({ method: 'POST', path, phase, headers, body: { id, method, params } }, signal)
    const { exchange } = answer
    if (answer.status !== 200)
      throw new ErpError(classify({ status: answer.status }, phase), `${method}: HTTP ${answer.status}`, {
        exchange,
        retryAfterMs: retryAfterMs(answer.headers, access.now()),
      })
    const read = readAnswer(answer.json)
    if (read === null)
      throw new ErpError(
        phase === 'read' ? 'transient' : 'unknownOutcome',
        `${method}: what came back is no answer of Tryton (a page, or cut short)`,
        { exchange },
      )
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(date)) held.clock = new Date(date).toISOString()
    if ('refusal' in read) throw new TrytonError(read.refusal, method, phase, exchange)
    return read.result
  }
  return { post, held }
}

/** JSON-RPC of Tryton, the user's context last in every call. */
export const trytonRpc = (access: TrytonAccess): Rpc => {
  const { post, held } = postTo(access)
  const path = `/${encodeURIComponent(access.database)}/`

  const session = makeSession(async (signal): Promise<LoggedIn> => {
    const login = [access.user, { password: access.password() }, 'en']
    const open = { path, header: null, phase: 'read' } as const
    const answer = await post(open, 'common.db.login', login, signal).catch(refusedLogin)
    const read = v.safeParse(v.tuple([v.number(), v.string()]), answer)
    if (!read.success) throw new ErpError('transient', 'common.db.login: no answer of Tryton came back')
    const [user, token] = read.output
    held.token = token
    const header = `Session ${Buffer.from(`${access.user}:${user}:${token}`).toString('base64')}`
    const preferences = await post({ ...open, header }, 'model.res.user.get_preferences', [true, {}], signal)
    return { user, token, header, preferences: v.parse(preferencesSchema, preferences) }
  })

  const call =
    (phase: Phase): Call =>
    async (method, args, schema, signal, { context = {}, answers = {} } = {}) => {
      const send = (name: string, params: readonly unknown[], more: Context): Promise<unknown> =>
        session.use(
          to => post({ path, header: to.header, phase }, name, [...params, { ...to.preferences, ...more }], signal),
          signal,
        )
      for (let asked = 0; ; asked += 1) {
        try {
          const read = v.safeParse(schema, await send(method, args, context))
          if (read.success) return read.output
          throw new ErpError(
            phase === 'read' ? 'config' : 'unknownOutcome',
            `${method}: the answer has a form that is not known`,
            {
              exchange: { request: method, answer: `${v.getDotPath(read.issues[0]) ?? ''} ${read.issues[0].message}` },
            },
          )
        } catch (error) {
          const refusal = refusalIn(error)
          if (refusal?.kind !== 'UserWarning' || asked >= MAX_QUESTIONS) throw error
          if (answers[questionId(refusal.name, method)] !== 'yes') throw error
          const { user } = await session.use(async to => to, signal)
          await send('model.res.user.warning.create', [[{ user, name: refusal.name, always: false }]], {})
        }
      }
    }

  return {
    read: call('read'),
    write: call('write'),
    preferences: signal => session.use(async to => to.preferences, signal),
    version: async signal =>
      String(await post({ path: '/', header: null, phase: 'read' }, 'common.server.version', [], signal)),
    clock: async signal => {
      if (held.clock === null) await session.use(async to => to, signal)
      return held.clock ?? access.now()
    },
    forget: () => session.forget(),
  }
}

/** A log-in that is throttled was tried too often by somebody: waiting helps, another password does not. */
const refusedLogin = (error: unknown): never => {
  if (error instanceof ErpError && error.class === 'auth')
    throw new ErpError('auth', 'Tryton does not accept the user name and password.')
  throw error
}
