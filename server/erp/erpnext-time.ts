/**
 * Frappe keeps moments as the wall clock of the site's time zone, without saying which: "2026-11-23 06:49:07.123456". Our own
 * are in UTC.
 */
const offsetMs = (ms: number, zone: string): number => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(ms))
  const at = (type: string): number => Number(parts.find(part => part.type === type)?.value ?? 0)
  const wall = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'))
  return wall - Math.floor(ms / 1000) * 1000
}

const textOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** What the wall clock over there shows at a moment. */
export const wallOf = (iso: string, zone: string): string => {
  const ms = Date.parse(iso)
  return textOf(ms + offsetMs(ms, zone))
}

const DAY_MS = 24 * 3_600_000
/**
 * What the wall clock over there shows at no moment after this one, less an overlap. When the clocks go back an hour comes
 * twice: the smaller offset of that day keeps what is written in the second one behind the cursor.
 */
export const wallBefore = (iso: string, zone: string, overlapMs: number): string => {
  const ms = Date.parse(iso)
  return textOf(ms - overlapMs + Math.min(offsetMs(ms, zone), offsetMs(ms + DAY_MS, zone)))
}

/** The moment of a wall clock over there. */
export const momentOf = (wall: string, zone: string): string => {
  const ms = Date.parse(`${wall.trim().slice(0, 19).replace(' ', 'T')}Z`)
  if (!Number.isFinite(ms)) return ''
  // The offset of the guess may be that of the other side of a change of clocks; the second look is on the right side.
  const guess = ms - offsetMs(ms, zone)
  return new Date(ms - offsetMs(guess, zone)).toISOString()
}

/** Date and time apart, as documents carry them ("7:05:09" is a time too). */
export const postedAt = (date: string, time: string, zone: string): string => {
  const [hours = '0', minutes = '0', seconds = '0'] = time.split('.')[0]?.split(':') ?? []
  const clock = [hours, minutes, seconds].map(part => part.padStart(2, '0')).join(':')
  return momentOf(`${date} ${clock}`, zone)
}
