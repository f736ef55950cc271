import type { DocumentId, WarehouseId } from '../../shared/ids.ts'
import type { CompareStore } from './compare-port.ts'
import type { ConnectionStore, MappingStore } from './connection.ts'
import type { ImportStore } from './import-port.ts'
import type { PlaceStore } from './place-port.ts'
import type { OutboxStore } from './outbox-port.ts'

export interface WaitingStore {
  /** Open orders that want more than they have claimed and of which free goods lie at a place for picking, most urgent first. */
  orders(warehouse: WarehouseId, limit: number): Promise<readonly DocumentId[]>
}

/** What the bridge to ERPs keeps; implemented by server/store on both engines. */
export type ErpStores = {
  import: ImportStore
  outbox: OutboxStore
  compare: CompareStore
  places: PlaceStore
  connections: ConnectionStore
  mappings: MappingStore
}
