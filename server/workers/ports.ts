import type { Item } from '../../shared/catalogue.ts'
import type { ConnectorId, DocumentId, ItemId, LineId, WarehouseId } from '../../shared/ids.ts'
import type { DecisionTx } from '../sync/ports.ts'

/** Which thing of ours is which thing of the ERP. `remote` is the ERP's id with its kind in front, as the connector gave it. */
export type RemoteKind = 'item' | 'document' | 'line' | 'packaging'
export type Remote = {
  kind: RemoteKind
  id: ItemId | DocumentId | LineId | string
  remote: string
  /** SHA-256 of the record as last imported. */ hash: string
}

/** What the import worker keeps, always in one transaction with the rows that it describes. */
export interface ImportStore {
  /** Makes the connector known, under its name for people; again is harmless. Messages of the warehouse wait for it. */
  addConnector(connector: { id: ConnectorId; warehouse: WarehouseId; name: string }): Promise<void>
  cursor(connector: ConnectorId, kind: string): Promise<string | null>
  /** Hashes of records seen before, by remote id; a record with the same hash writes nothing. */
  known(
    connector: ConnectorId,
    kind: RemoteKind,
    remotes: readonly string[],
  ): Promise<ReadonlyMap<string, { id: string; hash: string }>>
  /** Upserts items, mappings and the cursor in ONE transaction. */
  putItems(
    at: { warehouse: WarehouseId; connector: ConnectorId; now: string },
    items: readonly { item: Item; remote: Remote }[],
    cursor: string,
  ): Promise<void>
  /** A page of documents: `run` writes effects through the decision; mappings and cursor are stored in the same transaction. */
  putDocuments(
    at: { warehouse: WarehouseId; connector: ConnectorId; kind: string; now: string },
    remotes: readonly Remote[],
    cursor: string,
    /** Null: only the cursor moves on. */
    run: ((tx: DecisionTx) => Promise<void>) | null,
  ): Promise<void>
  /** Rebuilds the catalogue blocks of the warehouse from its items; raises a commit number when anything changed, so that doorbells ring. */
  rebuildCatalogue(warehouse: WarehouseId, now: string): Promise<{ changed: boolean }>
  /** True while no movement has ever been booked in the warehouse: opening stock may be taken over once. */
  ledgerIsEmpty(warehouse: WarehouseId): Promise<boolean>
  remoteOf(connector: ConnectorId, ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  itemsByRemote(connector: ConnectorId, remotes: readonly string[]): Promise<ReadonlyMap<string, Item>>
}

export interface WaitingStore {
  /** Open orders that want more than they have claimed and of which free goods lie at a place for picking, most urgent first. */
  orders(warehouse: WarehouseId, limit: number): Promise<readonly DocumentId[]>
}

export type OutboxState =
  | 'waiting'
  | 'preparing'
  | 'posting'
  | 'unknown'
  | 'held'
  | 'parked'
  | 'dead'
  | 'posted'
  | 'skipped'

export type OutboxRow = {
  warehouse: WarehouseId
  key: string
  seq: number
  subject: string
  type: string
  payload: unknown
  state: OutboxState
  attempts: number
  /** JSON of the connector's RemoteRef, once prepared. */
  remoteRef: unknown
  createdAt: string
}

export interface OutboxStore {
  /**
   * Claims rows that are due, oldest first, at most one per subject and none whose subject has an older unfinished row.
   * Rows whose lease ran out enter `unknown` first, never `waiting`. Claimed `waiting` rows are in `preparing`, `unknown` stay.
   */
  claim(at: {
    connector: ConnectorId
    now: string
    limit: number
    token: string
    leaseUntil: string
  }): Promise<readonly OutboxRow[]>
  /** Writes back only while `token` holds the lease; false = somebody else took over, do nothing more. */
  advance(
    key: string,
    token: string,
    to: {
      state: OutboxState
      remoteRef?: unknown
      errorClass?: string | null
      nextAt?: string
      question?: string | null
      now: string
      release: boolean
    },
  ): Promise<boolean>
  /** Redacted trace of one call. */
  tried(
    key: string,
    attempt: { n: number; phase: string; at: string; ms: number; errorClass: string | null; answer: string | null },
  ): Promise<void>
  counts(connector: ConnectorId): Promise<Readonly<Record<OutboxState, number>>>
}
