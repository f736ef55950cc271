import * as v from 'valibot'
import { isUuid } from '../ids.ts'
import type { Id } from '../ids.ts'

export const uuid = <T extends Id<string>>() =>
  v.pipe(
    v.string(),
    v.check(isUuid, 'not a UUID'),
    v.transform(text => text as T),
  )
const control = /[\u0000-\u001c\u001e\u001f\u007f]/
/** U+0000 and half a character: no database text holds them, and one such letter would stop everything behind it. */
const unwritable = /\u0000|\p{Surrogate}/u
export const isWritable = (value: string): boolean => !unwritable.test(value)
/** Free text from outside: bounded, no control characters (GS is part of labels and may stay). */
export const text = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check(value => !control.test(value), 'control characters'),
    v.check(isWritable, 'half a character'),
  )
/** Whole base units, 1 to 1,000,000,000. A fraction or a negative number is no quantity. */
export const quantity = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000_000))
export const isoInstant = v.pipe(v.string(), v.maxLength(30), v.isoTimestamp())
export const isoDay = v.pipe(v.string(), v.maxLength(10), v.isoDate())
