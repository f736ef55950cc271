import { expect, test } from 'vitest'
import { learnDesk } from './speak.ts'

const LATE = '2026-11-25T21:30:00.000Z'

test('[TZ7] the desk shows the clock and the day of the warehouse, wherever whoever looks is', async () => {
  const speakIn = await learnDesk('en')
  const [here, there] = [speakIn('Europe/Istanbul'), speakIn('America/New_York')]
  expect([here.stamp(LATE), there.stamp(LATE)]).toEqual(['Nov 26, 00:30', 'Nov 25, 16:30'])
  expect([here.time(LATE), there.time(LATE)]).toEqual(['00:30', '16:30'])
  expect([here.day(LATE), there.day(LATE)]).toEqual(['Nov 26, 2026', 'Nov 25, 2026'])
  // A day of the calendar has no zone.
  expect([here.day('2026-11-25'), there.day('2026-11-25')]).toEqual(['Nov 25, 2026', 'Nov 25, 2026'])
})

test('[TZ7] a zone that the browser does not know is shown as UTC', async () => {
  expect((await learnDesk('tr'))('Mars/Olympus').time(LATE)).toBe('21:30')
})
