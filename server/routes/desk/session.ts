import type { Context } from 'hono'
import * as v from 'valibot'
import type { Worker } from '../../../shared/catalogue.ts'
import {
  firstSchema,
  logInSchema,
  loginName,
  meSchema,
  passwordSchema,
  startSchema,
} from '../../../shared/desk/session.ts'
import type { Me } from '../../../shared/desk/session.ts'
import type { WarehouseId } from '../../../shared/ids.ts'
import { isoOf, msOf } from '../../../shared/time.ts'
import { makeBucket } from '../../auth/bucket.ts'
import { openSite } from '../../auth/first-site.ts'
import { FORGET_MS, waitAfter } from '../../auth/lockout.ts'
import { hashPassword, isPassword } from '../../auth/password.ts'
import { equal } from '../../auth/token.ts'
import type { Account } from '../../ports.ts'
import { sendJson } from '../answer.ts'
import type { AppDeps } from '../deps.ts'
import { closeSession, csrfOf, openSession, ownPage } from '../desk-door.ts'
import { addressOf } from '../caller.ts'
import { deskEndpoint, json, NOTHING, openEndpoint } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'

const MAX_BYTES = 4096
const ME = { 200: { description: 'Who is logged in', schema: meSchema } }

const limited = (perMinute: number) => {
  const bucket = makeBucket({ burst: perMinute, perMinute })
  return (c: Context, deps: AppDeps) => {
    ownPage(c)
    const wait = bucket.take(addressOf(c), msOf(deps.now()))
    if (wait !== null) throw refused('rate_limited', undefined, wait)
  }
}

/** The warehouse whose roster has the person, and the person as it has them; null = none does any more. */
const homeOf = async (deps: AppDeps, worker: Worker['id']): Promise<{ who: Worker; warehouse: WarehouseId } | null> => {
  const { site } = deps.stores
  for (const { id } of await site.warehouses()) {
    const who = (await site.roster(id))?.roster.workers.find(one => one.id === worker && one.active)
    if (who !== undefined) return { who, warehouse: id }
  }
  return null
}

const meOf = async (
  deps: AppDeps,
  at: { who: Worker; warehouse: WarehouseId; account: Pick<Account, 'login' | 'mustChange'>; token: string },
): Promise<Me> => {
  const name = (await deps.stores.site.warehouses()).find(one => one.id === at.warehouse)?.name ?? ''
  const { id, roles, clients } = at.who
  return {
    worker: id,
    name: at.who.name,
    login: at.account.login,
    roles: [...roles],
    clients: clients === null ? null : [...clients],
    warehouse: { id: at.warehouse, name },
    csrf: csrfOf(at.token),
    mustChange: at.account.mustChange,
  }
}

/** Refuses while the name has to wait; the answer is the same for a name that nobody has. */
const letTry = async (deps: AppDeps, login: string): Promise<number> => {
  const now = msOf(deps.now())
  const before = await deps.stores.accounts.failures(login, isoOf(now - FORGET_MS))
  const wait = before === null ? 0 : msOf(before.until) - now
  if (wait > 0) throw refused('rate_limited', 'Too many wrong passwords; wait a while.', Math.ceil(wait / 1000))
  return before?.n ?? 0
}

/** POST /api/desk/session: logs in. */
export const logInEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/desk/session',
      summary: 'Logs a person in at the desk by name and password; the session is a cookie that no script can read.',
      body: json(MAX_BYTES, logInSchema),
      answers: ME,
      refusals: ['credentials', 'forged', 'rate_limited'],
      before: limited(30),
    },
    async ({ c, deps, body }) => {
      const { accounts, audit } = deps.stores
      const typed = v.safeParse(loginName, body.login)
      const login = typed.success ? typed.output : ''
      const before = await letTry(deps, login)
      const account = typed.success ? await accounts.find(login) : null
      const good = await isPassword(body.password, account?.password ?? null)
      const home = good && account !== null ? await homeOf(deps, account.worker) : null
      if (account === null || home === null) {
        const n = before + 1
        const now = deps.now()
        await accounts.fail({ login, n, until: isoOf(msOf(now) + waitAfter(n)), now })
        deps.log.warn({ from: addressOf(c), failures: n }, 'a log-in at the desk failed')
        throw refused('credentials')
      }
      await accounts.forgive(login)
      const token = await openSession(c, deps, { worker: account.worker, warehouse: home.warehouse })
      const entry = { warehouse: home.warehouse, at: deps.now(), worker: account.worker, kind: 'desk.logIn' }
      await audit.note({ ...entry, subject: login, body: {} })
      return sendJson(c, await meOf(deps, { ...home, account, token }))
    },
  )

