import * as v from 'valibot'
import { REFUSALS } from '../exception.ts'
import type { RefusalCode } from '../exception.ts'
import type { ScheduleId } from '../ids.ts'
import { text, uuid } from '../sync/fields.ts'
import { exportQuery } from './export.ts'
import type { ExportName } from './export.ts'

/** Lists that need no day and no thing to be named, so that they can be made without anybody. */
export const SCHEDULED = [
  'stock',
  'orders',
  'receipts',
  'returns',
  'approvals',
  'audit',
  'expiring',
  'past',
] as const satisfies readonly ExportName[]
export const isScheduled = (list: ExportName): boolean => SCHEDULED.some(one => one === list)
/** Of one person in one warehouse. */
export const MAX_SCHEDULES = 20

const { format, language, q, state, client, days, basis, by, sort, columns, machine } = exportQuery.entries
/** What a file is asked for by, as in GET /api/desk/export; a past day is always the one before. */
export const scheduledQuery = v.object({
  list: v.picklist(SCHEDULED),
  format,
  language,
  q,
  state,
  client,
  days,
  basis,
  by,
  sort,
  columns,
  machine,
})
export type ScheduledQuery = v.InferOutput<typeof scheduledQuery>

/** `why` null = the file is there; else why it was not made. */
const lastSchema = v.object({
  at: v.string(),
  file: v.nullable(v.string()),
  why: v.nullable(v.picklist(Object.keys(REFUSALS) as RefusalCode[])),
  /** Whose goods may stand in it; null = everybody's. */
  clients: v.nullable(v.array(v.string())),
})
export type LastMade = v.InferOutput<typeof lastSchema>

const own = {
  id: uuid<ScheduleId>(),
  name: v.pipe(text(60), v.trim(), v.minLength(1)),
  /** Of the warehouse's clock. */
  hour: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(23)),
  query: scheduledQuery,
}

/** GET /api/desk/schedules: one's own, by name. */
export const schedulesSchema = v.object({
  schedules: v.array(v.object({ ...own, nextAt: v.string(), last: v.nullable(lastSchema) })),
})
export type Schedules = v.InferOutput<typeof schedulesSchema>

/** POST /api/desk/schedules: adds one, or changes one's own of that id; or takes it away. */
export const scheduleAskSchema = v.variant('act', [
  v.object({ act: v.literal('save'), ...own }),
  v.object({ act: v.literal('remove'), id: own.id }),
])
/** GET /api/desk/schedules/file */
export const scheduleFileQuery = v.object({ id: own.id })
