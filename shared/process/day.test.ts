import { expect, it } from 'vitest'
import { parseDay } from './day.ts'

it.each([
  ['2027-03-31', '2027-03-31'],
  [' 270331 ', '2027-03-31'],
  ['31.03.2027', '2027-03-31'],
  ['1.3.2027', '2027-03-01'],
  ['280229', '2028-02-29'],
  ['2000-02-29', '2000-02-29'],
])('[R31] %s is typed for the day %s', (text, day) => expect(parseDay(text)).toBe(day))

it.each(['270229', '2100-02-29', '270431', '271301', '270100', '2703', '27-03-31', '', '31/03/2027', '2027-03-31T00'])(
  '[R31] %s is no day of the calendar',
  text => expect(parseDay(text)).toBeNull(),
)
