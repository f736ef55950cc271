import type { DocumentId, ItemId, LocationId, TaskId, WarehouseId } from '../../shared/ids.ts'
import type { CompareStore } from './compare-port.ts'
import type { ConnectionStore, MappingStore } from './connection.ts'
import type { ImportStore } from './import-port.ts'
import type { PlaceStore } from './place-port.ts'
import type { OrderStatusStore } from './order-status.ts'
import type { PromiseStore } from './promise.ts'
import type { OutboxStore } from './outbox-port.ts'

export interface WaitingStore {
  /** Open orders that want more than they have claimed and of which free goods lie at a place for picking, most urgent first. */
  orders(warehouse: WarehouseId, limit: number): Promise<readonly DocumentId[]>
}

export interface FaceStore {
  /** Pick faces that lie low, that orders may want more from, or that are being filled, with what there is to know of them. */
  due(
    warehouse: WarehouseId,
    limit: number,
  ): Promise<{
    places: readonly LocationId[]
    items: readonly ItemId[]
    /** Of these faces, and open counts where their goods lie. */
    tasks: readonly TaskId[]
    /** Orders that want them. */
    documents: readonly DocumentId[]
  }>
}

/** What the bridge to ERPs keeps; implemented by server/store on both engines. */
export type ErpStores = {
  import: ImportStore
  outbox: OutboxStore
  compare: CompareStore
  places: PlaceStore
  promises: PromiseStore
  orderStatus: OrderStatusStore
  connections: ConnectionStore
  mappings: MappingStore
}
