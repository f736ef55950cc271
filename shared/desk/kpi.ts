import * as v from 'valibot'
import { CSV_LANGUAGES } from '../csv.ts'
import type { ClientId, WorkerId } from '../ids.ts'
import { UNITS } from '../kpi/figures.ts'
import { calendarDay } from '../sync/calendar.ts'
import { text, uuid } from '../sync/fields.ts'
import { TABLE_NAMES } from './kpi-tables.ts'
import type { TableName } from './kpi-tables.ts'

/** Days of UTC, both included; nothing said = the last 30 days. `client` and `zone` narrow what the person sees anyway. */
const window = {
  worker: uuid<WorkerId>(),
  from: v.optional(calendarDay),
  to: v.optional(calendarDay),
  client: v.optional(uuid<ClientId>()),
  zone: v.optional(v.pipe(text(60), v.minLength(1))),
}
const csv = {
  lang: v.optional(v.picklist(CSV_LANGUAGES), 'en'),
  /** A second line with the names that programs read. */
  machine: v.optional(v.picklist(['0', '1']), '0'),
}
export const MAX_KPI_DAYS = 366

export const kpiQuery = v.object(window)
export const kpiCsvQuery = v.object({ ...window, ...csv })
export const kpiDaysQuery = v.object({
  ...window,
  figure: v.pipe(text(60), v.minLength(1)),
  split: v.optional(text(200), ''),
})
const WHOLE = /^\d{1,4}$/
export const MAX_KPI_ROWS = 500
export const kpiRowsQuery = v.object({
  ...window,
  after: v.optional(text(200), ''),
  limit: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(WHOLE)), '100'),
    v.transform(Number),
    v.minValue(1),
    v.maxValue(MAX_KPI_ROWS),
  ),
})
const isTable = (name: string): name is TableName => TABLE_NAMES.some(table => table === name)
export const kpiTable = v.pipe(
  v.string(),
  v.check(isTable, 'no such table'),
  v.transform(name => name as TableName),
)

const nullableNumber = v.nullable(v.number())
export const figureSchema = v.object({
  name: v.string(),
  /** '' = of everything; else of which part: a process, a cause, a connection … */
  split: v.string(),
  /** ppm = millionths, s = whole seconds, n = how many, minor = minor units of the currency, milli = thousandths. */
  unit: v.picklist(UNITS),
  /** Null = there is nothing to say. */
  value: nullableNumber,
  num: nullableNumber,
  den: nullableNumber,
  n: v.number(),
  /** It rests on fewer than twenty. */
  few: v.boolean(),
  /** The value of the window of equal length before this one. */
  before: nullableNumber,
})
export const kpiAnswer = v.object({
  definition: v.string(),
  from: v.string(),
  to: v.string(),
  /** How far the log was read, and when; null = not yet. */
  asOf: v.object({ cursor: v.number(), at: v.nullable(v.string()) }),
  /** Handhelds that may still bring facts of the window. */
  silent: v.number(),
  /** Days that were changed after they were closed. */
  restated: v.array(v.string()),
  /** Parts of figures are named by the ids of connections. */
  connections: v.array(v.object({ id: v.string(), name: v.string() })),
  figures: v.array(figureSchema),
})
export type KpiAnswer = v.InferOutput<typeof kpiAnswer>

export const kpiDaysAnswer = v.object({
  figure: v.string(),
  days: v.array(v.object({ day: v.string(), value: nullableNumber, n: v.number() })),
})
export type KpiDaysAnswer = v.InferOutput<typeof kpiDaysAnswer>

export const kpiRowsAnswer = v.object({
  columns: v.array(v.object({ key: v.string(), kind: v.string() })),
  rows: v.array(v.record(v.string(), v.nullable(v.union([v.string(), v.number()])))),
  next: v.nullable(v.string()),
})
export type KpiRowsAnswer = v.InferOutput<typeof kpiRowsAnswer>
