import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { identityStartSchema } from '../../../shared/desk/session.ts'
import type { IdentityTrouble } from '../../../shared/desk/session.ts'
import { isoOf, msOf } from '../../../shared/time.ts'
import { BACK } from '../../auth/identity.ts'
import type { IdentityProvider } from '../../auth/identity.ts'
import type { Account } from '../../account-ports.ts'
import { sendJson } from '../answer.ts'
import { addressOf } from '../caller.ts'
import type { AppDeps } from '../deps.ts'
import { isSafe, openSession } from '../desk-door.ts'
import { NOTHING, openEndpoint } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { homesOf, limited } from './session.ts'

/** So long a person may take at their provider. */
const ASKED_S = 10 * 60

/** Another site sends the browser back, so this one cookie travels with that. It is good once, and opens nothing by itself. */
const cookieName = (c: Context): string => (isSafe(c) ? '__Host-stockhand-identity' : 'stockhand-identity')
const cookieOptions = (c: Context) => ({
  httpOnly: true,
  sameSite: 'Lax' as const,
  path: '/',
  secure: isSafe(c),
})
const hashOf = (secret: string): string => createHash('sha256').update(`identity ${secret}`).digest('hex')

const configured = ({ identity }: AppDeps): IdentityProvider => {
  if (identity === null) throw refused('not_found', 'No company log-in is configured here.')
  return identity
}

/** POST /api/desk/identity/start */
const startEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/desk/identity/start',
      summary:
        'Where the browser goes for a log-in by the company’s identity provider; binds the way back to this browser.',
      body: NOTHING,
      answers: { 200: { description: 'The address of the provider', schema: identityStartSchema } },
      refusals: ['not_found', 'forged', 'rate_limited', 'busy'],
      before: limited(30),
    },
    async ({ c, deps }) => {
      const identity = configured(deps)
      const asked = c.req.header('origin') ?? deps.origin()
      if (asked !== identity.home.origin)
        throw refused('forged', `The company log-in belongs to ${identity.home.origin}: open the desk there.`)
      const secret = Buffer.from(deps.random(32)).toString('base64url')
      const to = await identity.begin(secret)
      if (to === null) throw refused('busy', 'The company’s log-in cannot be reached.')
      const now = deps.now()
      const until = isoOf(msOf(now) + ASKED_S * 1000)
      await deps.stores.signIns.ask({ kind: 'identity', worker: null, body: {}, hash: hashOf(secret), now, until })
      setCookie(c, cookieName(c), secret, { ...cookieOptions(c), maxAge: ASKED_S })
      return sendJson(c, { to: to.href })
    },
  )

type Found = { account: Account; isNew: boolean }

/** By what the provider has named them once; the first time by the name that an administrator has entered. */
const accountOf = async (
  deps: AppDeps,
  told: { issuer: string; subject: string; name: string | null },
): Promise<Found | null> => {
  const { signIns, accounts } = deps.stores
  const known = await signIns.identity(told)
  const worker = known ?? (told.name === null ? null : await signIns.named(told.name))
  const account = (await accounts.list()).find(one => one.worker === worker)
  return account === undefined ? null : { account, isNew: known === null }
}

/** Logs in, or says what is in the way; the reasons are for the log. */
const logIn = async (c: Context, deps: AppDeps, identity: IdentityProvider): Promise<IdentityTrouble | null> => {
  const secret = getCookie(c, cookieName(c)) ?? ''
  deleteCookie(c, cookieName(c), cookieOptions(c))
  const { signIns } = deps.stores
  if (secret === '' || (await signIns.answered(hashOf(secret), 'identity', deps.now())) === null) return 'again'
  const told = await identity.finish(new URL(c.req.url).search, secret)
  if (told.kind !== 'good') {
    deps.log.warn({ from: addressOf(c), why: told.why }, 'a company log-in failed')
    return told.kind
  }
  const found = await accountOf(deps, told)
  const home = found === null ? undefined : (await homesOf(deps, found.account.worker))[0]
  if (found === null || home === undefined) {
    deps.log.warn(
      { from: addressOf(c), named: told.name !== null },
      'a company log-in of somebody who has no log-in here',
    )
    return told.name === null ? 'unverified' : 'unknown'
  }
  const { worker, login } = found.account
  const at = { worker, warehouse: home.warehouse }
  const entry = { ...at, at: deps.now(), subject: login }
  const { issuer, subject, name } = told
  if (found.isNew && name !== null) {
    const link = { ...entry, kind: 'identity.link', body: { issuer } }
    if (!(await signIns.link({ issuer, subject, worker, name }, link))) return 'unknown'
  }
  const about = { kind: 'desk.logIn', body: { way: 'identity', issuer } }
  await openSession(c, deps, { ...at, way: 'identity' }, { ...entry, ...about })
  return null
}

/** GET /api/desk/identity/back: the provider sends the browser here. */
const backEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'GET',
      path: BACK,
      summary:
        'Where the identity provider sends the browser: logs the person in and leads to the desk, which says what went wrong.',
      query: v.object({
        code: v.optional(v.string()),
        state: v.optional(v.string()),
        iss: v.optional(v.string()),
        error: v.optional(v.string()),
      }),
      body: NOTHING,
      answers: { 303: { description: 'To the desk', type: 'text/plain' } },
      refusals: ['not_found', 'rate_limited'],
      before: limited(30),
    },
    async ({ c, deps }) => {
      const identity = configured(deps)
      const trouble = await logIn(c, deps, identity)
      return c.redirect(new URL(trouble === null ? '/desk' : `/desk?login=${trouble}`, identity.home).href, 303)
    },
  )

export const identityEndpoints = (): readonly Endpoint[] => [startEndpoint(), backEndpoint()]
