import type { ClientId, WarehouseId } from '../../shared/ids.ts'
import { zoneOf } from '../../shared/policy.ts'
import type { Policy } from '../../shared/policy.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { SiteStore } from '../ports.ts'

/** One plan of a policy, and whose goods it is about: of one client, or of all but those with policies of their own. */
export type CountPlan = Policy['count']['plans'][number] & {
  client: ClientId | null
  without: readonly ClientId[]
}

export interface PlanStore {
  /** Asks for the counts of one plan that are due, at most what is left of its day. Gives how many. */
  plan(at: { warehouse: WarehouseId; now: string; timeZone: string }, plan: CountPlan): Promise<number>
  /** The classes of all items anew, from what has left since then. */
  classify(since: string): Promise<void>
}

export type PlanDeps = {
  site: Pick<SiteStore, 'warehouses' | 'policies'>
  plans: PlanStore
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

/** Movements that the class of an item is made of. */
const CLASS_DAYS = 90
const DAY_MS = 86_400_000

/** Counts that are due by plan, by the days of the warehouse. Classes, which are of the items everywhere, are made once a day of UTC. */
export const makePlanRound = ({ site, plans, now, ring }: PlanDeps): (() => Promise<void>) => {
  let classified = ''
  return async () => {
    const time = now()
    if (classified !== time.slice(0, 10)) {
      await plans.classify(isoOf(msOf(time) - CLASS_DAYS * DAY_MS))
      classified = time.slice(0, 10)
    }
    for (const { id } of await site.warehouses()) {
      const set = await site.policies(id)
      if (set === null) continue
      const without = Object.keys(set.clients).map(client => client as ClientId)
      const wanted: CountPlan[] = [
        ...set.warehouse.count.plans.map(plan => ({ ...plan, client: null, without })),
        ...without.flatMap(client =>
          (set.clients[client]?.count.plans ?? []).map(plan => ({ ...plan, client, without: [] })),
        ),
      ]
      const at = { warehouse: id, now: time, timeZone: zoneOf(set) }
      let asked = 0
      for (const plan of wanted) asked += await plans.plan(at, plan)
      if (asked > 0) ring(id)
    }
  }
}
