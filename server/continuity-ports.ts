import type { WarehouseId } from '../shared/ids.ts'

/**
 * Why a feed has a new epoch: a copy was put back and said so · the database is another one, or went on from another point
 * (a replica that took over) · it lacks what was written here before · a handheld knows more than it.
 */
export const RENEWALS = ['restored', 'lineage', 'lost', 'handheld'] as const
export type Renewal = (typeof RENEWALS)[number]

/**
 * What this machine keeps of its database, outside of it. `pulse`: a row that was written there and flushed; where it is
 * missing, so are commits. The one `before` goes with the next: a process that ends before it has noted a new one finds its own.
 */
export type Remembered = {
  pulse: string
  before: string | null
  epochs: Readonly<Record<string, string>>
  /** Where the feeds stood: a new pulse is written only when one of them has moved. */
  heads: Readonly<Record<string, number>>
}

export type Looked = { renewed: Renewal | null; warehouses: readonly WarehouseId[]; remembered: Remembered }

export interface ContinuityStore {
  /**
   * Compares the database with what is known of it. Where it is not what it was, every feed that nobody has renewed
   * meanwhile gets a new epoch, and deliveries to ERPs are held; all in one transaction with the new pulse.
   */
  look(at: {
    lineage: string
    remembered: Remembered | null
    /** Somebody has put a copy in its place. */
    isRestored: boolean
    pulse: string
    now: string
    newFeedEpoch: () => string
  }): Promise<Looked>
}
