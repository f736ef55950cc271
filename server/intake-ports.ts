import type { Client, Item, Location, Lot } from '../shared/catalogue.ts'
import type { GoingLive, IntakeKind } from '../shared/desk/intake.ts'
import type { ClientId, ItemId, LocationId, LpnId, WarehouseId, WorkerId } from '../shared/ids.ts'
import type { StockKey } from '../shared/ledger/stock.ts'
import type { IntakeWrite } from './intake/plan.ts'

export type KnownItem = { item: Item; cost: number | null; hasStock: boolean }

/** What is there of what a file names. */
export interface IntakeLook {
  clients(): Promise<readonly Client[]>
  /** All of the warehouse, virtual ones too. */
  places(): Promise<readonly Location[]>
  /** Of any client. */
  itemsBySku(skus: readonly string[]): Promise<readonly KnownItem[]>
  /** Which item of which client has these codes, as they are written. */
  codeOwners(codes: readonly string[]): Promise<readonly { client: ClientId; code: string; item: ItemId }[]>
  lots(items: readonly ItemId[]): Promise<readonly Lot[]>
  /** Pallets that are known, and where their goods lie. */
  pallets(ids: readonly LpnId[]): Promise<readonly { id: LpnId; client: ClientId; location: LocationId | null }[]>
  /** Rows of real places that have goods of these items. */
  stock(items: readonly ItemId[]): Promise<readonly StockKey[]>
  /** When this content was taken over. */
  before(hash: string): Promise<{ at: string; worker: WorkerId | null } | null>
}
export type IntakeBook = { hash: string; kind: IntakeKind; name: string; rows: number }

/** Files of places, items and opening stock. */
export interface IntakeStore {
  look(warehouse: WarehouseId): IntakeLook
  /**
   * One transaction under the warehouse's counter row: what is read in it stands until it is written. `write` keeps the
   * content's name and the entry of the audit log with it; without a `write` nothing is kept.
   */
  apply<T>(
    at: { warehouse: WarehouseId; worker: WorkerId; now: string },
    run: (look: IntakeLook, write: (what: IntakeWrite, book: IntakeBook) => Promise<void>) => Promise<T>,
  ): Promise<T>
  /** The newest files. */
  files(warehouse: WarehouseId): Promise<GoingLive['files']>
  /** How far a site is. */
  counts(
    warehouse: WarehouseId,
  ): Promise<{ places: number; items: number; stock: number; people: number; handhelds: number }>
}
