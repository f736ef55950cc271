import * as v from 'valibot'
import { endSessionsSchema, mineSchema, ownPinSchema } from '../../../shared/desk/mine.ts'
import type { Mine } from '../../../shared/desk/mine.ts'
import { sendJson } from '../answer.ts'
import { livingSince, sessionHash } from '../desk-door.ts'
import { leastDigits, needsPin } from '../../../shared/pin.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { putPin } from './pin.ts'
import { homesOf, provenAccount } from './session.ts'

/** GET /api/desk/mine */
export const mineEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/mine',
    summary: 'One’s own passkeys and sessions, and whether one has a PIN.',
    body: NOTHING,
    answers: { 200: { description: 'Ways in, and where one is logged in', schema: mineSchema } },
  },
  async ({ c, deps, who, warehouse, token }) => {
    const { signIns, site } = deps.stores
    const here = sessionHash(token)
    const [passkeys, sessions] = [await signIns.passkeys(who.id), await signIns.sessions(who.id, livingSince(deps))]
    const roster = (await site.roster(warehouse))?.roster
    const homes = await homesOf(deps, who.id)
    return sendJson(c, {
      pin: {
        set: who.pin !== undefined,
        least: leastDigits(homes.flatMap(home => home.who.roles)),
        asked: roster !== undefined && needsPin(roster, who),
      },
      passkeys: passkeys.map(({ id, name, host, madeAt, usedAt }) => ({ id, name, host, madeAt, usedAt })),
      sessions: sessions.map(({ hash, ...session }) => ({ ...session, here: hash === here })),
    } satisfies Mine)
  },
)

/** POST /api/desk/mine/sessions */
export const endSessionsEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/mine/sessions',
    summary: 'Ends one of one’s other sessions, or all of them; the one that asks goes on.',
    body: json(1024, endSessionsSchema),
    answers: { 200: { description: 'How many have ended', schema: v.object({ ended: v.number() }) } },
  },
  async ({ c, deps, body, who, warehouse, token, session }) => {
    const end = { worker: who.id, id: body.id, but: sessionHash(token) }
    const about = { kind: 'desk.logOutElsewhere', subject: session.login, body: {} }
    const entry = { warehouse, at: deps.now(), worker: who.id, ...about }
    return sendJson(c, { ended: await deps.stores.signIns.endSessions(end, entry) })
  },
)

/** POST /api/desk/mine/pin */
export const ownPinEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/mine/pin',
    summary: 'Sets or changes one’s own PIN, which confirms one’s badge on handhelds; takes the password once more.',
    body: json(4096, ownPinSchema),
    answers: { 200: { description: 'Done', schema: v.object({}) } },
    refusals: ['credentials', 'rate_limited', 'bad_request', 'stale'],
  },
  async ({ c, deps, body, who, session }) => {
    await provenAccount(c, deps, { login: session.login, password: body.password })
    const homes = await homesOf(deps, who.id)
    const roles = homes.flatMap(home => home.who.roles)
    // One badge, one PIN: every warehouse that the person works in knows it.
    for (const { warehouse } of homes) {
      const entry = { warehouse, at: deps.now(), worker: who.id, subject: who.id, body: {} }
      await putPin(deps, { worker: who.id, pin: body.pin, entry, roles })
      deps.doorbell.ring(warehouse)
    }
    return sendJson(c, {})
  },
)
