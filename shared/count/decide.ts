import type { WorkerId } from '../ids.ts'
import type { Role } from '../roles.ts'
import type { RefusalCode } from '../exception.ts'
import { isoOf, msOf } from '../time.ts'
import { after, LIFE } from './life.ts'
import type { VarianceState } from './life.ts'
import type { Variance } from './variance.ts'

/** What a person may decide about a variance, on the version that they have seen. */
export type CountDecision = {
  kind: 'approve' | 'reject' | 'recount' | 'undo'
  expectedVersion: number
  reason: string
  /** Approves although handhelds have not reported, or another look is due. */
  early: boolean
}

/** An approval may be taken back for so long before it posts. */
export const EFFECTIVE_AFTER_MS = 10_000

const EARLY: ReadonlySet<VarianceState> = new Set(['provisional', 'again', 'recount'])

/**
 * Compare-and-set: decided only on the very version that was seen. Nobody approves what they have counted themselves,
 * whatever their role and the policy.
 */
export const decideVariance = (
  v: Variance,
  decision: CountDecision,
  who: { id: WorkerId; roles: readonly Role[] },
  now: string,
  /** It is so large that two people must approve it. */
  needsTwo = false,
): { ok: true; variance: Variance } | { ok: false; code: RefusalCode } => {
  const { kind, reason } = decision
  const refuse = (code: RefusalCode) => ({ ok: false as const, code })
  if (!who.roles.includes('supervisor')) return refuse('role')
  if (v.version !== decision.expectedVersion || LIFE[v.state][kind] === null) return refuse('stale')
  if (kind !== 'undo' && kind !== 'recount' && reason === '') return refuse('reason')
  if (kind === 'approve') {
    if (v.counters.includes(who.id)) return refuse('own_count')
    if (EARLY.has(v.state) && !decision.early) return refuse('provisional')
    const first = firstOf(v)
    if (needsTwo && first?.worker === who.id) return refuse('second')
    if (needsTwo && first === null) return { ok: true, variance: approvedOnce(v, who.id, now, reason) }
  }
  const { pair: _, ...rest } = v
  return {
    ok: true,
    variance: {
      ...rest,
      state: after(v.state, kind),
      version: v.version + 1,
      decided: { kind, worker: who.id, at: now, reason },
      effectiveAt: kind === 'approve' ? isoOf(msOf(now) + EFFECTIVE_AFTER_MS) : null,
      changedAt: now,
    },
  }
}

/** Who has approved it as the first of two, as long as nothing has changed since. */
export const firstOf = (v: Pick<Variance, 'first' | 'version'>): NonNullable<Variance['first']> | null =>
  v.first?.version === v.version ? v.first : null

/** It waits where it was, for the second person. */
const approvedOnce = (v: Variance, worker: WorkerId, now: string, reason: string): Variance => ({
  ...v,
  version: v.version + 1,
  first: { worker, at: now, version: v.version + 1 },
  decided: { kind: 'approve', worker, at: now, reason },
  changedAt: now,
})
