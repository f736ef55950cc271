import type { LocationId, WarehouseId } from '../../shared/ids.ts'

/** What connections must know of our places. */
export interface PlaceStore {
  /** Active places for picking, in walking order: opening stock is spread over them. */
  pickable(warehouse: WarehouseId): Promise<readonly LocationId[]>
  zones(warehouse: WarehouseId, places: readonly string[]): Promise<ReadonlyMap<string, string>>
}
