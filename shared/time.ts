/**
 * Instants as text and as numbers, and the days that a place has of them. The only file of this room that may name Date:
 * all functions are pure, none reads a clock.
 */
export const msOf = (iso: string): number => Date.parse(iso)
export const isoOf = (ms: number): string => new Date(ms).toISOString()

const DAY_MS = 86_400_000
/** Where nobody has said where the place is. */
export const UTC = 'UTC'

/** A day of the calendar, from 1900 on: no 31st of February, which looks like a day. */
export const isDay = (text: string): boolean => {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) && text >= '1900' ? msOf(`${text}T00:00:00Z`) : NaN
  return Number.isFinite(ms) && isoOf(ms).slice(0, 10) === text
}
/** The last day whose year has four figures; what is asked beyond it ends there. */
const LAST_MS = msOf('9999-12-31T00:00:00Z')
/** A day of the calendar so many days later; it has no hours, and no zone. */
export const laterDay = (day: string, days: number): string =>
  isoOf(Math.min(LAST_MS, msOf(`${day}T00:00:00Z`) + days * DAY_MS)).slice(0, 10)
/** Days of the calendar from one to the other. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((msOf(`${to}T00:00:00Z`) - msOf(`${from}T00:00:00Z`)) / DAY_MS)

const makeClock = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

/** A name of the IANA table that this machine knows: no offset, which databases read the other way round. */
export const isZone = (name: string): boolean => {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return false
  try {
    return makeClock(name).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Making one takes a thousand times as long as asking it. Null = UTC, also where an old browser lacks a young zone. */
const clocks = new Map<string, Intl.DateTimeFormat | null>()
const clockOf = (zone: string): Intl.DateTimeFormat | null => {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const clock = zone !== UTC && isZone(zone) ? makeClock(zone) : null
  clocks.set(zone, clock)
  return clock
}

/** What a clock on the wall of the place shows at an instant: `2026-11-25T23:30:00`. */
export const wallOf = (iso: string, zone: string): string => {
  const clock = clockOf(zone)
  if (clock === null) return isoOf(msOf(iso)).slice(0, 19)
  const parts = new Map(clock.formatToParts(msOf(iso)).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  return `${day}T${part('hour')}:${part('minute')}:${part('second')}`
}

const MINUTE_MS = 60_000
/** Before it some clocks differed from UTC by seconds too, so that a day could begin within a minute. */
const WHOLE_MINUTES_MS = msOf('1973-01-01T00:00:00Z')
let latest = { zone: '', minute: NaN, day: '' }

/** The day of an instant at the place. Each drawing of a step asks for today: the minute asked for last is not worked out again. */
export const dayOf = (iso: string, zone: string): string => {
  const ms = msOf(iso)
  if (!(ms >= WHOLE_MINUTES_MS)) return wallOf(iso, zone).slice(0, 10)
  const minute = Math.floor(ms / MINUTE_MS)
  if (latest.minute !== minute || latest.zone !== zone) latest = { zone, minute, day: wallOf(iso, zone).slice(0, 10) }
  return latest.day
}

/**
 * The first instant of a day at the place. The day before and the day after say by how much the clocks may differ; where
 * they change at midnight itself, the day begins when the clock first shows it.
 */
export const startOfDay = (day: string, zone: string): string => {
  const utc = msOf(`${day}T00:00:00Z`)
  const begins = [utc - DAY_MS, Math.min(utc + DAY_MS, LAST_MS - DAY_MS)]
    .map(ms => utc + ms - msOf(`${wallOf(isoOf(ms), zone)}Z`))
    .sort((a, b) => a - b)
    .map(isoOf)
  return begins.find(at => dayOf(at, zone) >= day) ?? isoOf(utc)
}

const HALF_HOUR_MS = 1_800_000
/** When a clock at the place shows this hour of a day, or, where it leaps over it, the first time after it. */
const hourOfDay = (day: string, hour: number, zone: string): number => {
  const wanted = `${day}T${String(hour).padStart(2, '0')}`
  let ms = msOf(startOfDay(day, zone))
  while (wallOf(isoOf(ms), zone) < wanted) ms += HALF_HOUR_MS
  return ms
}

/** The next instant after this one at which it is so many hours at the place, once a day. */
export const nextHour = (after: string, hour: number, zone: string): string => {
  const today = dayOf(after, zone)
  const at = hourOfDay(today, hour, zone)
  return isoOf(at > msOf(after) ? at : hourOfDay(laterDay(today, 1), hour, zone))
}
