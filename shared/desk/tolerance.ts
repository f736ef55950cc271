import { isWithin } from '../count/limits.ts'
import { firstOf } from '../count/decide.ts'
import type { Variance } from '../count/variance.ts'
import { APPROVE } from '../default-policy.ts'
import type { WorkerId } from '../ids.ts'
import type { CountLimits, Policy, PolicySet } from '../policy.ts'
import { policyFor } from '../policy.ts'
import type { ShownVariance } from './variances.ts'

export const approvalRules = (set: PolicySet, client: string): NonNullable<Policy['approve']> =>
  policyFor(set, client).approve ?? APPROVE

type Looked = Pick<Variance, 'state' | 'flags' | 'typed' | 'delta' | 'book'> & {
  key: Pick<Variance['key'], 'serial'>
  tries: readonly { seen: number }[]
}

/** What nobody may wave through, whatever its size: anything but the size itself is a reason to look. */
const needsEyes = ({ state, flags, key, typed, tries }: Looked): boolean =>
  state !== 'review' ||
  key.serial !== '' ||
  typed ||
  flags.some(flag => flag !== 'overLimit') ||
  new Set(tries.slice(-2).map(look => look.seen)).size > 1

/** Small enough, in every respect, to be approved in one go with others. `cost` of one base unit; null = not known. */
export const mayBulk = (variance: Looked, cost: number | null, limits: CountLimits): boolean =>
  !needsEyes(variance) && isWithin(variance, cost, limits)

/** So large in any respect that two people must approve it. */
export const needsTwo = (
  variance: Pick<Variance, 'delta' | 'book'>,
  cost: number | null,
  limits: CountLimits,
): boolean => !isWithin(variance, cost, limits)

/** What the desk says of a row, by the policies of now: the server works it out again when it is decided. */
export const standingOf = (
  variance: Variance,
  cost: number | null,
  policies: PolicySet,
  /** Another difference may be the other end of a move. */
  isOpposed: boolean,
): { within: boolean; two: boolean; first: WorkerId | null } => {
  const { bulk, second } = approvalRules(policies, variance.key.client)
  const two = needsTwo(variance, cost, second)
  return { within: !two && !isOpposed && mayBulk(variance, cost, bulk), two, first: firstOf(variance)?.worker ?? null }
}

/** Who counted it anywhere in its chain does not approve it, and nobody is both of two. */
export const isOwn = ({ counters, first }: Pick<ShownVariance, 'counters' | 'first'>, who: WorkerId): boolean =>
  counters.includes(who) || first === who

/** Netting hides theft: what was found and what is missing is told together and apart. Unknown values are left out. */
export const atStake = (rows: readonly Pick<ShownVariance, 'value'>[]): { net: number; gross: number } => ({
  net: rows.reduce((sum, { value }) => sum + (value ?? 0), 0),
  gross: rows.reduce((sum, { value }) => sum + Math.abs(value ?? 0), 0),
})
