import { describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from './default-policy.ts'
import { zoneOf } from './policy.ts'
import { dayOf, daysBetween, isoOf, isZone, laterDay, msOf, nextHour, startOfDay, UTC, wallOf } from './time.ts'

const HOUR_MS = 3_600_000
const hoursOf = (day: string, zone: string): number =>
  (msOf(startOfDay(laterDay(day, 1), zone)) - msOf(startOfDay(day, zone))) / HOUR_MS

describe('days of a place', () => {
  it('[TZ2] 23:30 in Istanbul is still its day, half an hour later it is the next one', () => {
    expect(wallOf('2026-11-25T20:30:00.000Z', 'Europe/Istanbul')).toBe('2026-11-25T23:30:00')
    expect(dayOf('2026-11-25T20:30:00.000Z', 'Europe/Istanbul')).toBe('2026-11-25')
    expect(dayOf('2026-11-25T21:00:00.000Z', 'Europe/Istanbul')).toBe('2026-11-26')
    expect(dayOf('2026-11-25T21:00:00.000Z', UTC)).toBe('2026-11-25')
    expect(startOfDay('2026-11-26', 'Europe/Istanbul')).toBe('2026-11-25T21:00:00.000Z')
    expect(startOfDay('2026-11-26', UTC)).toBe('2026-11-26T00:00:00.000Z')
  })

  it('[TZ2] the day of the minute that was asked for last is that minute’s, and the zone’s that was asked for', () => {
    const asked = ['2026-11-25T20:59:59.999Z', '2026-11-25T21:00:00.000Z', '2026-11-25T21:00:30.000Z']
    expect(asked.map(at => dayOf(at, 'Europe/Istanbul'))).toEqual(['2026-11-25', '2026-11-26', '2026-11-26'])
    expect(dayOf('2026-11-25T21:00:30.000Z', UTC)).toBe('2026-11-25')
    expect(dayOf('2026-11-25T21:00:59.000Z', 'Europe/Istanbul')).toBe('2026-11-26')
    // Liberia was 44 minutes and 30 seconds behind until 1972.
    const monrovia = ['1971-06-01T00:44:29.000Z', '1971-06-01T00:44:30.000Z']
    expect(monrovia.map(at => dayOf(at, 'Africa/Monrovia'))).toEqual(['1971-05-31', '1971-06-01'])
  })

  it('[W7] [TZ2] the ends of the calendar have a begin everywhere, and nothing is later than its last day', () => {
    for (const zone of [UTC, 'Europe/Istanbul', 'America/New_York'])
      for (const day of ['1900-01-01', '9999-12-31']) expect(dayOf(startOfDay(day, zone), zone)).toBe(day)
    expect([laterDay('9999-12-31', 1), laterDay('1900-01-01', -1)]).toEqual(['9999-12-31', '1899-12-31'])
  })

  it.each([
    ['spring', 'Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['autumn', 'Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['the day before', 'Europe/Berlin', '2026-03-28', '2026-03-27T23:00:00.000Z', 24],
    ['the day after', 'Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z', 24],
    ['west of UTC', 'America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    ['midnight is skipped', 'Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z', 23],
    ['midnight comes twice', 'America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    ['an hour of the day before comes twice', 'Africa/Cairo', '2026-10-30', '2026-10-29T22:00:00.000Z', 24],
    ['half an hour', 'Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z', 24.5],
    ['a day that there never was', 'Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', 0],
  ])('[TZ2] clocks change: %s', (_, zone, day, begins, hours) => {
    expect(startOfDay(day, zone)).toBe(begins)
    expect(hoursOf(day, zone)).toBe(hours)
  })

  it('[TZ2] every instant lies between the begin of its day and that of the next one, all over the world', () => {
    for (const zone of ['Asia/Kathmandu', 'America/Santiago', 'Africa/Cairo', 'Pacific/Kiritimati', 'Pacific/Niue'])
      for (let at = msOf('2026-01-01T00:00:00Z'); at < msOf('2027-01-01T00:00:00Z'); at += 17 * HOUR_MS) {
        const day = dayOf(isoOf(at), zone)
        expect(msOf(startOfDay(day, zone))).toBeLessThanOrEqual(at)
        expect(msOf(startOfDay(laterDay(day, 1), zone))).toBeGreaterThan(at)
      }
  })

  it('[TZ2] days of the calendar are counted without hours', () => {
    expect(laterDay('2026-03-28', 2)).toBe('2026-03-30')
    expect(laterDay('2026-03-01', -1)).toBe('2026-02-28')
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
  })

  it.each([
    ['Europe/Istanbul', true],
    ['UTC', true],
    ['Etc/GMT+3', true],
    ['America/Argentina/Buenos_Aires', true],
    ['Europe/Constantinople', false],
    ['+03:00', false],
    ['', false],
    ["Europe/Istanbul' or 1=1", false],
  ])('[TZ1] a zone that is told by its name: %j', (name, good) => {
    expect(isZone(name)).toBe(good)
  })

  it('[TZ1] who has said nothing, and a browser that does not know the zone, have days of UTC', () => {
    expect(zoneOf(null)).toBe(UTC)
    const { site: _, ...old } = DEFAULT_POLICY
    expect(zoneOf({ version: 1, warehouse: old, clients: {} })).toBe(UTC)
    expect(zoneOf({ version: 1, warehouse: { ...old, site: { timeZone: 'Asia/Tokyo' } }, clients: {} })).toBe(
      'Asia/Tokyo',
    )
    expect(dayOf('2026-11-25T21:00:00.000Z', 'Mars/Olympus')).toBe('2026-11-25')
  })

  it.each([
    ['Europe/Istanbul', 5, '2026-11-25T01:59:00.000Z', '2026-11-25T02:00:00.000Z'],
    ['Europe/Istanbul', 5, '2026-11-25T02:00:00.000Z', '2026-11-26T02:00:00.000Z'],
    ['Asia/Kathmandu', 0, '2026-11-25T12:00:00.000Z', '2026-11-25T18:15:00.000Z'],
    // The clock leaps from 2 to 3, and later shows 2 twice.
    ['Europe/Berlin', 2, '2026-03-28T12:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', 2, '2026-10-24T12:00:00.000Z', '2026-10-25T00:00:00.000Z'],
    ['Europe/Berlin', 2, '2026-10-25T00:00:00.000Z', '2026-10-26T01:00:00.000Z'],
  ])(
    '[TZ8] what is done at an hour is done once a day by the clock of the place: %s, %i, after %s',
    (zone, hour, after, at) => {
      expect(nextHour(after, hour, zone)).toBe(at)
    },
  )
})
