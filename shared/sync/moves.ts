import * as v from 'valibot'
import type { ItemId, LocationId, LpnId, SessionId, WorkerId } from '../ids.ts'
import type { Spot } from './blind.ts'
import { text, uuid } from './fields.ts'

/** As many as a look at the handheld wants to see. */
export const MOST_MOVES = 20

const spot = v.object({ location: uuid<LocationId>(), item: v.nullable(uuid<ItemId>()) })

export type MovesOf =
  | { kind: 'item'; item: ItemId; label: string | null }
  | { kind: 'location'; location: LocationId }
  | { kind: 'lpn'; lpn: LpnId }
  | { kind: 'label'; label: string }

/** What a look-up shows: goods (one lot or serial of them, or all), a place, a pallet, or a lot or serial of whatever goods. */
export const movesOfSchema: v.GenericSchema<unknown, MovesOf> = v.variant('kind', [
  v.object({ kind: v.literal('item'), item: uuid<ItemId>(), label: v.nullable(text(200)) }),
  v.object({ kind: v.literal('location'), location: uuid<LocationId>() }),
  v.object({ kind: v.literal('lpn'), lpn: uuid<LpnId>() }),
  v.object({ kind: v.literal('label'), label: text(200) }),
])

/** `blind`: what the handheld counts blind by its own word. */
export type MovesRequest = { of: MovesOf; blind: Spot[]; session: SessionId; worker: WorkerId }

/** POST /api/moves */
export const movesRequestSchema: v.GenericSchema<unknown, MovesRequest> = v.object({
  of: movesOfSchema,
  blind: v.pipe(v.array(spot), v.maxLength(50)),
  session: uuid<SessionId>(),
  worker: uuid<WorkerId>(),
})

/** `kind` of a place that is none of the warehouse's own: where goods come from and go to. */
const end = v.object({ code: v.string(), kind: v.nullable(v.string()) })
const move = v.object({
  at: v.string(),
  worker: v.nullable(v.string()),
  item: v.string(),
  name: v.string(),
  lot: v.string(),
  serial: v.string(),
  from: end,
  to: end,
  qty: v.number(),
})
/** The newest first. `hidden`: some are left out, because what they tell of is being counted blind. */
export const movesAnswerSchema = v.object({ moves: v.array(move), hidden: v.boolean() })
export type MovesAnswer = v.InferOutput<typeof movesAnswerSchema>
