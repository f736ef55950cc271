/**
 * Instants as text and as numbers. The only file of this room that may name Date: both functions are pure, neither
 * reads a clock.
 */
export const msOf = (iso: string): number => Date.parse(iso)
export const isoOf = (ms: number): string => new Date(ms).toISOString()
/** A day of the calendar, from 1900 on: no 31st of February, which looks like a day. */
export const isDay = (text: string): boolean => {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) && text >= '1900' ? msOf(`${text}T00:00:00Z`) : NaN
  return Number.isFinite(ms) && isoOf(ms).slice(0, 10) === text
}
/** ISO day of an instant, `days` later. */
export const dayOf = (iso: string, days = 0): string => isoOf(msOf(iso) + days * 86_400_000).slice(0, 10)
