import type { ConnectorId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { DRIFT_CLASSES, PROPOSALS } from '../erp/compare/verdict.ts'
import type { Drift, DriftClass, MoveEvidence, Verdict } from '../erp/compare/verdict.ts'
import type { Ratio } from '../erp/quantity.ts'
import type { OutboxRow } from './outbox-port.ts'

export { DRIFT_CLASSES, PROPOSALS }

/** Goods at one of our places. `remote` is the ERP's id of the item, null where this connection has none. */
export type PlaceStock = {
  item: ItemId
  remote: string | null
  lot: string
  /** Of an item whose units have numbers of their own; else ''. */
  serial: string
  location: LocationId
  status: string
  /** On hand, without what has come or gone and no message tells of yet (an open receipt). */
  n: number
}
/** Our books and the messages under way at one instant. */
export type Picture = {
  stock: readonly PlaceStock[]
  /** Messages that the ERP may not have yet: neither posted nor skipped nor rehearsed. */
  messages: readonly OutboxRow[]
}

export const COMPARE_CAUSES = ['timer', 'demand', 'outage'] as const
export type CompareCause = (typeof COMPARE_CAUSES)[number]

export type CompareRun = {
  id: string
  connector: ConnectorId
  cause: CompareCause
  startedAt: string
  endedAt: string | null
  /** Figures that were compared, that differ, and that moved too much to be compared; units of difference. */
  keys: number
  drifts: number
  moving: number
  units: number
  /** Null = went through; else why not. */
  outcome: string | null
}

export type DriftRow = Drift &
  Verdict & {
    run: string
    firstAt: string
    lastAt: string
    closedAt: string | null
    /** What has ended it: the figures agree again, or who did what. */
    closedBy: string | null
    /** The last movements of the ERP on this figure that were seen. */
    moves: readonly MoveEvidence[]
  }
export type DriftFilter = { open: boolean; class?: DriftClass; item?: string }

/** What comparing the books keeps. */
export interface CompareStore {
  /** `items` null = everything that this connection may know. */
  picture(at: { warehouse: WarehouseId; connector: ConnectorId }, items: readonly string[] | null): Promise<Picture>
  /** Remote items that we know, with the ratios of their packagings; `serial`: each unit has a number of its own. */
  items(
    connector: ConnectorId,
    remotes: readonly string[],
  ): Promise<ReadonlyMap<string, { id: ItemId; ratios: readonly Ratio[]; serial: boolean }>>
  /** Finished messages that move stock, newest first. */
  finished(connector: ConnectorId, since: string, limit: number): Promise<readonly OutboxRow[]>
  cursor(connector: ConnectorId): Promise<string | null>
  begin(run: Pick<CompareRun, 'id' | 'connector' | 'cause' | 'startedAt'>): Promise<void>
  /**
   * Ends the run: what it found is open from now on; what it looked at (`items`, null = everything) without finding it or
   * losing it to `moving` is closed, because both books agree again.
   */
  end(
    run: CompareRun,
    found: {
      drifts: readonly (Drift & Verdict & { moves: readonly MoveEvidence[] })[]
      moving: readonly string[]
      items: readonly string[] | null
      cursor: string | null
    },
  ): Promise<void>
  runs(connector: ConnectorId, page: { before: string | null; limit: number }): Promise<readonly CompareRun[]>
  drifts(
    connector: ConnectorId,
    filter: DriftFilter,
    page: { after: string | null; limit: number },
  ): Promise<readonly DriftRow[]>
  /** How many are open. */
  openDrifts(connector: ConnectorId): Promise<number>
  /** What was closed by a decision that could not be carried out is open again. */
  reopen(connector: ConnectorId, drift: Pick<Drift, 'item' | 'location' | 'lot'>, closedAt: string): Promise<void>
  /** False = it is not open (any more). */
  close(
    connector: ConnectorId,
    drift: Pick<Drift, 'item' | 'location' | 'lot'>,
    by: string,
    now: string,
  ): Promise<boolean>
}
