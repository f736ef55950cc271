/**
 * Instants as text and as numbers. The only file of this room that may name Date: both functions are pure, neither
 * reads a clock.
 */
export const msOf = (iso: string): number => Date.parse(iso)
export const isoOf = (ms: number): string => new Date(ms).toISOString()
/** ISO day of an instant, `days` later. */
export const dayOf = (iso: string, days = 0): string => isoOf(msOf(iso) + days * 86_400_000).slice(0, 10)
