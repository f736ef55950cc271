import type { Item } from '../../shared/catalogue.ts'
import type { ConnectorId, DocumentId, ItemId, LineId, WarehouseId } from '../../shared/ids.ts'
import type { DecisionTx } from '../sync/ports.ts'
import type { ConnectionStore, MappingStore } from './connection.ts'
import type { OutboxStore } from './outbox-port.ts'

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

/** What the bridge to ERPs keeps; implemented by server/store on both engines. */
export type ErpStores = {
  import: ImportStore
  outbox: OutboxStore
  connections: ConnectionStore
  mappings: MappingStore
}
