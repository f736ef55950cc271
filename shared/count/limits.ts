import type { ClientId, WorkerId } from '../ids.ts'
import type { CountLimits, Policy, PolicySet } from '../policy.ts'
import type { Role } from '../roles.ts'

export type AbcClass = 'A' | 'B' | 'C'
/** What an item is worth and how often it moves: on the server only, no handheld ever gets it. */
export type ItemWorth = { cost: number | null; abc: AbcClass | null }

type Rule = Policy['count']['limitsFor'][number]

const fits = (rule: Rule, abc: AbcClass | null): boolean => rule.abc === undefined || rule.abc === abc

/**
 * How much a worker's count may differ and still post by itself; the first found of worker → role → client and ABC class →
 * client → ABC class → warehouse. A supervisor has limits of their own, unless some were set for the very person.
 */
export const limitsOf = (
  set: PolicySet,
  who: { id: WorkerId | null; roles: readonly Role[] },
  client: ClientId,
  abc: AbcClass | null,
): CountLimits => {
  const own = set.clients[client]
  const rules = [...(own?.count.limitsFor ?? []), ...set.warehouse.count.limitsFor]
  const forWorker = rules.find(rule => rule.worker !== undefined && rule.worker === who.id && fits(rule, abc))
  if (forWorker !== undefined) return forWorker.limits
  if (who.roles.includes('supervisor')) return (own ?? set.warehouse).count.supervisorLimits
  const forRole = rules.find(
    rule => rule.worker === undefined && rule.role !== undefined && who.roles.includes(rule.role) && fits(rule, abc),
  )
  if (forRole !== undefined) return forRole.limits
  const ofClass = (rule: Rule): boolean =>
    rule.worker === undefined && rule.role === undefined && rule.abc !== undefined && rule.abc === abc
  if (own !== undefined) return own.count.limitsFor.find(ofClass)?.limits ?? own.count.limits
  return set.warehouse.count.limitsFor.find(ofClass)?.limits ?? set.warehouse.count.limits
}

/**
 * Within = quantity AND per cent AND value. Whole numbers only. From a book of 0 any difference is endless per cent, and
 * goods without a known cost have no value that could be within a limit.
 */
export const isWithin = (
  { delta, book }: { delta: number; book: number },
  cost: number | null,
  { qty, pct, value }: CountLimits,
): boolean => {
  const size = Math.abs(delta)
  if (size === 0) return true
  if (qty !== null && size > qty) return false
  if (pct !== null && (book <= 0 || size * 10_000 > Math.round(pct * 100) * book)) return false
  return value === null || (cost !== null && size * cost <= value)
}
