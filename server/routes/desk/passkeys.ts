import { createHash } from 'node:crypto'
import * as v from 'valibot'
import {
  MAX_PASSKEYS,
  passkeyAskSchema,
  passkeyLogInSchema,
  passkeyOptionsSchema,
  passkeySchema,
  removePasskeySchema,
} from '../../../shared/desk/mine.ts'
import type { WorkerId } from '../../../shared/ids.ts'
import { isoOf, msOf } from '../../../shared/time.ts'
import { logInOptions, newPasskeyOptions, readLogIn, readNewPasskey } from '../../auth/passkey.ts'
import type { Passkey, SignInAsk } from '../../account-ports.ts'
import { sendJson } from '../answer.ts'
import { addressOf } from '../caller.ts'
import type { AppDeps } from '../deps.ts'
import { openSession } from '../desk-door.ts'
import { deskEndpoint, json, NOTHING, openEndpoint } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { partyOf } from './party.ts'
import { homesOf, limited, ME, meOf, provenAccount } from './session.ts'

/** So long a person may look for their finger or their key. */
const ASKED_MS = 5 * 60_000
const OPTIONS = { 200: { description: 'What the browser is asked', schema: passkeyOptionsSchema } }
const DONE = { 200: { description: 'Done', schema: v.object({}) } }

const hashOf = (challenge: string): string => createHash('sha256').update(`challenge ${challenge}`).digest('hex')

/** A challenge that is good once and for a while; only its hash is kept. */
const newChallenge = async (deps: AppDeps, ask: Omit<SignInAsk, 'body'>): Promise<Uint8Array> => {
  const challenge = deps.random(32)
  const until = isoOf(msOf(deps.now()) + ASKED_MS)
  const hash = hashOf(Buffer.from(challenge).toString('base64url'))
  await deps.stores.signIns.ask({ ...ask, body: {}, hash, now: deps.now(), until })
  return challenge
}
/** Spends the challenge, whoever answers it. */
const isAsked =
  (deps: AppDeps, kind: SignInAsk['kind'], worker: WorkerId | null) =>
  async (challenge: string): Promise<boolean> => {
    const ask = await deps.stores.signIns.answered(hashOf(challenge), kind, deps.now())
    return ask !== null && ask.worker === worker
  }

/** POST /api/desk/passkey/ask: begins to add one. */
const askEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/passkey/ask',
    summary: 'What the browser is asked for a new passkey of one’s own; takes the password once more.',
    body: json(4096, passkeyAskSchema),
    answers: OPTIONS,
    refusals: ['credentials', 'rate_limited'],
  },
  async ({ c, deps, body, session, who }) => {
    const party = partyOf(c, deps)
    const { login } = session
    await provenAccount(c, deps, { login, password: body.password })
    const challenge = await newChallenge(deps, { kind: 'passkey.add', worker: who.id })
    const held = await deps.stores.signIns.passkeys(who.id)
    const options = await newPasskeyOptions(party, { worker: who.id, login, name: who.name }, held, challenge)
    return sendJson(c, { options })
  },
)

/** POST /api/desk/passkey: adds it. */
const addEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/passkey',
    summary: 'Adds a passkey of one’s own, under a name, with the browser’s answer.',
    body: json(32 * 1024, passkeySchema),
    answers: DONE,
    refusals: ['credentials', 'taken'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const party = partyOf(c, deps)
    const read = await readNewPasskey(party, body.credential, isAsked(deps, 'passkey.add', who.id))
    if (read === null) throw refused('credentials', 'The browser’s answer does not fit what it was asked.')
    const { transports } = body.credential.response
    const about = { worker: who.id, name: body.name, host: party.host, transports }
    const passkey = { ...read, ...about, madeAt: deps.now(), usedAt: null }
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'passkey.add', subject: body.name, body: {} }
    if (!(await deps.stores.signIns.addPasskey(passkey, MAX_PASSKEYS, entry)))
      throw refused('taken', 'This passkey is known already, or there are too many.')
    return sendJson(c, {})
  },
)

/** POST /api/desk/passkey/remove */
const removeEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/passkey/remove',
    summary: 'Takes a passkey of one’s own away.',
    body: json(4096, removePasskeySchema),
    answers: DONE,
    refusals: ['not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { signIns } = deps.stores
    const subject = (await signIns.passkeys(who.id)).find(({ id }) => id === body.id)?.name ?? ''
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'passkey.remove', subject, body: {} }
    if (!(await signIns.removePasskey(who.id, body.id, entry))) throw refused('not_found', 'You have no such passkey.')
    return sendJson(c, {})
  },
)

/** POST /api/desk/passkey/start: begins a log-in; nobody has to say who they are. */
const startEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/desk/passkey/start',
      summary: 'What the browser is asked to log somebody in by a passkey.',
      body: NOTHING,
      answers: OPTIONS,
      refusals: ['forged', 'rate_limited', 'bad_request'],
      before: limited(30),
    },
    async ({ c, deps }) => {
      const party = partyOf(c, deps)
      const challenge = await newChallenge(deps, { kind: 'passkey.logIn', worker: null })
      return sendJson(c, { options: await logInOptions(party, challenge) })
    },
  )

/** A key whose counter went back exists twice: this use opens nothing, and the audit log says so. */
const tellCopied = async (deps: AppDeps, held: Passkey, from: string): Promise<void> => {
  deps.log.warn({ worker: held.worker, from }, 'a passkey was used whose counter went back')
  const [home] = await homesOf(deps, held.worker)
  await deps.stores.audit.note({
    warehouse: home?.warehouse ?? null,
    at: deps.now(),
    worker: held.worker,
    kind: 'passkey.copied',
    subject: held.name,
    body: { from },
  })
}

/** POST /api/desk/passkey/session: logs in. */
const logInEndpoint = (): Endpoint =>
  openEndpoint(
    {
      method: 'POST',
      path: '/api/desk/passkey/session',
      summary: 'Logs a person in at the desk by a passkey.',
      body: json(32 * 1024, passkeyLogInSchema),
      answers: ME,
      refusals: ['credentials', 'forged', 'rate_limited'],
      before: limited(30),
    },
    async ({ c, deps, body }) => {
      const { signIns, accounts } = deps.stores
      const party = partyOf(c, deps)
      const held = await signIns.passkey(body.id)
      if (held === null) throw refused('credentials')
      const { userHandle = null, ...response } = body.response
      const credential = { ...body, response: { ...response, userHandle } }
      const read = await readLogIn(party, credential, held, isAsked(deps, 'passkey.logIn', null))
      if (read.kind === 'copied') await tellCopied(deps, held, addressOf(c))
      const use = { id: held.id, before: held.counter, now: deps.now() }
      if (read.kind !== 'good' || !(await signIns.usePasskey({ ...use, counter: read.counter })))
        throw refused('credentials')
      const [home] = await homesOf(deps, held.worker)
      const account = (await accounts.list()).find(({ worker }) => worker === held.worker)
      if (home === undefined || account === undefined) throw refused('credentials')
      const at = { worker: held.worker, warehouse: home.warehouse }
      const about = { kind: 'desk.logIn', subject: account.login, body: { way: 'passkey', passkey: held.name } }
      const token = await openSession(c, deps, { ...at, way: 'passkey' }, { ...at, at: deps.now(), ...about })
      return sendJson(c, await meOf(deps, { ...home, account, token }))
    },
  )

export const passkeyEndpoints = (): readonly Endpoint[] => [
  askEndpoint,
  addEndpoint,
  removeEndpoint,
  startEndpoint(),
  logInEndpoint(),
]
