import { isSameSpot } from '../../shared/sync/blind.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import type { CacheHead } from '../sync/ports.ts'

const NOTHING: readonly Spot[] = []

const isSame = (a: readonly Spot[] = NOTHING, b: readonly Spot[] = NOTHING): boolean =>
  a.length === b.length && a.every((spot, i) => b[i] !== undefined && isSameSpot(spot, b[i]))

/** Whether two heads are of one mind about what is counted blind: what was asked for with the one may be kept with the other. */
export const isSameBlind = (a: CacheHead, b: CacheHead): boolean => isSame(a.blind, b.blind) && isSame(a.again, b.again)

/** The head once these places are counted blind; null when nothing changes. */
export const blindHead = (head: CacheHead, blind: readonly Spot[]): CacheHead | null => {
  if (isSame(head.blind, blind)) return null
  const isIn = (spots: readonly Spot[], one: Spot): boolean => spots.some(spot => isSameSpot(spot, one))
  const over = [...(head.again ?? []), ...(head.blind ?? [])]
  const again = over.filter((one, i) => !isIn(blind, one) && over.findIndex(spot => isSameSpot(spot, one)) === i)
  return { ...head, blind, again }
}
