import * as v from 'valibot'
import { endSessionsSchema, mineSchema } from '../../../shared/desk/mine.ts'
import type { Mine } from '../../../shared/desk/mine.ts'
import { sendJson } from '../answer.ts'
import { livingSince, sessionHash } from '../desk-door.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'

/** GET /api/desk/mine */
export const mineEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/mine',
    summary: 'One’s own passkeys and sessions.',
    body: NOTHING,
    answers: { 200: { description: 'Ways in, and where one is logged in', schema: mineSchema } },
  },
  async ({ c, deps, who, token }) => {
    const { signIns } = deps.stores
    const here = sessionHash(token)
    const [passkeys, sessions] = [await signIns.passkeys(who.id), await signIns.sessions(who.id, livingSince(deps))]
    return sendJson(c, {
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
