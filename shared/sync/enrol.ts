import * as v from 'valibot'
import type { DeviceId, LocationId, SessionId, TaskId, WarehouseId, WorkerId } from '../ids.ts'
import { text, uuid } from './fields.ts'

const coordinate = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/))
/** Public half of an ECDSA P-256 key (RFC 7517), reduced to what matters. */
export const publicKeySchema = v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: coordinate, y: coordinate })
export type PublicKey = v.InferOutput<typeof publicKeySchema>

const signature = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{80,100}$/))

/**
 * POST /api/enrol. `again` proves the key that this handheld had before (signature over utf8("enrol\n" + token)): it keeps
 * its device id and epochs, so that a queue is never orphaned.
 */
export const enrolRequestSchema = v.object({
  token: text(80),
  publicKey: publicKeySchema,
  info: v.object({ app: text(40), agent: text(300) }),
  again: v.optional(v.object({ device: uuid<DeviceId>(), sig: signature })),
})
export type EnrolRequest = v.InferOutput<typeof enrolRequestSchema>

export const enrolAnswerSchema = v.object({
  device: uuid<DeviceId>(),
  /** Short number that people call the handheld by. */
  number: v.number(),
  warehouse: v.object({ id: uuid<WarehouseId>(), name: v.string() }),
  serverKey: publicKeySchema,
  /** Signed text of the roster; signature by the server's key over utf8(text). */
  roster: v.object({ text: v.string(), sig: v.string() }),
  access: v.string(),
  expiresInS: v.number(),
  nonce: v.string(),
})
export type EnrolAnswer = v.InferOutput<typeof enrolAnswerSchema>

/** POST /api/token: a new access token, proven by the device key over utf8("token\n" + device + "\n" + nonce). */
export const tokenRequestSchema = v.object({ device: uuid<DeviceId>(), nonce: text(200), sig: signature })
export const tokenAnswerSchema = v.object({ access: v.string(), expiresInS: v.number(), nonce: v.string() })

/** Headers of every request with a token; the answer's `x-nonce` is used for the next proof. */
/** `call` stands on the answer of a round while the desk waits for somebody at this handheld: another value = ask what for. */
export const HEADERS = { nonce: 'x-nonce', proof: 'x-proof', call: 'x-call' } as const
/** `Authorization: Stockhand <access token>` */
export const SCHEME = 'Stockhand'

/** Work that is given out, because one person does it alone. */
export const NEXT_KINDS = ['pick', 'count', 'move', 'replenish'] as const

/** POST /api/leases */
export const leaseRequestSchema = v.variant('want', [
  v.object({
    want: v.literal('task'),
    task: uuid<TaskId>(),
    session: uuid<SessionId>(),
    worker: uuid<WorkerId>(),
    takeOver: v.boolean(),
  }),
  v.object({
    want: v.literal('giveBack'),
    task: uuid<TaskId>(),
    session: uuid<SessionId>(),
    worker: uuid<WorkerId>(),
  }),
  /** The work that is due, and as much ahead as the policy says, so that it does not end with the radio. */
  v.object({
    want: v.literal('next'),
    /** Null = whatever the worker may do. */
    kind: v.nullable(v.picklist(NEXT_KINDS)),
    /** Place of the last scan: what lies near it comes first among equals. */
    near: v.nullable(uuid<LocationId>()),
    session: uuid<SessionId>(),
    worker: uuid<WorkerId>(),
  }),
])
