import type { ClientId, DeviceId, WarehouseId, WorkerId } from '../shared/ids.ts'
import type { Spot } from '../shared/sync/blind.ts'
import type { MovesAnswer, MovesOf } from '../shared/sync/moves.ts'

/** Orders that left so long ago that handhelds have forgotten them (`return.horizonDays`). */
export interface PastStore {
  /**
   * The order with this number, of this return, or of the box with this label or tracking number goes out to the handhelds
   * of the warehouse again, and stays for as long as if it had left today. `known`: they have not forgotten it.
   */
  bring(want: {
    warehouse: WarehouseId
    clients: readonly ClientId[] | null
    codes: readonly string[]
    today: string
  }): Promise<'shown' | 'known' | 'none'>
}

/** What the ledger says last, for Look-up. */
export interface MoveStore {
  /** What the person or the handheld counts blind, or says so (`spots`), is left out. */
  last(want: {
    warehouse: WarehouseId
    device: DeviceId
    worker: WorkerId
    clients: readonly ClientId[] | null
    of: MovesOf
    spots: readonly Spot[]
  }): Promise<MovesAnswer>
}
