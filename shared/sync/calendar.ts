import * as v from 'valibot'
import { isDay } from '../time.ts'
import { isoDay, isoInstant } from './fields.ts'

/**
 * What is asked of the server, and what goes into its tables as a date: of the calendar, with an offset that databases know. What
 * a handheld has read off a label is a fact whatever it says, and stays an `isoDay`.
 */
export const calendarDay = v.pipe(isoDay, v.check(isDay, 'no such day'))
export const calendarInstant = v.pipe(
  isoInstant,
  v.check(
    value => isDay(value.slice(0, 10)) && !/[+-](?:1[6-9]|2\d)(?::?\d\d)?$/.test(value.slice(19)),
    'no such time',
  ),
)
