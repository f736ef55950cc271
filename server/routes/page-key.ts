import * as v from 'valibot'
import { calendarInstant } from '../../shared/sync/calendar.ts'
import { text, uuid } from '../../shared/sync/fields.ts'

/** Where a page ended, as text for the next question: a thing's id behind the instant that it is sorted by. */
export const MAX_PAGE = 200

const WHOLE = /^\d{1,6}$/
export const pageLimit = v.pipe(
  v.optional(v.pipe(v.string(), v.regex(WHOLE)), '50'),
  v.transform(Number),
  v.minValue(1),
  v.maxValue(MAX_PAGE),
)
export const afterKey = v.optional(text(120), '')

const keySchema = v.tuple([calendarInstant, uuid<never>(), v.pipe(v.string(), v.regex(WHOLE))])

export type PageKey = { at: string; id: string; n: number }

export const writeKey = ({ at, id, n }: PageKey): string => `${at}~${id}~${n}`

/** Null = from the start; undefined = no key of ours. */
export const readKey = (key: string): PageKey | null | undefined => {
  if (key === '') return null
  const read = v.safeParse(keySchema, key.split('~'))
  return read.success ? { at: read.output[0], id: read.output[1], n: Number(read.output[2]) } : undefined
}
