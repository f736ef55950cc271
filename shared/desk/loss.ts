import * as v from 'valibot'
import type { DecisionId, DeviceId, Id, LocationId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'

/** A handheld that a supervisor has said to be lost. */
export type LossId = Id<'loss'>
const nullable = v.nullable(v.string())

/** Of its last numbers so many are looked at for the places where they were booked. */
export const LAST_NUMBERS = 20
/** Places that one loss has counted; of more it says how many. */
export const MAX_LOSS_PLACES = 500

/** `work`: of work that it held; `last`: of the last steps that came from it. */
export const PLACE_CAUSES = ['work', 'last'] as const
export type PlaceCause = (typeof PLACE_CAUSES)[number]

export const lossPlaceSchema = v.object({
  id: v.string(),
  code: v.string(),
  cause: v.picklist(PLACE_CAUSES),
  /** `open`: nobody has counted it; `counted`: something about it waits; `settled`: counted, and nothing waits. */
  state: v.picklist(['open', 'counted', 'settled']),
})

/** What the server knew of the handheld, from its last heartbeat and its numbers. */
export const knownSchema = v.object({
  seenAt: nullable,
  /** Who was logged in at the last heartbeat. */
  worker: nullable,
  /** The highest number that it has announced, and the highest that has come. */
  announced: v.number(),
  acked: v.number(),
  missing: v.number(),
  /** What it has said that waits on it, and since when. */
  waiting: v.number(),
  oldest: nullable,
  /** Numbers of holes that it has declared itself and that nobody has settled. */
  holes: v.number(),
})
export type LossKnown = v.InferOutput<typeof knownSchema>

/** What it held. Reservations are of orders, not of handhelds: they stay, and whoever goes on with the order uses them. */
export const heldSchema = v.object({
  tasks: v.number(),
  /** Codes of totes and cartons. */
  totes: v.array(v.string()),
  /** Pieces that the orders of its work have reserved. */
  reserved: v.number(),
})
export type LossHeld = v.InferOutput<typeof heldSchema>

/** GET /api/desk/devices/loss: as it would be declared (`loss` null), or as it was and stands. */
export const lossQuery = v.object({ device: uuid<DeviceId>() })
export const lossAnswerSchema = v.object({
  device: v.string(),
  number: v.number(),
  /** Of the handheld; what a declaration names. */
  version: v.number(),
  loss: v.nullable(v.object({ id: v.string(), worker: v.string(), at: v.string(), reason: v.string() })),
  known: knownSchema,
  held: heldSchema,
  places: v.array(lossPlaceSchema),
  /** Places that are in doubt as well and that are too many to be counted for it. */
  beyond: v.number(),
  /** Deliveries that it has made since, kept for review. */
  handedIn: v.number(),
})
export type LossAnswer = v.InferOutput<typeof lossAnswerSchema>

/** POST /api/desk/devices/loss */
export const lossActSchema = v.object({
  id: uuid<DecisionId>(),
  device: uuid<DeviceId>(),
  expectedVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** The highest number that was seen to have come: one that came since means that it is not lost. */
  acked: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  reason: v.pipe(text(200), v.trim(), v.minLength(1)),
})
export type LossAct = v.InferOutput<typeof lossActSchema>
export const lossDoneSchema = v.object({ outcome: v.picklist(['done', 'refused']), code: v.optional(v.string()) })

/** On the card of a handheld. */
export const lossOnCard = v.object({ at: v.string(), missing: v.number(), places: v.number(), counted: v.number() })

export type InDoubt = { location: LocationId; cause: PlaceCause }

/**
 * Which places are counted. Those of work that it held always: it may have gone on with it after it was last heard of. Those
 * of its last numbers where steps may be missing at all: numbers that it has announced have not come, it has declared a
 * hole, or somebody was logged in when it was last heard of. What is in both is there for its work.
 */
export const placesInDoubt = <P extends InDoubt>(found: readonly P[], known: LossKnown): readonly P[] => {
  const mayMiss = known.missing > 0 || known.waiting > 0 || known.holes > 0 || known.worker !== null
  const work = found.filter(place => place.cause === 'work')
  const last = mayMiss ? found.filter(place => place.cause === 'last') : []
  const first = new Map<LocationId, P>()
  for (const place of [...work, ...last]) if (!first.has(place.location)) first.set(place.location, place)
  return [...first.values()]
}
