const LONGEST_MS = 60_000

/** Full jitter: anywhere between now and the bound, so that a hundred handhelds do not come back in step. */
export const backoffMs = (failures: number, random: number): number =>
  Math.floor(random * Math.min(LONGEST_MS, 2 ** Math.min(failures, 10) * 1000))

/** What of one answer follows for the loop; `counts` = the head of the queue may be to blame (9.4 of the protocol). */
export type Trouble =
  | { kind: 'offline' }
  | { kind: 'wait'; ms: number | null }
  | { kind: 'unauthorised' }
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
  if (status === 401) return { kind: 'unauthorised' }
  if (status === 403) return reply.refusal?.code === 'revoked' ? { kind: 'revoked' } : { kind: 'unauthorised' }
  if (status === 413) return { kind: 'tooLarge' }
  if (status === 426) return { kind: 'outdated' }
  if (status === 429 || status >= 500) return { kind: 'wait', ms: reply.retryAfterMs }
  return { kind: 'rejected' }
}
