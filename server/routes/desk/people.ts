import { accountSchema, peopleAnswerSchema, personAnswerSchema, personSchema } from '../../../shared/desk/people.ts'
import type { PeopleAnswer, PersonAnswer, PersonAsk } from '../../../shared/desk/people.ts'
import { MAX_PEOPLE } from '../../../shared/desk/people.ts'
import type { Worker } from '../../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../../shared/default-policy.ts'
import { timeId } from '../../../shared/ids.ts'
import type { WarehouseId } from '../../../shared/ids.ts'
import { sha256Hex } from '../../../shared/sync/seal.ts'
import { msOf } from '../../../shared/time.ts'
import * as v from 'valibot'
import { newBadge } from '../../auth/badge.ts'
import { hashPassword } from '../../auth/password.ts'
import { nextRoster, signRoster } from '../../auth/roster.ts'
import { sendJson } from '../answer.ts'
import type { AppDeps } from '../deps.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'

/** GET /api/desk/people: who works here, with what they may do. */
export const peopleEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/people',
    summary: 'The people of the warehouse with their roles, clients and log-ins. Badges and passwords are never shown.',
    body: NOTHING,
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'People', schema: peopleAnswerSchema } },
  },
  async ({ c, deps, warehouse }) => {
    const { site, accounts } = deps.stores
    const held = await site.roster(warehouse)
    const logins = new Map((await accounts.list()).map(account => [account.worker, account]))
    const clients = await site.clients(warehouse)
    return sendJson(c, {
      version: held?.roster.version ?? 0,
      people: (held?.roster.workers ?? []).map(({ id, name, roles, clients: theirs, active }) => ({
        id,
        name,
        roles: [...roles],
        clients: theirs === null ? null : [...theirs],
        active,
        login: logins.get(id)?.login ?? null,
        mustChange: logins.get(id)?.mustChange ?? false,
      })),
      clients: clients.map(({ id, name }) => ({ id, name })),
    } satisfies PeopleAnswer)
  },
)

/** The person as they are to be; refuses what would leave nobody to give roles. */
const changed = (deps: AppDeps, workers: readonly Worker[], ask: PersonAsk, me: Worker['id']) => {
  const before = ask.id === null ? undefined : workers.find(one => one.id === ask.id)
  if (ask.id !== null && before === undefined) throw refused('not_found', 'There is no such person.')
  if (before === undefined && workers.length >= MAX_PEOPLE)
    throw refused('bad_request', `A warehouse has at most ${MAX_PEOPLE} people.`)
  if (ask.id === me && (!ask.active || !ask.roles.includes('administrator')))
    throw refused('role', 'Nobody takes the administrator’s role from themselves; somebody else can.')
  const badge = before === undefined || ask.badge ? newBadge(deps.random) : null
  const person: Worker = {
    id: before?.id ?? timeId<'worker'>(msOf(deps.now()), deps.random(10)),
    name: ask.name,
    badgeHash: badge === null ? (before?.badgeHash ?? '') : sha256Hex(badge),
    roles: [...new Set(ask.roles)],
    clients: ask.clients,
    zones: before?.zones ?? null,
    active: ask.active,
  }
  return { person, badge }
}

/** Clients of this warehouse only: a role for another one would show its goods. */
const knownClients = async (deps: AppDeps, warehouse: WarehouseId, ask: PersonAsk): Promise<void> => {
  const known = new Set((await deps.stores.site.clients(warehouse)).map(({ id }) => id))
  if (ask.clients?.some(id => !known.has(id)) === true) throw refused('not_found', 'There is no such client.')
  if (ask.roles.includes('client') && ask.clients === null)
    throw refused('bad_request', 'A person of a client needs the clients whose goods they may see.')
}

/** POST /api/desk/people: adds a person or changes one; handhelds have it with their next round. */
export const changePersonEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/people',
    summary: 'Adds a person or changes one, on the version that was seen; a new badge is shown once.',
    body: json(32 * 1024, personSchema),
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'Done, with the badge where one was made', schema: personAnswerSchema } },
    refusals: ['role', 'not_found', 'stale'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { site, audit, accounts } = deps.stores
    await knownClients(deps, warehouse, body)
    const held = await site.roster(warehouse)
    const version = held?.roster.version ?? 0
    if (version !== body.expectedVersion) throw refused('stale')
    const workers = held?.roster.workers ?? []
    const { person, badge } = changed(deps, workers, body, who.id)
    const isNew = !workers.some(one => one.id === person.id)
    const all = isNew ? [...workers, person] : workers.map(one => (one.id === person.id ? person : one))
    const days = (await site.policies(warehouse))?.warehouse.worker.rosterDays ?? DEFAULT_POLICY.worker.rosterDays
    const roster = nextRoster({ warehouse, version, workers: all }, deps.now(), days)
    if (!(await site.replaceRoster(warehouse, roster, signRoster(deps.serverKey, roster)))) throw refused('stale')
    if (!person.active) await accounts.remove(person.id)
    await audit.note({
      warehouse,
      at: deps.now(),
      worker: who.id,
      kind: isNew ? 'people.add' : 'people.change',
      subject: person.id,
      body: { roles: person.roles, clients: person.clients, active: person.active, badge: badge !== null },
    })
    deps.doorbell.ring(warehouse)
    return sendJson(c, { id: person.id, version: roster.version, badge } satisfies PersonAnswer)
  },
)

/** POST /api/desk/account: the log-in of a person. */
export const accountEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/account',
    summary: 'Gives a person a log-in whose password has to be changed at once, or takes it away.',
    body: json(4096, accountSchema),
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'Done', schema: v.object({}) } },
    refusals: ['role', 'not_found', 'taken'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { site, audit, accounts } = deps.stores
    const held = await site.roster(warehouse)
    if (held?.roster.workers.some(one => one.id === body.worker && one.active) !== true)
      throw refused('not_found', 'There is no such person.')
    const now = deps.now()
    const entry = { warehouse, at: now, worker: who.id, subject: body.worker }
    if (body.account === null) {
      if (body.worker === who.id) throw refused('role', 'Nobody takes their own log-in away.')
      await accounts.remove(body.worker)
      await audit.note({ ...entry, kind: 'account.end', body: {} })
      return sendJson(c, {})
    }
    const { login } = body.account
    const password = await hashPassword(body.account.password)
    if (!(await accounts.put({ worker: body.worker, login, password, mustChange: true, now }))) throw refused('taken')
    await audit.note({ ...entry, kind: 'account.put', body: { login } })
    return sendJson(c, {})
  },
)
