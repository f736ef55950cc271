import type { Context } from 'hono'
import type { Worker } from '../../../shared/catalogue.ts'
import {
  firstSchema,
  logInSchema,
  logOutSchema,
  meSchema,
  passwordSchema,
  startSchema,
  warehouseSchema,
} from '../../../shared/desk/session.ts'
import type { Me } from '../../../shared/desk/session.ts'
import type { WarehouseId } from '../../../shared/ids.ts'
import { msOf } from '../../../shared/time.ts'
import { makeBucket } from '../../auth/bucket.ts'
import { openSite } from '../../auth/first-site.ts'
import { tryPassword } from '../../auth/log-in.ts'
import { hashPassword } from '../../auth/password.ts'
import { equal } from '../../auth/token.ts'
import type { Account } from '../../account-ports.ts'
import { sendJson } from '../answer.ts'
import type { AppDeps } from '../deps.ts'
import { closeSession, csrfOf, forgetSession, openSession, ownPage } from '../desk-door.ts'
import { addressOf } from '../caller.ts'
import { deskEndpoint, json, NOTHING, openEndpoint } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'

const MAX_BYTES = 4096
export const ME = { 200: { description: 'Who is logged in', schema: meSchema } }

export const limited = (perMinute: number) => {
  const bucket = makeBucket({ burst: perMinute, perMinute })
  return (c: Context, deps: AppDeps) => {
    ownPage(c, deps)
    const wait = bucket.take(addressOf(c), msOf(deps.now()))
    if (wait !== null) throw refused('rate_limited', undefined, wait)
  }
}

type Home = { who: Worker; warehouse: WarehouseId; name: string }

/** The warehouses whose rosters have the person, and the person as each has them. */
export const homesOf = async (deps: AppDeps, worker: Worker['id']): Promise<readonly Home[]> => {
  const { site } = deps.stores
  const homes: Home[] = []
  for (const { id, name } of await site.warehouses()) {
    const who = (await site.roster(id))?.roster.workers.find(one => one.id === worker && one.active)
    if (who !== undefined) homes.push({ who, warehouse: id, name })
  }
  return homes
}

export const meOf = async (
  deps: AppDeps,
  at: { who: Worker; warehouse: WarehouseId; account: Pick<Account, 'login' | 'mustChange'>; token: string },
): Promise<Me> => {
  const { id, roles, clients } = at.who
  const warehouses = (await homesOf(deps, id)).map(home => ({ id: home.warehouse, name: home.name }))
  const warehouse = warehouses.find(one => one.id === at.warehouse) ?? { id: at.warehouse, name: '' }
  return {
    worker: id,
    name: at.who.name,
    login: at.account.login,
    roles: [...roles],
    clients: clients === null ? null : [...clients],
    warehouse,
    warehouses,
    csrf: csrfOf(at.token),
    mustChange: at.account.mustChange,
  }
}

/** The account whose password was typed; refused, alike for a name that nobody has, when it is wrong or has to wait. */
export const provenAccount = async (
  c: Context,
  deps: AppDeps,
  typed: { login: string; password: string },
): Promise<Account> => {
  const tried = await tryPassword(deps.stores.accounts, typed, deps.now())
  if (tried.kind === 'good') return tried.account
  if (tried.kind === 'wait')
    throw refused('rate_limited', 'Too many wrong passwords; wait a while.', Math.ceil(tried.ms / 1000))
  deps.log.warn({ from: addressOf(c), failures: tried.failures }, 'a log-in at the desk failed')
  throw refused('credentials')
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
      const account = await provenAccount(c, deps, body)
      const [home] = await homesOf(deps, account.worker)
      if (home === undefined) throw refused('credentials')
      const at = { worker: account.worker, warehouse: home.warehouse }
      const entry = { ...at, at: deps.now(), kind: 'desk.logIn', subject: account.login, body: {} }
      const token = await openSession(c, deps, at, entry)
      return sendJson(c, await meOf(deps, { who: home.who, ...at, account, token }))
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

/** POST /api/desk/warehouse: goes to another warehouse that the person works in. */
export const warehouseEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/warehouse',
    summary: 'Goes to another warehouse whose roster has the person; the session of before ends.',
    body: json(MAX_BYTES, warehouseSchema),
    answers: ME,
    refusals: ['not_found'],
  },
  async ({ c, deps, body, session, who, token: before }) => {
    const home = (await homesOf(deps, who.id)).find(one => one.warehouse === body.warehouse)
    if (home === undefined) throw refused('not_found', 'You do not work in this warehouse.')
    const at = { worker: who.id, warehouse: home.warehouse }
    const entry = { ...at, at: deps.now(), kind: 'desk.warehouse', subject: session.login, body: {} }
    await forgetSession(deps, before)
    const token = await openSession(c, deps, at, entry)
    return sendJson(c, await meOf(deps, { who: home.who, warehouse: home.warehouse, account: session, token }))
  },
)

/** POST /api/desk/session/end: logs out. */
export const logOutEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/session/end',
    summary: 'Ends the session of this desk; one that the identity provider has opened is to be ended there, too.',
    body: NOTHING,
    answers: { 200: { description: 'Nobody is logged in any more', schema: logOutSchema } },
    beforeChange: true,
  },
  async ({ c, deps, token, session }) => {
    await closeSession(c, deps, token)
    const to = session.way === 'identity' ? await deps.identity?.end() : null
    return sendJson(c, { to: to?.href ?? null })
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
    const { login } = session
    await provenAccount(c, deps, { login, password: body.before })
    if (body.before === body.password) throw refused('bad_request', 'The new password is the old one.')
    const now = deps.now()
    const password = await hashPassword(body.password)
    const entry = { warehouse, at: now, worker: who.id, kind: 'desk.password', subject: login, body: {} }
    await deps.stores.accounts.put({ worker: who.id, login, password, mustChange: false, now }, entry)
    const token = await openSession(c, deps, { worker: who.id, warehouse }, null)
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
  async ({ c, deps }) =>
    sendJson(c, {
      first: !(await deps.stores.accounts.any()),
      demo: deps.demo !== null,
      company: deps.identity !== null,
    }),
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
      refusals: ['unauthorised', 'forged', 'rate_limited', 'stale'],
      before: limited(10),
    },
    async ({ c, deps, body }) => {
      const { accounts, site } = deps.stores
      const isTheirs =
        deps.firstSecret !== null && equal(Buffer.from(body.secret.trim()), Buffer.from(deps.firstSecret))
      if (!isTheirs || (await accounts.any())) throw refused('unauthorised', 'The secret is not right.')
      const now = deps.now()
      const password = await hashPassword(body.password)
      const opened = await openSite(site, { ...body, key: deps.serverKey, now }, deps.random)
      if (opened === null) throw refused('stale')
      const { who, warehouse } = opened
      const { login } = body
      const entry = { warehouse, at: now, worker: who.id, kind: 'desk.first', subject: login, body: {} }
      await accounts.put({ worker: who.id, login, password, mustChange: false, now }, entry)
      const token = await openSession(c, deps, { worker: who.id, warehouse }, null)
      deps.log.info({ worker: who.id }, 'the first administrator was made')
      return sendJson(c, await meOf(deps, { who, warehouse, account: { login, mustChange: false }, token }))
    },
  )
