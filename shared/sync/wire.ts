import * as v from 'valibot'
import type { DeviceId, ItemId, LocationId, SessionId, WarehouseId, WorkerId } from '../ids.ts'
import type { Spot } from './blind.ts'
import { isoInstant, text, uuid } from './fields.ts'
import { MAX_COMMANDS, MAX_SPOTS } from './limits.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const epoch = v.pipe(v.string(), v.regex(/^[a-z0-9]{12}$/))

/** A command as it travels and is archived. `body` stays the exact text that was hashed and signed. */
export const sealedSchema = v.object({
  seq: v.pipe(count, v.minValue(1)),
  v: v.pipe(count, v.minValue(1)),
  /** Its own limit is judged per command: one that is too long must not stop the others of its batch. */
  body: v.string(),
  /** Lower-case hex of SHA-256(utf8(previous hash + body)); the first previous hash is 64 zeros. */
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** base64url of the raw r‖s of ECDSA P-256 with SHA-256 over utf8(hash). */
  sig: v.pipe(v.string(), v.maxLength(100)),
})
export type Sealed = v.InferOutput<typeof sealedSchema>

const spotsSchema = v.pipe(
  v.array(v.object({ location: uuid<LocationId>(), item: v.nullable(uuid<ItemId>()) })),
  v.maxLength<Spot[], number>(MAX_SPOTS),
)

export const syncRequestSchema = v.object({
  proto: v.number(),
  app: text(40),
  device: uuid<DeviceId>(),
  warehouse: uuid<WarehouseId>(),
  /** Who is logged in; null: nobody. The server computes the scope from it, never the client. */
  session: v.nullable(v.object({ id: uuid<SessionId>(), worker: uuid<WorkerId>(), roster: count })),
  /** Opaque: feed epoch, scope, commit number. Null = snapshot wanted. */
  cursor: v.nullable(text(120)),
  /** Counted blind with this handheld, without a task that the server knows: left out of the answer. */
  blind: v.exactOptional(spotsSchema),
  /** No longer counted blind with it: their rows are written anew, so that they come with the next pages. */
  again: v.exactOptional(spotsSchema),
  push: v.object({
    epoch,
    commands: v.pipe(v.array(sealedSchema), v.maxLength(MAX_COMMANDS)),
    /** Numbers that this handheld can no longer send, with the reason (storage partly lost). */
    hole: v.optional(
      v.object({ from: v.pipe(count, v.minValue(1)), to: v.pipe(count, v.minValue(1)), reason: text(200) }),
    ),
  }),
  head: v.object({
    seq: count,
    pending: count,
    oldest: v.nullable(isoInstant),
    quota: v.nullable(v.number()),
    persisted: v.nullable(v.boolean()),
    lost: v.boolean(),
    /** What the handheld believes the server has acknowledged of this epoch: above the server's own = it was restored. */
    acked: count,
  }),
})
export type SyncRequest = v.InferOutput<typeof syncRequestSchema>

export const outcomeSchema = v.picklist(['applied', 'exception', 'quarantined'])
export type Outcome = v.InferOutput<typeof outcomeSchema>
export const resultSchema = v.object({
  seq: count,
  outcome: outcomeSchema,
  /** Ids of the exceptions; for quarantined commands the reason. */
  exceptions: v.array(v.string()),
  reason: v.optional(v.string()),
})
export type CommandResult = v.InferOutput<typeof resultSchema>

/** Kinds of rows in the feed. A lease travels inside its task, totes and cartons are locations. */
export const KINDS = [
  'client',
  'location',
  'document',
  'line',
  'task',
  'lot',
  'lpn',
  'policy',
  'roster',
  'balance',
] as const
export type Kind = (typeof KINDS)[number]

/**
 * One changed object: its absolute state, or null when it is gone. `c` is the commit number that wrote it; a reader applies
 * a row only if `c` is above the one stored with that key.
 */
export const rowSchema = v.object({ c: count, k: v.picklist(KINDS), id: v.string(), b: v.nullable(v.unknown()) })
export type Row = { c: number; k: Kind; id: string; b: unknown }

export const resetSchema = v.nullable(v.picklist(['feed_restored', 'cursor_expired', 'scope_changed']))
export type Reset = v.InferOutput<typeof resetSchema>

export const syncResponseSchema = v.object({
  proto: v.number(),
  now: isoInstant,
  minVersion: text(40),
  push: v.object({
    acked: count,
    /** Up to here a backup holds the commands; null = the server runs without any backup. */
    durable: v.nullable(count),
    /** The seq expected, when the first pushed one was above last + 1. Nothing from the gap on was applied. */
    gap: v.nullable(count),
    results: v.array(resultSchema),
  }),
  pull: v.object({
    /** Equals the request's cursor: pages chain, so that a lost page is noticed. Null after a reset. */
    from: v.nullable(v.string()),
    cursor: v.nullable(v.string()),
    /** Below this commit number the feed is compacted. */
    floor: count,
    more: v.boolean(),
    /** Highest own seq (of the pushed epoch) whose effect is contained in the feed up to `cursor`. */
    through: count,
    rows: v.array(rowSchema),
  }),
  nonce: v.string(),
  /** Version of the catalogue manifest ("sha256-…"); changed = fetch it. */
  catalogue: v.string(),
  reset: resetSchema,
})
export type SyncResponse = v.InferOutput<typeof syncResponseSchema>

/** First line of GET /api/snapshot (NDJSON); rows follow; the last line is `{ "end": <number of rows> }`. */
export const snapshotHeadSchema = v.object({
  feedEpoch: v.string(),
  cursor: v.string(),
  floor: count,
  through: v.record(v.string(), count),
  acked: v.record(v.string(), count),
})
export type SnapshotHead = v.InferOutput<typeof snapshotHeadSchema>

/** GET /api/catalogue. Block i of a family holds the entries whose SHA-256(utf8(code)) begins with the k bits of i; null = empty. */
export const manifestSchema = v.object({
  version: v.string(),
  asOf: isoInstant,
  families: v.record(
    v.string(),
    v.object({ k: v.pipe(count, v.maxValue(16)), blocks: v.array(v.nullable(v.string())) }),
  ),
})
export type Manifest = v.InferOutput<typeof manifestSchema>

/** POST /api/blk: blocks by their names, answered in that order as frames (frames.ts). */
export const MAX_BLOCKS = 256
export const blocksRequestSchema = v.object({
  shas: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))), v.minLength(1), v.maxLength(MAX_BLOCKS)),
})

/** Every refusal of the API. */
export const refusalSchema = v.object({
  code: v.string(),
  message: v.string(),
  nonce: v.optional(v.string()),
  id: v.optional(v.string()),
})
export type Refusal = v.InferOutput<typeof refusalSchema>
