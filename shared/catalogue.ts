import type {
  ClientId,
  DeviceId,
  DocumentId,
  ItemId,
  LineId,
  LocationId,
  LpnId,
  TaskId,
  WarehouseId,
  WorkerId,
} from './ids.ts'
import type { StockStatus } from './ledger/stock.ts'
import type { Role } from './roles.ts'

/** What must be asked for besides the item. An item may need lot and serial together. */
export type Tracking = { lot: boolean; serial: boolean; expiry: boolean }

/** A level of an item with its own barcodes; `quantity` is in whole base units, the base itself is 1. */
export type Packaging = { id: string; name: string; quantity: number; codes: readonly string[] }

export type Item = {
  id: ItemId
  client: ClientId
  sku: string
  name: string
  /** Name of the base unit as people say it ("pcs", "g"). */
  unit: string
  packagings: readonly Packaging[]
  /** Plain codes that mean one base unit: GTINs as printed, supplier codes, aliases. The SKU is one without being listed. */
  codes: readonly string[]
  tracking: Tracking
  active: boolean
}

/** SUPPLIER, CUSTOMER and the rest have two sides as well, so that every movement has both. */
export type VirtualKind = 'supplier' | 'customer' | 'adjustment' | 'scrap' | 'transit' | 'unknown'
export type MobileKind = 'tote' | 'carton' | 'cart'
export type PlaceKind = 'pickable' | 'reserve' | 'dock' | 'staging' | 'pack' | 'aside' | 'returns' | 'hospital'
export type LocationKind = PlaceKind | MobileKind | VirtualKind

export type Location = {
  id: LocationId
  kind: LocationKind
  /** What people read and scan; also resolvable as `XL…` label. Virtual locations have their kind in capitals. */
  code: string
  zone: string | null
  /** Pick sequence: walking order. */
  sequence: number
  /** Where a tote, carton or cart stands. */
  parent: LocationId | null
  active: boolean
}

export type Lot = {
  client: ClientId
  item: ItemId
  lot: string
  expiry: string | null
  firstReceivedAt: string | null
  blocked: boolean
}

export type DocumentKind = 'receipt' | 'order'
export type DocumentState = 'open' | 'started' | 'closed' | 'cancelled'

/** A receipt (from a purchase order, an ASN, or blind) or an order of a customer. */
export type Document = {
  id: DocumentId
  kind: DocumentKind
  client: ClientId
  /** As people and the ERP write it: "PO-778". Scannable. */
  number: string
  partner: string
  state: DocumentState
  due: string | null
  priority: number
  /** True for a receipt that was made on the floor without a document. */
  blind: boolean
}

export type LineState = 'open' | 'done' | 'short' | 'cancelled'

/** How much of a line is reserved on one stock row. The goods carry it along: shelf → tote → carton. */
export type Claim = { location: LocationId; lpn: LpnId; status: StockStatus; lot: string; serial: string; qty: number }

/** A row of a document: what is wanted, what has happened, and (orders) where its reserved goods are. */
export type Line = {
  id: LineId
  document: DocumentId
  client: ClientId
  item: ItemId
  /** The ERP's own row, for messages back. Null for rows that were added on the floor. */
  source: string | null
  /** Position on the document, from 1. */
  no: number
  wanted: number
  /** Receipt: received by everyone known here. Order: picked. */
  done: number
  state: LineState
  /** Quantities > 0, each stock address once. Receipts: always empty. An order line wants `wanted - sum(claims)` more. */
  claims: readonly Claim[]
  /** Reason of a short or of an unexpected row. */
  reason: string | null
}

export type TaskKind =
  | 'receive'
  | 'putaway'
  | 'pick'
  | 'pack'
  | 'ship'
  | 'count'
  | 'move'
  | 'replenish'
  | 'return'
  | 'putback'
/** planned → ready → leased → started → done | cancelled; parked = started, then given back with work in it. */
export type TaskState = 'planned' | 'ready' | 'leased' | 'started' | 'parked' | 'done' | 'cancelled'

export type Task = {
  id: TaskId
  kind: TaskKind
  client: ClientId
  document: DocumentId | null
  state: TaskState
  /** A lease belongs to the device and names its last worker (flows: leases). */
  lease: { device: DeviceId; worker: WorkerId | null } | null
  /** Tote that is bound to the task's order, once bound. */
  tote: LocationId | null
}

export type Worker = {
  id: WorkerId
  name: string
  /** SHA-256 (hex) of the badge text: the roster on a lost device gives no badge away. */
  badgeHash: string
  roles: readonly Role[]
  /** Null = all. */
  clients: readonly ClientId[] | null
  zones: readonly string[] | null
  active: boolean
}

export type Roster = { warehouse: WarehouseId; version: number; validUntil: string; workers: readonly Worker[] }
export type Client = { id: ClientId; name: string }
