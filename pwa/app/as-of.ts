/** Older than this what is shown may be overtaken: somebody should look before they walk. */
const OLD_MS = 15 * 60_000

/** Whether what was heard last is old. What was never heard since the start is. */
export const isOld = (heard: string | null, now: string): boolean =>
  heard === null || Date.parse(now) - Date.parse(heard) >= OLD_MS