/** GET /api/desk/session: whose page this is. */
export const meEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/session',
    summary: 'Who is logged in at this desk, and what every change has to send along.',
    body: NOTHING,
    answers: ME,
    beforeChange: true,
  },
  async ({ c, deps, session, who, warehouse, token }) =>
    sendJson(c, await meOf(deps, { who, warehouse, account: session, token })),
)

/** POST /api/desk/session/end: logs out. */
export const logOutEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/session/end',
    summary: 'Ends the session of this desk.',
    body: NOTHING,
    answers: { 200: { description: 'Nobody is logged in any more', schema: v.object({}) } },
    beforeChange: true,
  },
  async ({ c, deps, token }) => {
    await closeSession(c, deps, token)
    return sendJson(c, {})
  },
)

/** POST /api/desk/password: one's own. All other sessions of the person end. */
export const passwordEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/password',
    summary: 'Changes one’s own password; all other sessions of the person end.',
    body: json(MAX_BYTES, passwordSchema),
    answers: ME,
    refusals: ['credentials', 'rate_limited'],
    beforeChange: true,
  },
  async ({ c, deps, body, session, who, warehouse }) => {
    const { accounts, audit } = deps.stores
    const { login } = session
    const before = await letTry(deps, login)
    const held = await accounts.find(login)
    const now = deps.now()
    if (!(await isPassword(body.before, held?.password ?? null))) {
      await accounts.fail({ login, n: before + 1, until: isoOf(msOf(now) + waitAfter(before + 1)), now })
      throw refused('credentials')
    }
    if (body.before === body.password) throw refused('bad_request', 'The new password is the old one.')
    const password = await hashPassword(body.password)
    await accounts.put({ worker: who.id, login, password, mustChange: false, now })
    await accounts.forgive(login)
    const token = await openSession(c, deps, { worker: who.id, warehouse })
    await audit.note({ warehouse, at: now, worker: who.id, kind: 'desk.password', subject: login, body: {} })
    return sendJson(c, await meOf(deps, { who, warehouse, account: { login, mustChange: false }, token }))
  },
)

/** GET /api/desk/start: whether the page asks for a log-in or for the first administrator. */
export const startEndpoint = openEndpoint(
  {
    method: 'GET',
    path: '/api/desk/start',
    summary: 'Whether the first administrator is still to be made.',
    body: NOTHING,
    answers: { 200: { description: 'What the page begins with', schema: startSchema } },
  },
  async ({ c, deps }) => sendJson(c, { first: !(await deps.stores.accounts.any()), demo: deps.demo !== null }),
)

/** POST /api/desk/first: the first administrator of a new installation, and its warehouse. */
export const firstEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/desk/first',
      summary: 'Makes the first administrator, by the secret that the server prints while there is none.',
      body: json(MAX_BYTES, firstSchema),
      answers: ME,
      refusals: ['unauthorised', 'forged', 'rate_limited'],
      before: limited(10),
    },
    async ({ c, deps, body }) => {
      const { accounts, audit, site } = deps.stores
      const isTheirs =
        deps.firstSecret !== null && equal(Buffer.from(body.secret.trim()), Buffer.from(deps.firstSecret))
      if (!isTheirs || (await accounts.any())) throw refused('unauthorised', 'The secret is not right.')
      const password = await hashPassword(body.password)
      const { who, warehouse } = await openSite(site, { ...body, key: deps.serverKey, now: deps.now() }, deps.random)
      const { login } = body
      await accounts.put({ worker: who.id, login, password, mustChange: false, now: deps.now() })
      const token = await openSession(c, deps, { worker: who.id, warehouse })
      await audit.note({ warehouse, at: deps.now(), worker: who.id, kind: 'desk.first', subject: login, body: {} })
      deps.log.info({ worker: who.id }, 'the first administrator was made')
      return sendJson(c, await meOf(deps, { who, warehouse, account: { login, mustChange: false }, token }))
    },
  )
