import type { ExpiringAnswer, PastAnswer, PastWish } from '../shared/desk/goods.ts'
import type { LotKey, LotsAnswer, RecallAnswer, RecallAsk, Trace } from '../shared/desk/recall.ts'
import type {
  Stocktake,
  StocktakeAct,
  StocktakeId,
  StocktakeReport,
  StocktakesAnswer,
} from '../shared/desk/stocktake.ts'
import type { WarehouseId, WorkerId } from '../shared/ids.ts'
import type { DecisionAnswer } from '../shared/sync/decision.ts'
import type { AuditEntry, Page, Viewer } from './ports.ts'
import type { Roster } from '../shared/catalogue.ts'
import type { RefusalCode } from '../shared/exception.ts'

/** Lots that are called back. */
export interface RecallStore {
  /** Lots by number, SKU or name, at most a page of them. */
  lots(viewer: Viewer, q: string, limit: number): Promise<LotsAnswer['rows']>
  /** Null = the person may not see it, or there is no such lot anywhere. */
  lot(viewer: Viewer, lot: LotKey): Promise<RecallAnswer['lot'] | null>
  /** From one picture: what lies, came and went adds up. */
  trace(warehouse: WarehouseId, lot: LotKey): Promise<Omit<Trace, 'warehouse' | 'warehouseName'>>
  /** One transaction under the warehouse's counter row. */
  decide(
    at: { warehouse: WarehouseId; now: string },
    who: WorkerId,
    ask: RecallAsk & { expectedVersion: number },
  ): Promise<DecisionAnswer>
  /** Blocks what has turned up of recalled lots; gives how many lots that was. Takes no lock where nothing has. */
  sweep(at: { warehouse: WarehouseId; now: string }): Promise<number>
}

/** As the books have it; what it means for the client is the route's to say. `minDaysOut`: of the item alone; the client may ask for more. */
export type ExpiringFound = Omit<ExpiringAnswer['rows'][number], 'daysLeft' | 'state'> & { minDaysOut: number | null }

/** Goods by date, and at a date. */
export interface GoodsStore {
  /** With a date up to `until` (a day), the first first. */
  expiring(viewer: Viewer, want: Page & { until: string }): Promise<{ rows: ExpiringFound[]; next: string | null }>
  /** The ledger before an instant, folded. */
  past(viewer: Viewer, want: Page & PastWish): Promise<PastAnswer>
}

/** Counts of the whole warehouse. */
export interface StocktakeStore {
  /** The newest first, and the zones that there are. */
  list(warehouse: WarehouseId, limit: number): Promise<StocktakesAnswer>
  /** From one picture: as it stands, or as it was closed. */
  read(warehouse: WarehouseId, id: StocktakeId): Promise<{ stocktake: Stocktake; report: StocktakeReport } | null>
  /** One transaction under the warehouse's counter row. */
  decide(at: { warehouse: WarehouseId; now: string }, who: WorkerId, ask: StocktakeAct): Promise<DecisionAnswer>
}

export type EraseAsk = {
  warehouse: WarehouseId
  worker: WorkerId
  /** Of the roster that was seen. */
  expectedVersion: number
  entry: AuditEntry
  /** With the server's key: every version of the roster is signed anew. */
  sign: (roster: Roster) => { text: string; sig: string }
}
/** People who have left. */
export interface EraseStore {
  /** In one transaction: the name leaves every roster, the log-in names and the texts of the audit log. */
  erase(
    ask: EraseAsk,
  ): Promise<
    | { kind: 'done'; name: string; notes: number }
    | { kind: 'refused'; code: Extract<RefusalCode, 'not_found' | 'stale' | 'leased'> }
  >
}
