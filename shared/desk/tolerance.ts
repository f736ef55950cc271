import type { WorkerId } from '../ids.ts'
import type { ShownVariance } from './variances.ts'

/** What may be approved in one go: all three hold. `value` in minor units of the warehouse's currency, `points` in 1/10,000 of the book. */
export type Tolerance = { qty: number; points: number; value: number }
export const BULK: Tolerance = { qty: 5, points: 1000, value: 50_000 }

/** What nobody may wave through, whatever its size: anything but the size itself is a reason to look. */
const needsEyes = ({ state, flags, serial, typed, tries }: ShownVariance): boolean =>
  state !== 'review' ||
  serial !== '' ||
  typed ||
  flags.some(flag => flag !== 'overLimit') ||
  new Set(tries.slice(-2).map(look => look.seen)).size > 1

/** Integers only. A book of 0 fails the percentage, an unknown cost the value. */
export const isWithin = (variance: ShownVariance, { qty, points, value }: Tolerance): boolean =>
  !needsEyes(variance) &&
  Math.abs(variance.delta) <= qty &&
  Math.abs(variance.delta) * 10_000 <= points * variance.book &&
  variance.value !== null &&
  Math.abs(variance.value) <= value

/** Who counted it anywhere in its chain does not approve it. */
export const isOwn = ({ counters }: Pick<ShownVariance, 'counters'>, who: WorkerId): boolean => counters.includes(who)

/** Netting hides theft: what was found and what is missing is told together and apart. Unknown values are left out. */
export const atStake = (rows: readonly Pick<ShownVariance, 'value'>[]): { net: number; gross: number } => ({
  net: rows.reduce((sum, { value }) => sum + (value ?? 0), 0),
  gross: rows.reduce((sum, { value }) => sum + Math.abs(value ?? 0), 0),
})
