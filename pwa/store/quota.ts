/**
 * Dexie reports a full disk as an AbortError whose `inner` (or cause) is the QuotaExceededError, so the whole chain is
 * looked at. Newer Chromium throws QuotaExceededError as a class of its own with the same name.
 */
export const isQuotaError = (error: unknown): boolean => {
  let at: unknown = error
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth += 1) {
    if ('name' in at && at.name === 'QuotaExceededError') return true
    at = 'inner' in at && at.inner ? at.inner : 'cause' in at ? at.cause : null
  }
  return false
}
