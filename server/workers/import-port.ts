import type { Item } from '../../shared/catalogue.ts'
import type { ClientId, ConnectorId, DocumentId, ItemId, LineId, WarehouseId } from '../../shared/ids.ts'
import type { Inbound, InboundKind } from '../erp/connector.ts'
import type { PictureType } from '../../shared/picture.ts'
import type { DecisionTx } from '../sync/ports.ts'

/** Which thing of ours is which thing of the ERP. `remote` is the ERP's id with its kind in front, as the connector gave it. */
export type RemoteKind =
  | 'item'
  | 'document'
  | 'line'
  | 'lot'
  | 'partner'
  | 'location'
  | 'cancellation'
  | 'delivery'
  | 'carrierLabel'
export type Remote = {
  kind: RemoteKind
  id: ItemId | DocumentId | LineId | string
  remote: string
  /** SHA-256 of the record as last imported. */
  hash: string
  /** The record itself, of documents and of what is only a candidate for the mapping. */
  record?: unknown
}

/** What is wrong with a record, in the words of the data-quality report. Everything else of its page goes through. */
export const PROBLEMS = [
  'unreadable',
  'client_unknown',
  'sku_missing',
  'sku_duplicate',
  'name_missing',
  'barcode_missing',
  'barcode_duplicate',
  'barcode_check_digit',
  'unit_ratio',
  'line_item_unknown',
  'quantity_fraction',
  'order_unknown',
] as const
export type ProblemKind = (typeof PROBLEMS)[number]
/** `effect`: kept as it is · a part was left out · the whole record waits or was left out. */
export type RecordFlaw = {
  remote: string
  /** How people know it over there: its number or code. */
  name: string
  field: string
  problem: ProblemKind
  value: string
  effect: 'kept' | 'part' | 'waits'
}
export type FlawRow = RecordFlaw & { kind: InboundKind; firstAt: string; lastAt: string }

/** What waits for something that it names, and is tried again: documents whenever items have come, the rest always. */
export type WaitingRecord = { kind: InboundKind; remote: string; record: unknown }

export type StoredPicture = { sha: string; type: PictureType; bytes: Uint8Array }
export type Delivery = Inbound['delivery'] & { document: DocumentId }
export type StoredLabel = Inbound['carrierLabel'] & { document: DocumentId }

/** Everything that one page of the ERP changes, with its cursor: one transaction, so a crash repeats a page, never loses one. */
export type PageWrite = {
  kind: InboundKind | 'openingStock'
  /** Null = the cursor stays (records that waited are tried again). */
  cursor: string | null
  /** Records of this page: their flaws of before are replaced by `flaws`, and they wait no longer unless named in `waits`. */
  seen: readonly string[]
  flaws: readonly RecordFlaw[]
  waits: readonly WaitingRecord[]
  remotes: readonly Remote[]
  /** `cost` of one base unit in minor units of its currency, for limits of counts; never told to handhelds. */
  items?: readonly { item: Item; cost: number | null }[]
  /** Thumbnails that the items of this page carry, by their SHA-256. */
  pictures?: readonly StoredPicture[]
  deliveries?: readonly Delivery[]
  labels?: readonly StoredLabel[]
}
export const emptyPage = (kind: PageWrite['kind'], cursor: string | null): PageWrite => ({
  kind,
  cursor,
  seen: [],
  flaws: [],
  waits: [],
  remotes: [],
})

/** What the import worker keeps. */
export interface ImportStore {
  cursor(connector: ConnectorId, kind: string): Promise<string | null>
  /** Hashes of records seen before, by remote id; a record with the same hash writes nothing. */
  known(
    connector: ConnectorId,
    kind: RemoteKind,
    remotes: readonly string[],
  ): Promise<ReadonlyMap<string, { id: string; hash: string; record: unknown }>>
  /** `run` writes effects through a decision in the same transaction; null = nothing for the handhelds. */
  putPage(
    at: { warehouse: WarehouseId; connector: ConnectorId; now: string },
    page: PageWrite,
    run: ((tx: DecisionTx) => Promise<void>) | null,
  ): Promise<void>
  /** Which item of the client has which of these codes; an item's SKU is a code of it. */
  codes(client: ClientId, codes: readonly string[]): Promise<ReadonlyMap<string, ItemId>>
  /** Items of the client by their SKU that no record of the connection is yet: they came by file. */
  unbound(connector: ConnectorId, client: ClientId, skus: readonly string[]): Promise<ReadonlyMap<string, ItemId>>
  waiting(
    connector: ConnectorId,
    kind: WaitingRecord['kind'],
    limit: number,
    first?: 'oldest' | 'newest',
  ): Promise<readonly WaitingRecord[]>
  /** Newest first; `kinds` of the report and its rows. */
  flaws(connector: ConnectorId, page: { after: string | null; limit: number }): Promise<readonly FlawRow[]>
  flawCounts(connector: ConnectorId): Promise<readonly { problem: ProblemKind; effect: string; n: number }[]>
  /** Rebuilds the catalogue blocks of the warehouse from its items; raises a commit number when anything changed, so that doorbells ring. */
  rebuildCatalogue(warehouse: WarehouseId, now: string): Promise<{ changed: boolean }>
  /** True while no movement has ever been booked in the warehouse: opening stock may be taken over once. */
  ledgerIsEmpty(warehouse: WarehouseId): Promise<boolean>
  remoteOf(connector: ConnectorId, ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Base units of items, as the ERP named them when they came in. */
  unitsOf(items: readonly string[]): Promise<ReadonlyMap<string, string>>
  itemsByRemote(connector: ConnectorId, remotes: readonly string[]): Promise<ReadonlyMap<string, Item>>
  /** Remote ids of a kind behind `after`, in their order: for the nightly search for deletions. */
  remotes(
    connector: ConnectorId,
    kind: RemoteKind,
    page: { after: string; limit: number },
  ): Promise<readonly { remote: string; id: string }[]>
  deactivate(connector: ConnectorId, items: readonly ItemId[]): Promise<number>
  /** False = this hint has been seen in the last 7 days. */
  newHint(connector: ConnectorId, id: string, now: string): Promise<boolean>
  hasHint(connector: ConnectorId, id: string): Promise<boolean>
  /** The latest that is known of an order's parcels. */
  deliveries(connector: ConnectorId, document: DocumentId): Promise<readonly Delivery[]>
  /** Which orders of the warehouse have a carton with one of these numbers of carriers. */
  documentsByTracking(warehouse: WarehouseId, tracking: readonly string[]): Promise<ReadonlyMap<string, DocumentId>>
  labels(connector: ConnectorId, document: DocumentId): Promise<readonly StoredLabel[]>
}
