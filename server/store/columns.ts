import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

/** Names of columns with their types of PostgreSQL. */
type Columns = Readonly<
  Record<string, 'bigint' | 'double precision' | 'int' | 'jsonb' | 'smallint' | 'text' | 'timestamptz' | 'uuid'>
>
type Row = Readonly<Record<string, unknown>>

/**
 * Rows of a statement, one array a column, as `x` with its columns. As JSON they would name every value of every row, and
 * PostgreSQL spends half of an apply statement on reading that.
 */
export const rowsOf = (rows: readonly Row[], columns: Columns): RawBuilder<unknown> => {
  const arrays = Object.entries(columns).map(([name, type]) => {
    const values = rows.map(row => row[name] ?? null)
    const array = arrayText(
      type === 'jsonb' ? values.map(value => (value === null ? null : JSON.stringify(value))) : values,
    )
    return sql`${array}::${sql.raw(type)}[]`
  })
  return sql`unnest(${sql.join(arrays)}) as x(${sql.raw(Object.keys(columns).join(', '))})`
}

/** What JSON writes with a backslash and PostgreSQL would read as the letter behind it; more is found than there is. */
const OTHER_ESCAPE = /\\[^"\\]/

/**
 * Numbers, texts and nulls as PostgreSQL writes an array. JSON quotes alike, by native code, where no text has a control
 * character.
 */
export const arrayText = (values: readonly unknown[]): string => {
  const json = JSON.stringify(values)
  return OTHER_ESCAPE.test(json) ? `{${values.map(element).join(',')}}` : `{${json.slice(1, -1)}}`
}

const element = (value: unknown): string =>
  typeof value === 'string' ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : JSON.stringify(value)
