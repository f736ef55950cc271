import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Worker } from '../../shared/catalogue.ts'
import { CSRF_HEADER } from '../../shared/desk/session.ts'
import type { WarehouseId, WorkerId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { equal } from '../auth/token.ts'
import type { AuditEntry } from '../ports.ts'
import type { DeskSession, SignInWay } from '../account-ports.ts'
import type { AppDeps } from './deps.ts'
import { noted } from './noted.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

/** A desk that nobody touched for so long asks again, and every desk once a day. */
const IDLE_MS = 2 * 3_600_000
const WHOLE_MS = 14 * 3_600_000
const MAX_AGENT = 300

/** By HTTPS, to us or to a proxy that is believed. Browsers take `__Host-` over HTTPS only; it keeps other hosts and paths from setting the cookie. */
export const isSafe = (c: Context): boolean => noted(c).secure === true || new URL(c.req.url).protocol === 'https:'
const cookieName = (c: Context): string => (isSafe(c) ? '__Host-stockhand-desk' : 'stockhand-desk')

export const sessionHash = (token: string): string => createHash('sha256').update(`session ${token}`).digest('hex')
/** Bound to the session: whoever can read it has the page, and the cookie alone does not give it away. */
export const csrfOf = (token: string): string => createHash('sha256').update(`csrf ${token}`).digest('base64url')

/** A request with a handheld's token is a handheld's, whatever cookies come along. */
export const atDesk = (c: Context): boolean =>
  c.req.header('authorization') === undefined && getCookie(c, cookieName(c)) !== undefined

const begunSince = (deps: AppDeps): string => isoOf(msOf(deps.now()) - WHOLE_MS)
/** Since when a session must have been used and begun to be one still. */
export const livingSince = (deps: AppDeps): { usedSince: string; begunSince: string } => ({
  usedSince: isoOf(msOf(deps.now()) - IDLE_MS),
  begunSince: begunSince(deps),
})

export type AtDesk = { session: DeskSession; token: string; who: Worker; warehouse: WarehouseId }

/** Throws for anybody without a good session, and for every change that the desk's own page has not sent. */
export const enterDesk = async (c: Context, deps: AppDeps, beforeChange = false): Promise<AtDesk> => {
  const token = getCookie(c, cookieName(c)) ?? ''
  const at = { now: deps.now(), ...livingSince(deps) }
  const session = token === '' ? null : await deps.stores.accounts.session(sessionHash(token), at)
  if (session === null) throw refused('unauthorised')
  if (c.req.method !== 'GET') {
    ownPage(c, deps)
    if (!equal(Buffer.from(c.req.header(CSRF_HEADER) ?? ''), Buffer.from(csrfOf(token)))) throw refused('forged')
  }
  const who = await workerOf(deps.stores.site, session, session.worker)
  if (who === null) throw refused('unauthorised')
  if (session.mustChange && !beforeChange) throw refused('password_change')
  return { session, token, who, warehouse: session.warehouse }
}

/**
 * Browsers say where a request comes from; one of another page is refused before anything else is looked at. Behind a proxy
 * the host that was asked may be the proxy's own name for us: then the address that was configured counts.
 */
export const ownPage = (c: Context, deps: AppDeps): void => {
  const origin = c.req.header('origin')
  if (origin === undefined || origin === deps.origin()) return
  if (URL.parse(origin)?.host !== (c.req.header('host') ?? new URL(c.req.url).host)) throw refused('forged')
}

/** Begins a session, with its entry of the audit log, and gives the browser its token; returns it. */
export const openSession = async (
  c: Context,
  deps: AppDeps,
  at: { worker: WorkerId; warehouse: WarehouseId; way?: SignInWay },
  entry: AuditEntry | null,
): Promise<string> => {
  const token = Buffer.from(deps.random(32)).toString('base64url')
  const agent = (c.req.header('user-agent') ?? '').slice(0, MAX_AGENT)
  const times = { now: deps.now(), begunSince: begunSince(deps) }
  const session = { hash: sessionHash(token), way: 'password' as const, ...at, ...times, agent }
  await deps.stores.accounts.open(session, entry)
  setCookie(c, cookieName(c), token, { httpOnly: true, sameSite: 'Strict', path: '/', secure: isSafe(c) })
  return token
}

/** Without a word to the browser, which gets another one in the same answer. */
export const forgetSession = (deps: AppDeps, token: string): Promise<void> =>
  deps.stores.accounts.close(sessionHash(token))

export const closeSession = async (c: Context, deps: AppDeps, token: string): Promise<void> => {
  await forgetSession(deps, token)
  deleteCookie(c, cookieName(c), { path: '/', secure: isSafe(c) })
}
