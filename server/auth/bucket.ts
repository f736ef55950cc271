/** A bounded allowance that fills up with time: `burst` at once, `perMinute` in the long run. */
export type Bucket = {
  /** Takes `cost` for `who`. Null = granted; else seconds until it would be. */
  take(who: string, nowMs: number, cost?: number): number | null
}

/** As many callers as are remembered; beyond it the longest silent one is forgotten, so that no flood fills the memory. */
const MAX_CALLERS = 10_000

export const makeBucket = (limit: { burst: number; perMinute: number }): Bucket => {
  const levels = new Map<string, { left: number; at: number }>()
  return {
    take: (who, nowMs, cost = 1) => {
      const known = levels.get(who) ?? { left: limit.burst, at: nowMs }
      const grown = ((nowMs - known.at) / 60_000) * limit.perMinute
      const left = Math.min(limit.burst, known.left + Math.max(0, grown))
      const granted = left >= cost
      levels.delete(who)
      levels.set(who, { left: granted ? left - cost : left, at: nowMs })
      const [oldest] = levels.keys()
      if (levels.size > MAX_CALLERS && oldest !== undefined) levels.delete(oldest)
      return granted ? null : Math.max(1, Math.ceil(((cost - left) / limit.perMinute) * 60))
    },
  }
}
