const LONGEST_MS = 60_000

/** Full jitter: anywhere between now and the bound, so that a hundred handhelds do not come back in step. */
export const backoffMs = (failures: number, random: number): number =>
  Math.floor(random * Math.min(LONGEST_MS, 2 ** Math.min(failures, 10) * 1000))

/** What follows from an answer that is not the one asked for. `foreign`: not for this device or warehouse. */
export type Trouble =
  | { kind: 'offline' }
  | { kind: 'wait'; ms: number | null }
  | { kind: 'unauthorised'; foreign: boolean }
  | { kind: 'revoked' }
  | { kind: 'outdated' }
  | { kind: 'tooLarge' }
  | { kind: 'rejected' }

export const troubleOf = (
  reply:
    | { kind: 'offline' }
    | { kind: 'refused'; status: number; refusal: { code: string } | null; retryAfterMs: number | null },
): Trouble => {
  if (reply.kind === 'offline') return { kind: 'offline' }
  const { status } = reply
  const code = reply.refusal?.code
  if (status === 403 && code === 'revoked') return { kind: 'revoked' }
  if (status === 401 || status === 403) return { kind: 'unauthorised', foreign: code === 'foreign_device' }
  if (status === 413) return { kind: 'tooLarge' }
  if (status === 426) return { kind: 'outdated' }
  if (status === 429 || status >= 500) return { kind: 'wait', ms: reply.retryAfterMs }
  return { kind: 'rejected' }
}
