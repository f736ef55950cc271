import type { Item } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import { policyFor, zoneOf } from '../policy.ts'
import type { PolicySet } from '../policy.ts'
import type { ScanFields } from '../scan/scan.ts'
import { dayOf, laterDay } from '../time.ts'

/**
 * Days that goods must have left when they come in: the item's own, else the stricter of the client's days and its per cent
 * of the item's whole life (rounded up to whole days). Null = nothing is asked.
 */
export const lifeNeeded = (view: View, item: Item): number | null => {
  const { acceptDays, acceptPct } = policyFor(view.policies, item.client).shelf
  const own = item.shelf?.acceptDays ?? null
  if (own !== null) return own
  const life = item.shelf?.lifeDays ?? null
  const share = acceptPct === null || life === null ? null : Math.ceil((life * acceptPct) / 100)
  return acceptDays === null ? share : Math.max(acceptDays, share ?? 0)
}

/** The day of an instant in the warehouse's zone: goods are good until the end of the day that they expire on. */
export const todayAt = (view: View, at: string): string => dayOf(at, zoneOf(view.policies))

/** First day that is far enough for goods that come in today. Expired goods are too old whatever is asked. */
export const goodFrom = (view: View, item: Item, today: string): string => laterDay(today, lifeNeeded(view, item) ?? 0)

/** Which date the goods are asked for, where the item has one (`shelf.track`); null = none is asked, nor judged by. */
export const dateAsked = (view: View, item: Item): 'expiry' | 'bestBefore' | null => {
  const { track } = policyFor(view.policies, item.client).shelf
  return !item.tracking.expiry || track === 'none' ? null : track
}

/** The date of a label that counts: its expiry, or its best before where the client goes by that. */
export const dateOn = (view: View, item: Item, { expiry, bestBefore }: ScanFields): string | undefined =>
  dateAsked(view, item) === 'bestBefore' ? (bestBefore ?? expiry) : expiry

/** "Scan the expiry" in the words of the date that counts. */
export const dateWanted = (view: View, item: Item | undefined): 'scan.expiry' | 'scan.bestBefore' =>
  item !== undefined && dateAsked(view, item) === 'bestBefore' ? 'scan.bestBefore' : 'scan.expiry'

type Leaving = { client: string; shelf?: { minDaysOut: number | null } | null }

/** Days that goods must have left when they leave: the client's or the item's own, whichever asks for more. */
export const daysOut = (policies: PolicySet, { client, shelf }: Leaving): number =>
  Math.max(policyFor(policies, client).shelf.minDaysOut ?? 0, shelf?.minDaysOut ?? 0)

/** First day that is far enough for goods that leave today. */
export const leavesFrom = (policies: PolicySet, item: Leaving, today: string): string =>
  laterDay(today, daysOut(policies, item))
