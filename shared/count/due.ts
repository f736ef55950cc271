import type { CountLimits } from '../policy.ts'
import { msOf } from '../time.ts'
import { isWithin } from './limits.ts'
import type { Flag, Variance } from './variance.ts'
import type { Unheard } from './watermark.ts'

export type Due = { what: 'wait' } | { what: 'post' } | { what: 'look'; flags: readonly Flag[] }

/**
 * Post or pend: posts by itself only when every handheld of the zone has reported past the count, all of the counter's
 * limits hold, and nothing asks for a person. A short is never more than a suspicion: always a person's.
 */
export const dueOf = (v: Variance, unheard: Unheard, limits: CountLimits, cost: number | null): Due => {
  if (v.state !== 'provisional' || unheard.waits.length > 0) return { what: 'wait' }
  const within = isWithin(v, cost, limits)
  const flags: Flag[] = [
    ...(unheard.silent.length > 0 ? (['silent'] as const) : []),
    ...(within ? [] : (['overLimit'] as const)),
  ]
  return v.kind === 'count' && v.flags.length === 0 && flags.length === 0 ? { what: 'post' } : { what: 'look', flags }
}

/** Whoever counted has gone without saying so, or has not looked again: after so long a person decides. */
export const isForsaken = (v: Variance, now: string, silentHours: number): boolean =>
  (v.state === 'counting' || v.state === 'again') && msOf(now) - msOf(v.changedAt) > silentHours * 3_600_000
