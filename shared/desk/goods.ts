import * as v from 'valibot'
import type { ClientId } from '../ids.ts'
import { calendarDay } from '../sync/calendar.ts'
import { text, uuid } from '../sync/fields.ts'

const nullable = v.nullable(v.string())
const page = { after: v.optional(text(400), ''), limit: v.optional(text(4), '100') }
/** Whose; empty = everybody's that the person may see. */
const client = v.optional(v.union([v.literal(''), uuid<ClientId>()]), '')
/** Null = whoever looks counts it blind. */
const figure = v.nullable(v.number())
/** In minor units of the warehouse's currency; null = the item has no cost, or whoever looks counts it blind. */
const value = v.nullable(v.number())

export const MAX_DAYS = 3650

/** GET /api/desk/expiring: what expires within so many days, the first first; days are those of UTC. */
export const expiringQuery = v.object({
  days: v.optional(v.pipe(v.string(), v.regex(/^\d{1,4}$/)), '30'),
  client,
  ...page,
})
export const expiringRowSchema = v.object({
  item: v.string(),
  sku: v.string(),
  name: v.string(),
  unit: v.string(),
  client: v.string(),
  location: v.string(),
  place: v.string(),
  label: v.string(),
  lot: v.string(),
  serial: v.string(),
  status: v.string(),
  expiry: v.string(),
  daysLeft: v.number(),
  /** `expired`; `tooShort` = less than must be left when it leaves; `soon`. */
  state: v.picklist(['expired', 'tooShort', 'soon']),
  onHand: figure,
  reserved: figure,
  value,
})
export const expiringAnswerSchema = v.object({ rows: v.array(expiringRowSchema), next: nullable, today: v.string() })
export type ExpiringAnswer = v.InferOutput<typeof expiringAnswerSchema>

/**
 * GET /api/desk/past: stock at the end of a day (UTC). `booked`: what the books said then, it never changes; `known`: as the
 * day is known now, with what came late.
 */
export const PAST_BASES = ['booked', 'known'] as const
export const PAST_GROUPS = ['item', 'place'] as const
export const pastQuery = v.object({
  day: calendarDay,
  basis: v.optional(v.picklist(PAST_BASES), 'booked'),
  by: v.optional(v.picklist(PAST_GROUPS), 'item'),
  client,
  ...page,
})
export const pastRowSchema = v.object({
  item: v.string(),
  sku: v.string(),
  name: v.string(),
  unit: v.string(),
  client: v.string(),
  /** By item: empty. */
  place: v.string(),
  lot: v.string(),
  status: v.string(),
  onHand: figure,
  value,
})
export const pastAnswerSchema = v.object({
  rows: v.array(pastRowSchema),
  next: nullable,
  /** With the first page, unless a figure is withheld. Rows without a cost are counted, not valued. */
  totals: v.nullable(v.object({ rows: v.number(), onHand: v.number(), value: v.number(), withoutCost: v.number() })),
})
export type PastAnswer = v.InferOutput<typeof pastAnswerSchema>
export type PastWish = { before: string; basis: (typeof PAST_BASES)[number]; by: (typeof PAST_GROUPS)[number] }
