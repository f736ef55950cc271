import {
  accountSchema,
  peopleAnswerSchema,
  personAnswerSchema,
  personPinSchema,
  personSchema,
} from '../../../shared/desk/people.ts'
import type { PeopleAnswer, PersonAnswer } from '../../../shared/desk/people.ts'
import { timeId } from '../../../shared/ids.ts'
import { msOf } from '../../../shared/time.ts'
import * as v from 'valibot'
import { newBadge } from '../../auth/badge.ts'
import { hashPassword } from '../../auth/password.ts'
import { changePeople } from '../../auth/person-change.ts'
import { nextRoster, peoplePolicy, signRoster } from '../../auth/roster.ts'
import { sendJson } from '../answer.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients } from './parts.ts'
import { homesOf } from './session.ts'
import { putPin } from './pin.ts'

/** GET /api/desk/people: who works here, with what they may do. */
export const peopleEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/people',
    summary:
      'The people of the warehouse with their roles, clients and log-ins. Badges, passwords and PINs are never shown.',
    body: NOTHING,
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'People', schema: peopleAnswerSchema } },
  },
  async ({ c, deps, who, warehouse }) => {
    ofAllClients({ who })
    const { site, accounts } = deps.stores
    const held = await site.roster(warehouse)
    const logins = new Map((await accounts.list()).map(account => [account.worker, account]))
    const clients = await site.clients(warehouse)
    return sendJson(c, {
      version: held?.roster.version ?? 0,
      people: (held?.roster.workers ?? []).map(
        ({ id, name, roles, clients: theirs, active, approves = null, pin }) => ({
          id,
          name,
          roles: [...roles],
          clients: theirs === null ? null : [...theirs],
          active,
          approves,
          pin: pin !== undefined,
          login: logins.get(id)?.login ?? null,
          mustChange: logins.get(id)?.mustChange ?? false,
          company: logins.get(id)?.company ?? null,
          linked: logins.get(id)?.linked ?? false,
        }),
      ),
      companyLogIn: deps.identity !== null,
      clients: clients.map(({ id, name }) => ({ id, name })),
    } satisfies PeopleAnswer)
  },
)

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
    ofAllClients({ who })
    const { site } = deps.stores
    const held = await site.roster(warehouse)
    const version = held?.roster.version ?? 0
    if (version !== body.expectedVersion) throw refused('stale')
    const clients = new Set((await site.clients(warehouse)).map(({ id }) => id))
    const id = timeId<'worker'>(msOf(deps.now()), deps.random(10))
    const given = { workers: held?.roster.workers ?? [], clients, by: who.id, id, badge: newBadge(deps.random) }
    const change = changePeople(given, body)
    if (!change.ok) throw refused(change.code, change.why)
    const { person, badge, workers } = change
    const { rosterDays, pin } = await peoplePolicy(site, warehouse)
    const roster = nextRoster({ warehouse, version, workers, pin }, deps.now(), rosterDays)
    const entry = {
      warehouse,
      at: deps.now(),
      worker: who.id,
      kind: body.id === null ? 'people.add' : 'people.change',
      subject: person.id,
      body: {
        roles: person.roles,
        clients: person.clients,
        active: person.active,
        approves: person.approves ?? null,
        badge: badge !== null,
      },
    }
    const along = { entry, ends: person.active ? null : person.id }
    if (!(await site.replaceRoster(warehouse, roster, signRoster(deps.serverKey, roster), along)))
      throw refused('stale')
    deps.doorbell.ring(warehouse)
    const pinEnded = person.pin === undefined && held?.roster.workers.find(({ id: one }) => one === person.id)?.pin
    const answer: PersonAnswer = { id: person.id, version: roster.version, badge, pinEnded: Boolean(pinEnded) }
    return sendJson(c, answer)
  },
)

/** POST /api/desk/account: the log-in of a person. */
export const accountEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/account',
    summary:
      'Gives a person a log-in, by a password that has to be changed at once, by the company’s identity provider under the name that it has for them, or both; or takes it away.',
    body: json(4096, accountSchema),
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'Done', schema: v.object({}) } },
    refusals: ['role', 'not_found', 'taken', 'bad_request'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    ofAllClients({ who })
    const { site, accounts } = deps.stores
    const held = await site.roster(warehouse)
    if (held?.roster.workers.some(one => one.id === body.worker && one.active) !== true)
      throw refused('not_found', 'There is no such person.')
    const now = deps.now()
    const entry = { warehouse, at: now, worker: who.id, subject: body.worker }
    if (body.account === null) {
      if (body.worker === who.id) throw refused('role', 'Nobody takes their own log-in away.')
      await accounts.remove(body.worker, { ...entry, kind: 'account.end', body: {} })
      return sendJson(c, {})
    }
    const { login, company, password: typed } = body.account
    if (company !== undefined && deps.identity === null)
      throw refused('bad_request', 'There is no company log-in here.')
    const isHeld = (await accounts.list()).some(one => one.worker === body.worker)
    if (typed === null && !isHeld && !company)
      throw refused('bad_request', 'A log-in needs a password or a name of the company log-in.')
    const password = typed === null ? null : await hashPassword(typed)
    const told = company === undefined ? {} : { company }
    const account = { worker: body.worker, login, password, mustChange: typed !== null, ...told, now }
    if (!(await accounts.put(account, { ...entry, kind: 'account.put', body: { login, ...told } })))
      throw refused('taken')
    return sendJson(c, {})
  },
)

/** POST /api/desk/people/pin: the first PIN of a person, or none. */
export const personPinEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/people/pin',
    summary: 'Gives a person a PIN that confirms their badge on handhelds, or takes it away. It is never shown.',
    body: json(1024, personPinSchema),
    roles: ['administrator'],
    strictly: true,
    answers: { 200: { description: 'Done', schema: v.object({}) } },
    refusals: ['role', 'not_found', 'bad_request', 'stale'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    ofAllClients({ who })
    const entry = { warehouse, at: deps.now(), worker: who.id, subject: body.worker, body: {} }
    const roles = (await homesOf(deps, body.worker)).flatMap(home => home.who.roles)
    await putPin(deps, { worker: body.worker, pin: body.pin, entry, roles })
    deps.doorbell.ring(warehouse)
    return sendJson(c, {})
  },
)
