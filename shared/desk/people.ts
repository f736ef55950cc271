import * as v from 'valibot'
import type { ClientId, WorkerId } from '../ids.ts'
import { ROLES } from '../roles.ts'
import { limits } from '../policy-schema.ts'
import { text, uuid } from '../sync/fields.ts'
import { PIN_MAX } from '../pin.ts'
import { companyName, loginName, newPassword } from './session.ts'

export const MAX_PEOPLE = 2000

const person = {
  name: v.pipe(text(80), v.nonEmpty()),
  roles: v.array(v.picklist(ROLES)),
  /** Null = all. */
  clients: v.nullable(v.pipe(v.array(uuid<ClientId>()), v.maxLength(200))),
  active: v.boolean(),
}

/** GET /api/desk/people */
export const peopleAnswerSchema = v.object({
  /** Of the roster; a change names the one that was seen. */
  version: v.number(),
  people: v.array(
    v.object({
      id: uuid<WorkerId>(),
      ...person,
      /** Up to what they approve alone; null = as the policy says. */
      approves: v.nullable(limits),
      /** Whether there is one; nothing else is known of it. */
      pin: v.boolean(),
      login: v.nullable(v.string()),
      mustChange: v.boolean(),
      /** What the company's identity provider calls them; null = they do not log in by it. */
      company: v.nullable(v.string()),
      /** Whether they have logged in by it. */
      linked: v.boolean(),
    }),
  ),
  /** Whether there is such a log-in here. */
  companyLogIn: v.boolean(),
  clients: v.array(v.object({ id: uuid<ClientId>(), name: v.string() })),
})
export type PeopleAnswer = v.InferOutput<typeof peopleAnswerSchema>
export type Person = PeopleAnswer['people'][number]

/** POST /api/desk/people: a new person (`id` null) or a change of one. `badge`: a new badge is made, the old one ends. */
export const personSchema = v.object({
  expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  id: v.nullable(uuid<WorkerId>()),
  ...person,
  /** Missing = stays; null = as the policy says. */
  approves: v.optional(v.nullable(limits)),
  badge: v.boolean(),
})
export type PersonAsk = v.InferOutput<typeof personSchema>

/** The badge is shown this once: only its hash is kept. */
export const personAnswerSchema = v.object({
  id: uuid<WorkerId>(),
  version: v.number(),
  badge: v.nullable(v.string()),
  /** It may be too short for the new roles, so another one is needed. */
  pinEnded: v.boolean(),
})
export type PersonAnswer = v.InferOutput<typeof personAnswerSchema>

/**
 * POST /api/desk/account: a log-in for a person; null takes it away. A password must be changed at the first log-in; null
 * leaves the one that there is, or none. `company`: see above; missing = as it is.
 */
export const accountSchema = v.object({
  worker: uuid<WorkerId>(),
  account: v.nullable(
    v.object({
      login: loginName,
      password: v.nullable(newPassword),
      company: v.optional(v.nullable(companyName)),
    }),
  ),
})

export const newPin = v.pipe(v.string(), v.maxLength(PIN_MAX), v.regex(/^[0-9]+$/))

/** POST /api/desk/people/pin: a PIN that the person changes when they like; null takes it away. */
export const personPinSchema = v.object({ worker: uuid<WorkerId>(), pin: v.nullable(newPin) })
