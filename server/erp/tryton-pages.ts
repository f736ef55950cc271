import * as v from 'valibot'
import { isoOf, msOf } from '../../shared/time.ts'
import { ErpError } from './erp-error.ts'
import { toTime } from './tryton-value.ts'

/**
 * Tryton cannot order by "changed at" over a record and its children, and a record that is in the middle of a long transaction
 * appears with an older date. So a pull is a sequence of passes:
 *
 *   pass: everything changed since `from`, by record number, page after page ──► next pass: from = begin of this one − 5 min
 *
 * A change behind the page in work has a date after the begin of the pass and comes in the next one.
 */
const OVERLAP_MS = 5 * 60_000

const cursorSchema = v.object({
  /** Begin of what is looked at, null = everything. */
  from: v.nullable(v.string()),
  /** The server's clock when the pass began; null between passes. */
  began: v.nullable(v.string()),
  /** Number of the last record of the page before. */
  after: v.pipe(v.number(), v.safeInteger()),
})
export type Cursor = v.InferOutput<typeof cursorSchema>

export const readCursor = (cursor: string | null): Cursor => {
  if (cursor === null || cursor === '') return { from: null, began: null, after: 0 }
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), cursorSchema), cursor)
  if (!read.success) throw new ErpError('config', 'the cursor is none of this connector')
  return read.output
}

/** The page after one that ended with record `last`; `more` = the page was full. */
export const nextCursor = (cursor: Cursor & { began: string }, last: number, more: boolean): string =>
  JSON.stringify(
    more
      ? { from: cursor.from, began: cursor.began, after: last }
      : { from: isoOf(msOf(cursor.began) - OVERLAP_MS), began: null, after: 0 },
  )

/**
 * Domain of records of which themselves or a child changed since. `write_date` is null until the first write. `prefixes` are
 * paths to children, '' is the record.
 */
export const changedSince = (from: string | null, prefixes: readonly string[]): readonly unknown[] =>
  from === null
    ? []
    : [
        [
          'OR',
          ...prefixes.flatMap(prefix => [
            [`${prefix}write_date`, '>=', toTime(from)],
            [`${prefix}create_date`, '>=', toTime(from)],
          ]),
        ],
      ]
