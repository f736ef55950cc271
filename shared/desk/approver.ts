import type { Worker } from '../catalogue.ts'
import { firstOf } from '../count/decide.ts'
import { isWithin } from '../count/limits.ts'
import type { Variance } from '../count/variance.ts'
import type { WorkerId } from '../ids.ts'
import type { CountLimits, PolicySet } from '../policy.ts'
import { approvalRules, isOwn, needsTwo } from './tolerance.ts'
import type { ShownVariance } from './variances.ts'

type Person = Pick<Worker, 'id' | 'roles' | 'clients' | 'active' | 'approves'>

/** Up to what a person approves alone: a limit of their own, else that of the client, else of the warehouse; null = any. */
export const approverLimit = (who: Pick<Worker, 'approves'>, policies: PolicySet, client: string): CountLimits | null =>
  who.approves ?? approvalRules(policies, client).limit ?? null

/** Their approval is one of two. `cost` of one base unit in minor units; null = not known, which no limit of value covers. */
export const isOverLimit = (
  variance: Pick<Variance, 'delta' | 'book'>,
  cost: number | null,
  limit: CountLimits | null,
): boolean => limit !== null && !isWithin(variance, cost, limit)

/** What the row is to the person who looks at it. `upTo`: gross minor units that they approve in one go; null = any. */
export const limitFor = (
  variance: Variance,
  cost: number | null,
  policies: PolicySet,
  who: Pick<Worker, 'approves'>,
): { over: boolean; upTo: number | null } => {
  const limit = approverLimit(who, policies, variance.key.client)
  return { over: isOverLimit(variance, cost, limit), upTo: limit?.value ?? null }
}

/** Names that a row brings along. */
const APPROVERS_SHOWN = 5

/** Whose approval is enough as the row stands now, at most five; nobody's where it needs two and has none. */
export const approversOf = (
  variance: Variance,
  cost: number | null,
  policies: PolicySet,
  people: readonly Person[],
): WorkerId[] => {
  const { client } = variance.key
  const first = firstOf(variance)
  if (first === null && needsTwo(variance, cost, approvalRules(policies, client).second)) return []
  return people
    .filter(
      one =>
        one.active &&
        one.roles.includes('supervisor') &&
        (one.clients === null || one.clients.includes(client)) &&
        !variance.counters.includes(one.id) &&
        first?.worker !== one.id &&
        (first !== null || !isOverLimit(variance, cost, approverLimit(one, policies, client))),
    )
    .slice(0, APPROVERS_SHOWN)
    .map(one => one.id)
}

type Listed = Pick<ShownVariance, 'state' | 'within' | 'over' | 'upTo' | 'value' | 'counters' | 'first'>

/** Why a row is not approved in one go with others; the first that holds. */
export const LEFT_OUT = ['own', 'wait', 'eyes', 'over'] as const
export type LeftOut = (typeof LEFT_OUT)[number]

/**
 * What a person approves in one go of these rows, and how many are left out for which reason. Their limit of value holds for
 * the whole: rows are taken in their order while the sum, gross, is within.
 */
export const inOneGo = <Row extends Listed>(
  rows: readonly Row[],
  who: WorkerId,
): { taken: Row[]; left: Record<LeftOut, number> } => {
  const left = { own: 0, wait: 0, eyes: 0, over: 0 }
  let gross = 0
  const taken = rows.filter(row => {
    const sum = gross + Math.abs(row.value ?? 0)
    const why = reasonToLeave(row, who, sum)
    if (why === null) gross = sum
    else left[why] += 1
    return why === null
  })
  return { taken, left }
}

const reasonToLeave = (row: Listed, who: WorkerId, sum: number): LeftOut | null => {
  if (isOwn(row, who)) return 'own'
  if (row.state === 'provisional') return 'wait'
  if (!row.within) return 'eyes'
  return row.over || (row.upTo !== null && sum > row.upTo) ? 'over' : null
}
