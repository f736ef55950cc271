import * as v from 'valibot'
import { text } from '../sync/fields.ts'
import { newPin } from './people.ts'
import { PASSWORD_MAX } from './session.ts'

/** Passkeys of one person: more are lost ones that nobody has taken away. */
export const MAX_PASSKEYS = 20

export const SIGN_IN_WAYS = ['password', 'passkey', 'identity'] as const

/** GET /api/desk/mine: one's own ways in, and where one is logged in. */
export const mineSchema = v.object({
  passkeys: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      host: v.string(),
      madeAt: v.string(),
      usedAt: v.nullable(v.string()),
    }),
  ),
  /** Confirms one's badge on handhelds: whether there is one, how many digits it has at least, and whether one is asked for. */
  pin: v.object({ set: v.boolean(), least: v.number(), asked: v.boolean() }),
  sessions: v.array(
    v.object({
      id: v.string(),
      way: v.picklist(SIGN_IN_WAYS),
      agent: v.string(),
      begunAt: v.string(),
      usedAt: v.string(),
      /** The one that asks. */
      here: v.boolean(),
    }),
  ),
})
export type Mine = v.InferOutput<typeof mineSchema>

/** POST /api/desk/mine/sessions: ends one of one's other sessions, or all of them (null). */
export const endSessionsSchema = v.object({ id: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/))) })

/** POST /api/desk/passkey/ask: a session that was left open gives nobody a way in that stays. */
export const passkeyAskSchema = v.object({ password: v.pipe(v.string(), v.maxLength(PASSWORD_MAX)) })

/** POST /api/desk/mine/pin: takes the password once more, as a new passkey does. */
export const ownPinSchema = v.object({ pin: newPin, password: v.pipe(v.string(), v.maxLength(PASSWORD_MAX)) })

const bytes = (most: number) => v.pipe(v.string(), v.maxLength(most), v.regex(/^[A-Za-z0-9_-]*$/))
const credentialId = v.pipe(bytes(1400), v.nonEmpty())

/** What the browser answered (WebAuthn level 3, RegistrationResponseJSON and AuthenticationResponseJSON), cut to what is read. */
export const passkeySchema = v.object({
  name: v.pipe(text(60), v.trim(), v.nonEmpty()),
  credential: v.object({
    id: credentialId,
    rawId: credentialId,
    type: v.literal('public-key'),
    response: v.object({
      clientDataJSON: bytes(4096),
      attestationObject: bytes(16_384),
      transports: v.optional(v.pipe(v.array(text(20)), v.maxLength(10)), []),
    }),
  }),
})
export const passkeyLogInSchema = v.object({
  id: credentialId,
  rawId: credentialId,
  type: v.literal('public-key'),
  response: v.object({
    clientDataJSON: bytes(4096),
    authenticatorData: bytes(4096),
    signature: bytes(8192),
    userHandle: v.optional(v.nullable(bytes(200))),
  }),
})
export const removePasskeySchema = v.object({ id: credentialId })

/** The options are the browser's own affair: what it takes is defined by WebAuthn. */
export const passkeyOptionsSchema = v.object({ options: v.looseObject({ challenge: v.string() }) })
