import * as v from 'valibot'
import type { ClientId, WarehouseId, WorkerId } from '../ids.ts'
import { ROLES } from '../roles.ts'
import { text, uuid } from '../sync/fields.ts'

/** Sent with everything that changes something: a page of another site cannot read it, and cannot set it either. */
export const CSRF_HEADER = 'x-stockhand-csrf'

export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 200

/** What people type to log in: small letters, digits and . _ - @ (never locale-cased). */
export const loginName = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(80),
  v.transform(typed => typed.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())),
  v.regex(/^[a-z0-9][a-z0-9._@-]{1,79}$/),
)
const known = v.pipe(v.string(), v.maxLength(PASSWORD_MAX))
export const newPassword = v.pipe(known, v.minLength(PASSWORD_MIN))

/** POST /api/desk/session */
export const logInSchema = v.object({ login: v.pipe(v.string(), v.maxLength(80)), password: known })

/** Who is logged in at the desk, and what the page has to send along. */
export const meSchema = v.object({
  worker: uuid<WorkerId>(),
  name: v.string(),
  login: v.string(),
  roles: v.array(v.picklist(ROLES)),
  /** Null = all. */
  clients: v.nullable(v.array(uuid<ClientId>())),
  warehouse: v.object({ id: uuid<WarehouseId>(), name: v.string() }),
  /** Where the person works, this one among them. */
  warehouses: v.array(v.object({ id: uuid<WarehouseId>(), name: v.string() })),
  csrf: v.string(),
  /** The password was given by somebody else: nothing else is allowed before it is changed. */
  mustChange: v.boolean(),
})
export type Me = v.InferOutput<typeof meSchema>

/** POST /api/desk/warehouse: goes to another warehouse, with a session of its own. */
export const warehouseSchema = v.object({ warehouse: uuid<WarehouseId>() })

/** POST /api/desk/password */
export const passwordSchema = v.object({ before: known, password: newPassword })

/** POST /api/desk/first: the first administrator, with the secret that the server has printed. */
export const firstSchema = v.object({
  secret: v.pipe(v.string(), v.maxLength(100)),
  warehouse: v.pipe(text(80), v.nonEmpty()),
  name: v.pipe(text(80), v.nonEmpty()),
  login: loginName,
  password: newPassword,
  /** Where the browser is; one that the server does not know counts as none. */
  timeZone: v.optional(v.pipe(v.string(), v.maxLength(60))),
})
export type FirstAsk = v.InferOutput<typeof firstSchema>

/** GET /api/desk/start: whether anybody can log in yet. `company`: people may log in by their company's identity provider. */
export const startSchema = v.object({ first: v.boolean(), demo: v.boolean(), company: v.boolean() })

/** What an identity provider calls a person: an e-mail address, or whatever the configured claim is (never locale-cased). */
export const companyName = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(200),
  v.transform(typed => typed.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())),
  v.regex(/^[^\s\p{Cc}\p{Cf}]+$/u),
)

/** POST /api/desk/identity/start: where the browser goes. */
export const identityStartSchema = v.object({ to: v.string() })

/** Why a log-in by the identity provider opened nothing; it stands in the address that the browser comes back to. */
export const IDENTITY_TROUBLES = ['again', 'denied', 'away', 'wrong', 'unknown', 'unverified'] as const
export type IdentityTrouble = (typeof IDENTITY_TROUBLES)[number]

/** POST /api/desk/session/end: where the browser goes to log out of the identity provider, too. */
export const logOutSchema = v.object({ to: v.nullable(v.string()) })
