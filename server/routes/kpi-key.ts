import * as v from 'valibot'
import { calendarInstant } from '../../shared/sync/calendar.ts'
import type { KpiKey } from '../kpi-ports.ts'

const keySchema = v.tuple([calendarInstant, v.pipe(v.string(), v.minLength(1), v.maxLength(120))])

export const writeKpiKey = ({ at, id }: KpiKey): string => `${at}~${id}`

/** Null = from the start; undefined = no key of ours. */
export const readKpiKey = (key: string): KpiKey | null | undefined => {
  if (key === '') return null
  const read = v.safeParse(keySchema, key.split('~'))
  return read.success ? { at: read.output[0], id: read.output[1] } : undefined
}
