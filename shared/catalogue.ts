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
import type { StockKey, StockStatus } from './ledger/stock.ts'
import type { CountLimits } from './policy-schema.ts'
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
  /** Of the ERP's own tree, for reports and ABC classes. */
  category?: string | null
  /** What kind of place it needs ('cold', 'hazard'); missing = any. Places say what they accept. */
  storage?: string | null
  /** Goods of it arrive with status inspection where the policy says `item`. */
  inspect?: boolean
  /** Overrides the client's policy: days left at receipt and when it leaves; whole life, for percentages. */
  shelf?: { acceptDays: number | null; minDaysOut: number | null; lifeDays: number | null } | null
  weightG?: number | null
  /** SHA-256 of a thumbnail of at most 10 kB. */
  picture?: string | null
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
  /** Most base units and pallets that fit; null = no limit. Putting more asks for a second scan. */
  capacity?: { units: number | null; lpns: number | null } | null
  /** Kinds of storage that may lie here; missing = everything. */
  accepts?: readonly string[] | null
  /** What may lie side by side; missing = anything of any client. */
  mix?: 'item' | 'lot' | 'client' | null
  /** Goods must stand on a pallet label here. */
  lpnRequired?: boolean
  /** The pick face of an item: its home, refilled below `min` up to `max`. */
  face?: { client: ClientId; item: ItemId; min: number; max: number } | null
  /** A worker found no room; put-away passes it by until a supervisor clears it or goods leave. */
  full?: boolean
  /** Of a carton: whose order is in it and how far it is. */
  carton?: Carton | null
}

export type Carton = {
  document: DocumentId
  /** Name of a type of the policy, null = no type. */
  type: string | null
  weightG: number | null
  /** Millimetres. */
  size: { l: number; w: number; h: number } | null
  tracking: string | null
  closed: boolean
  shipped: boolean
  /** How often its carrier's label was asked for again. */
  prints?: number
}

/** Licence plate: the label of a pallet or box of stock. Its id is derived from its label, alike on every device. */
export type Lpn = { id: LpnId; client: ClientId; label: string }

export type Lot = {
  client: ClientId
  item: ItemId
  lot: string
  expiry: string | null
  firstReceivedAt: string | null
  blocked: boolean
}

export type DocumentKind = 'receipt' | 'order' | 'return'
export type DocumentState = 'open' | 'started' | 'closed' | 'cancelled'

/** When work is given out: before everything that is usual, or after it. */
export const TURNS = ['first', 'later'] as const
export type Turn = (typeof TURNS)[number]

/** A receipt (from a purchase order, an ASN, or blind), an order of a customer, or a return. An order that is closed has left. */
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
  /** The priority was given at the desk: the ERP does not change it any more. */
  ranked?: boolean
  turn?: Turn | null
  /** Nobody is given work of it until the desk releases it. */
  hold?: { by: WorkerId; at: string; reason: string } | null
  /** A receipt that was closed and goes on: what comes is a supplement for the ERP, never a second whole message. */
  reopened?: boolean
  /** True for a receipt or return that was made on the floor without a document. */
  blind: boolean
  /** A receipt whose supplier has announced lots and pallets. */
  asn?: boolean
  /** Of a return: the order whose goods come back. */
  origin?: DocumentId | null
  carrier?: string | null
  /** Of an order: everything is packed, cartons are closed. */
  ready?: boolean
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
  /** Receipt: what was ordered is withheld (`receive.blindExpected`): `wanted` is 0, and a full line is open. */
  hidden?: true
  /** Receipt: received by everyone known here. Order: picked. */
  done: number
  state: LineState
  /** Quantities > 0, each stock address once. Receipts: always empty. An order line wants `wanted - sum(claims)` more. */
  claims: readonly Claim[]
  /** Reason of a short or of an unexpected row. */
  reason: string | null
  /** What commands took of its reservations, for their undo. `by` names the command. */
  released?: readonly (Claim & { by: string })[]
  /** What commands have put on hold by its short, or let go of (qty < 0), for their undo. */
  held?: readonly { by: string; owner: string; key: StockKey; qty: number }[]
  /** Announced by an ASN or proposed by a return. */
  lot?: string | null
  expiry?: string | null
  lpn?: LpnId | null
  /** Receipt, line of a pallet: how many of `done` stand loose, until a label gathers them. */
  loose?: number
  /** Receipt: refused at the dock; for which reasons, the one of the line last. */
  rejected?: number
  refusals?: readonly { reason: string; qty: number }[]
  /** Order: the lots and serials that have left, as far as they were written down. */
  sent?: readonly { lot: string; serial: string; qty: number }[]
  /** Order: has left, and of that has come back. */
  shipped?: number
  returned?: number
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
  /** A lease belongs to the device and names its last worker (flows: leases), and since when the device has it. */
  lease: { device: DeviceId; worker: WorkerId | null; since?: string } | null
  /** Tote that is bound to the task's order, once bound. */
  tote: LocationId | null
  /** Pick tasks of one walk: they are leased together. */
  batch?: TaskBatch | null
  /** What put-away, replenish and put-back carry; null for work on a document. */
  goods?: TaskGoods | null
  count?: CountTask | null
  due?: string | null
  priority?: number
  /** Of work without a document. */
  turn?: Turn | null
  /** Replenish: what a short has put on hold, for its undo. */
  held?: Line['held']
  /** Replenish: what it was about before a command put its goods onto a cart, for the undo of that. `by` names the command. */
  before?: readonly { by: string; goods: TaskGoods }[]
  /** Why it was made ("zero", "short", "min", "demand"), in the words of flows. */
  cause?: string | null
}

/** `one`: all orders in one tote, sorted at packing; `each`: one tote per order. */
export type TaskBatch = { id: string; totes: 'each' | 'one' }

/** Loose goods, or everything on a pallet (`item` null, `from.lpn` set). `to` is the suggestion, `qty` null = all. */
export type TaskGoods = {
  item: ItemId | null
  lot: string
  serial: string
  from: { location: LocationId; lpn: LpnId; status: StockStatus }
  to: LocationId | null
  qty: number | null
  /** The order line whose goods are put back. */
  line: LineId | null
}

export const COUNT_MODES = ['guided', 'blind', 'spot', 'recount', 'total'] as const
export type CountMode = (typeof COUNT_MODES)[number]

/** One place, or one item in it. `notBy`: who counted before; `hidden`: quantities are withheld from the counter. */
export type CountTask = {
  location: LocationId
  item: ItemId | null
  mode: CountMode
  /** 0 for the first count, raised by every recount. */
  index: number
  notBy: readonly WorkerId[]
  hidden: boolean
  /** Rows that the server wants counted once more, without saying why. */
  again?: readonly CountAgain[]
}

export type CountAgain = {
  client: ClientId
  item: ItemId
  lot: string
  serial: string
  lpn: LpnId
  status: StockStatus
  /** Number of the look that is due. */
  attempt: number
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
  /** Counts' differences that they approve alone, all three at once; missing = as the policy says. */
  approves?: CountLimits
  /** Confirms the badge where the roster asks for it; missing = has chosen none. */
  pin?: PinVerifier
}

/** PBKDF2-SHA-256 of a PIN, base64url: it can be checked without a network, and the PIN itself is kept nowhere. */
export type PinVerifier = { salt: string; rounds: number; hash: string }

export type Roster = {
  warehouse: WarehouseId
  version: number
  validUntil: string
  workers: readonly Worker[]
  /** Roles whose people confirm their badge by a PIN (policy `worker.pin`); missing = none. */
  pin?: readonly Role[]
}
export type Client = { id: ClientId; name: string }
