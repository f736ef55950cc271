import type { WarehouseId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'

export interface FeedKeeper {
  /**
   * Notes where the feed stands now, raises its floor to where it stood at `before`, and removes rows up to the floor, at
   * most `limit`. Readers of a position below the floor get a snapshot. Returns how many rows went.
   */
  compact(at: { warehouse: WarehouseId; now: string; before: string; limit: number }): Promise<number>
}

export type CompactDeps = {
  warehouses: () => Promise<readonly { id: WarehouseId }[]>
  feeds: FeedKeeper
  now: () => string
}

/** A handheld that was away for so long takes a snapshot instead of every change since. */
export const KEPT_DAYS = 30
const DAY_MS = 86_400_000
/** Rows of one round and warehouse: nobody waits for a long delete. */
const ROWS_AT_ONCE = 5_000

/** Changes of a feed that are older than any handheld needs go, a few at a time. Gives how many went. */
export const compactRound = async ({ warehouses, feeds, now }: CompactDeps): Promise<number> => {
  const before = isoOf(msOf(now()) - KEPT_DAYS * DAY_MS)
  let gone = 0
  for (const { id } of await warehouses())
    gone += await feeds.compact({ warehouse: id, now: now(), before, limit: ROWS_AT_ONCE })
  return gone
}
