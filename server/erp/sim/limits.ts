import type { Profile } from './profile.ts'

/** What keeps callers in check: log-in, lock-out, calls at once and per minute. Null = go on. */
export const makeLimits = (profile: Profile, token: string, nowMs: () => number) => {
  let open = 0
  let minute = { from: 0, calls: 0 }
  let failures = 0
  const sessions = new Map<string, number>()
  const no = (status: number, error: string, headers: Record<string, string> = {}): Response =>
    Response.json({ error }, { status, headers })
  const locked = (): boolean => failures >= profile.lockAfter
  return {
    /** Counted from its entry to its answer. */
    enter: (): Response | null => {
      const now = nowMs()
      if (now - minute.from >= 60_000) minute = { from: now, calls: 0 }
      minute.calls += 1
      if (minute.calls > profile.perMinute)
        return no(429, 'too many requests', { 'retry-after': String(Math.ceil((60_000 - (now - minute.from)) / 1000)) })
      if (open >= profile.atOnce) return no(429, 'too many at once', { 'retry-after': '1' })
      open += 1
      return null
    },
    leave: (): void => void (open -= 1),
    login: (given: unknown): Response | string => {
      if (locked()) return no(429, 'locked')
      if (given !== token) {
        failures += 1
        return no(401, 'unauthorised')
      }
      failures = 0
      const session = `s${sessions.size + 1}-${token}`
      sessions.set(session, nowMs() + profile.sessionMs)
      return session
    },
    authorised: (header: string | undefined): Response | null => {
      if (profile.sessionMs === 0) {
        if (locked()) return no(429, 'locked')
        if (header === `Bearer ${token}`) return null
        failures += 1
        return no(401, 'unauthorised')
      }
      const end = sessions.get(header?.replace('Session ', '') ?? '')
      return end !== undefined && nowMs() < end ? null : no(401, 'session ended')
    },
    endSessions: (): void => sessions.clear(),
  }
}
