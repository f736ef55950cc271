import { type CustomTypesConfig, types } from 'pg'

type Parser = (text: string) => unknown

/**
 * An int8 as a number. Counters and sums fit; a value beyond 2^53 throws a RangeError, because rounding it would
 * silently name another row or another quantity.
 */
export function int8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 beyond 2^53: ${text}`)
  return value
}

/** A one-dimensional int8[] as numbers and nulls. */
function int8Array(text: string): (number | null)[] {
  if (text === '{}') return []
  return text
    .slice(1, -1)
    .split(',')
    .map(item => (item === 'NULL' ? null : int8(item)))
}

/**
 * Types that the two drivers read differently by default, by type number (`pg_type.oid`). Both get the same parser:
 * int8 arrives as a safe number, and a date stays the text `YYYY-MM-DD`, for a calendar day has no time zone.
 */
const parsers: Record<number, Parser> = { 20: int8, 1016: int8Array, 1082: text => text }

export const pgliteParsers: Record<number, Parser> = parsers

/** For `new Pool({ types })`: per pool, so that no other user of the driver is changed. */
export const pgTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const own = format === 'binary' ? undefined : parsers[oid]
    return own ?? types.getTypeParser(oid, format)
  },
}
