import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { rowsOf } from '../../server/store/columns.ts'
import type { OpenDatabase } from '../../server/store/open.ts'

const COLUMNS = { n: 'int', word: 'text', at: 'timestamptz', key: 'uuid', body: 'jsonb' } as const
const AT = '2027-01-15T08:30:00.000Z'

/** A database's text holds neither U+0000 nor half a character: see storable. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\t', '{', '}', ',', ' ', 'n', 'NULL') }),
  )
  .map(one => one.replaceAll(/[\u0000\ud800-\udfff]/g, ''))
const row = fc.record({
  n: fc.option(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 })),
  word: fc.option(text),
  at: fc.constantFrom(AT, null),
  key: fc.option(fc.uuid()),
  body: fc.oneof(fc.constant(null), fc.constant([]), fc.record({ word: text, list: fc.array(text) })),
})

/** What both engines read from the arrays that statements write with. */
export const describeColumns = (engine: string, opened: () => OpenDatabase): void => {
  test(`[Y30] on ${engine} rows arrive as they were written, letter by letter, with their nulls`, async () => {
    const { db } = opened()
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async rows => {
        const found = await sql<{ n: number; word: string; at: Date | null; key: string; body: unknown }>`
          select x.n, x.word, x.at, x.key, case when x.body is null then null else jsonb_build_array(x.body) end as body
          from ${rowsOf(rows, COLUMNS)}`.execute(db)
        // In an array, so that a null of JSON would be seen.
        const wanted = rows.map(one => ({ ...one, body: one.body === null ? null : [one.body] }))
        expect(found.rows.map(one => ({ ...one, at: one.at?.toISOString() ?? null }))).toEqual(wanted)
      }),
      { numRuns: 60 },
    )
  })
}
