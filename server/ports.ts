import type { Searched } from '../shared/desk/searched.ts'
import type { Client, Location, Roster } from '../shared/catalogue.ts'
import type {
  ClientId,
  DeviceId,
  DocumentId,
  ItemId,
  LocationId,
  TaskId,
  WarehouseId,
  WorkerId,
} from '../shared/ids.ts'
import type { DecisionAnswer } from '../shared/sync/decision.ts'
import type {
  AuditAnswer,
  CodesAnswer,
  CountsAnswer,
  DevicesAnswer,
  DocumentAnswer,
  DocumentsAnswer,
  DocumentSort,
  FindAnswer,
  MovementsAnswer,
  NamesAnswer,
  SiteAnswer,
  StockAnswer,
  StockSort,
} from '../shared/desk/view.ts'
import type { FaceSetting } from '../shared/desk/faces.ts'
import type { Asker } from '../shared/process/next-task.ts'
import type { PolicySet } from '../shared/policy.ts'
import type { PublicKey } from '../shared/sync/enrol.ts'
import type { OwnSettings } from '../shared/sync/own-settings.ts'
import type { PolicyRestore } from '../shared/desk/policy-versions.ts'
import type { PolicyAsk } from '../shared/sync/policy-change.ts'
import type { Manifest, SyncRequest } from '../shared/sync/wire.ts'
import type { SyncStore } from './sync/ports.ts'
import type { AuditCheck, CommandsCheck } from '../shared/desk/chain.ts'
import type { CarrierLabelStore, PrintStore } from './print-ports.ts'
import type {
  CallStore,
  DeskWorkStore,
  EraseStore,
  GoodsStore,
  LateStore,
  LossStore,
  RecallStore,
  RescueStore,
  ScheduleStore,
  StocktakeStore,
} from './desk-ports.ts'
import type { KpiStore } from './kpi-ports.ts'
import type { AccountStore, SignInStore } from './account-ports.ts'
import type { IntakeStore } from './intake-ports.ts'
import type { DeskStore } from './inbox-ports.ts'
import type { PhotoStore } from './photo-ports.ts'
import type { MoveStore, PastStore } from './floor-ports.ts'

/** What the routes and workers need of the store; implemented by server/store on both engines. No integers of the database cross it. */
export type Stores = {
  sync: SyncStore
  devices: DeviceStore
  work: WorkStore
  catalogue: CatalogueStore
  site: SiteStore
  quarantine: QuarantineStore
  desk: DeskStore
  photos: PhotoStore
  past: PastStore
  moves: MoveStore
  kpi: KpiStore
  accounts: AccountStore
  signIns: SignInStore
  audit: AuditStore
  views: ViewStore
  ownSettings: OwnSettingsStore
  print: PrintStore
  carrierLabels: CarrierLabelStore
  intake: IntakeStore
  recalls: RecallStore
  goods: GoodsStore
  stocktakes: StocktakeStore
  leavers: EraseStore
  losses: LossStore
  late: LateStore
  rescues: RescueStore
  calls: CallStore
  schedules: ScheduleStore
  deskWork: DeskWorkStore
  figures: FigureStore
}

/** How people like their handhelds. */
export interface OwnSettingsStore {
  get(worker: WorkerId): Promise<{ at: string; settings: OwnSettings } | null>
  /** Does nothing where a later choice is known. */
  put(worker: WorkerId, chosen: { at: string; settings: OwnSettings }): Promise<void>
}

export type Device = {
  id: DeviceId
  /** What people call it: "handheld 12". */
  number: number
  publicKey: PublicKey
  warehouse: WarehouseId
  state: 'active' | 'revoked' | 'frozen'
  /** Clients of the last worker that was logged in; null = all. The scope of the feed that this device gets. */
  clients: readonly ClientId[] | null
  /** Number of the newest call of the desk that nobody has answered; null = there is none. */
  call: number | null
  /** Who was logged in at its last round. */
  worker: WorkerId | null
}

export interface DeviceStore {
  /** Stores the SHA-256 of a set-up code. `expiresAt` null and `reusable` only in the demo. */
  addCode(code: { hash: string; warehouse: WarehouseId; expiresAt: string | null; reusable: boolean }): Promise<void>
  /** Takes the code if it is good at `now`; a single-use one is spent in the same statement. Null = unknown, spent or run out. */
  spendCode(hash: string, now: string): Promise<WarehouseId | null>
  add(device: {
    id: DeviceId
    publicKey: PublicKey
    warehouse: WarehouseId
    agent: string
    now: string
  }): Promise<Device>
  get(id: DeviceId): Promise<Device | null>
  list(
    warehouse: WarehouseId,
  ): Promise<readonly (Device & { seenAt: string | null; head: SyncRequest['head'] | null; acked: number })[]>
  /** `entry`: of the person who does it; null = the server by itself. */
  revoke(id: DeviceId, state: 'revoked' | 'frozen', entry: AuditEntry | null): Promise<void>
  /** Heartbeat: last seen, what the handheld says of itself, scope of the logged-in worker. */
  seen(
    id: DeviceId,
    at: {
      now: string
      head: SyncRequest['head']
      app: string
      worker: WorkerId | null
      clients: readonly ClientId[] | null
      /** What the last step of the round is corrected by, ms; missing = it brought none. */
      clockOff?: number
    },
  ): Promise<void>
}

export interface WorkStore {
  /** One lock, so that two people never get the same task. Writes the change rows of task, document, lines and their stock afresh. */
  lease(want: {
    warehouse: WarehouseId
    task: TaskId
    device: DeviceId
    worker: WorkerId
    takeOver: boolean
    now: string
  }): Promise<
    | { kind: 'ok' }
    | { kind: 'taken'; worker: WorkerId | null; device: DeviceId; since?: string | null }
    | { kind: 'gone' }
  >
  giveBack(want: { warehouse: WarehouseId; task: TaskId; device: DeviceId; now: string }): Promise<void>
  /** The first task of each walk that the device has afterwards; `taken`: some of them are new. */
  next(want: {
    warehouse: WarehouseId
    now: string
    asker: Asker
  }): Promise<{ tasks: readonly TaskId[]; taken: boolean }>
  /** All of them, or none and false where a place or an item is not known. */
  setFaces(want: {
    warehouse: WarehouseId
    now: string
    worker: WorkerId
    faces: readonly FaceSetting[]
  }): Promise<boolean>
  /** A task that fills the face up to its max; null = nothing to do. `clients`: whose faces the asker sees. */
  topUp(want: {
    warehouse: WarehouseId
    now: string
    place: LocationId
    clients: readonly ClientId[] | null
  }): Promise<TaskId | null | 'noFace'>
}

export interface CatalogueStore {
  manifest(warehouse: WarehouseId): Promise<Manifest>
  /** Compressed blocks by their names, in that order; null where there is none. */
  blocks(shas: readonly string[]): Promise<readonly (Uint8Array | null)[]>
  /** The thumbnail that an item of these clients carries; null = none does. `clients` null = all of the warehouse. */
  picture(wanted: {
    warehouse: WarehouseId
    sha: string
    clients: readonly ClientId[] | null
  }): Promise<{ type: string; bytes: Uint8Array } | null>
}

export interface SiteStore {
  warehouses(): Promise<readonly { id: WarehouseId; name: string }[]>
  clients(warehouse: WarehouseId): Promise<readonly Client[]>
  /** Adds or replaces; each writes its change row in a commit of its own. */
  addWarehouse(warehouse: { id: WarehouseId; name: string; feedEpoch: string }): Promise<void>
  putClients(warehouse: WarehouseId, clients: readonly Client[]): Promise<void>
  putLocations(warehouse: WarehouseId, locations: readonly Location[]): Promise<void>
  putPolicies(warehouse: WarehouseId, policies: PolicySet): Promise<void>
  policies(warehouse: WarehouseId): Promise<PolicySet | null>
  /** A new version, if the one that was seen is still the present one; the same id again gets the same answer. */
  changePolicy(change: {
    warehouse: WarehouseId
    worker: WorkerId
    now: string
    ask: PolicyAsk
  }): Promise<DecisionAnswer>
  /** What an earlier version said becomes a new version, as a change does. */
  restorePolicy(change: {
    warehouse: WarehouseId
    worker: WorkerId
    now: string
    ask: PolicyRestore
  }): Promise<DecisionAnswer>
  /** The newest first, those below `before`. */
  policyVersions(
    warehouse: WarehouseId,
    want: { before: number | null; limit: number },
  ): Promise<
    readonly { version: number; set: PolicySet; worker: WorkerId | null; at: string; restored: number | null }[]
  >
  /**
   * Deliveries that handhelds are to know from `today` on and were not on the day `shown` go out with their lines and tasks,
   * and so do, to be forgotten, orders that left too long ago since then. Gives how many rows.
   */
  turnDay(warehouse: WarehouseId, days: { today: string; shown: string }): Promise<number>
  putRoster(warehouse: WarehouseId, roster: Roster, signed: { text: string; sig: string }): Promise<void>
  /**
   * The next version, with its entry of the audit log and the end of a log-in (`ends`); false = somebody else has made it
   * meanwhile.
   */
  replaceRoster(
    warehouse: WarehouseId,
    roster: Roster,
    signed: { text: string; sig: string },
    along: { entry: AuditEntry; ends: WorkerId | null },
  ): Promise<boolean>
  roster(warehouse: WarehouseId): Promise<{ roster: Roster; signed: { text: string; sig: string } } | null>
  /** Small settings of the installation: server key, identity of the database, demo flag. JSON. */
  setting(name: string): Promise<unknown>
  saveSetting(name: string, value: unknown): Promise<void>
  /** What becomes of a setting by what it is (null = not set), under a lock; what `change` throws leaves it as it was. */
  changeSetting<T>(name: string, change: (value: unknown) => T): Promise<T>
}

export interface QuarantineStore {
  /** Raw bytes that came through the rescue door or that the envelope could not carry. Kept until a person decides. */
  keep(raw: {
    warehouse: WarehouseId | null
    device: DeviceId | null
    source: 'rescue' | 'poison' | 'revoked'
    body: string
    now: string
  }): Promise<void>
}

/** What whoever watches the server wants to know of its store, as of now. */
export type Figures = {
  /** Messages to ERPs that are not finished, by state. */
  outbox: Readonly<Record<string, number>>
  /** When the oldest of them was made; null = there is none. */
  outboxOldestAt: string | null
  /** Handhelds by state. */
  devices: Readonly<Record<string, number>>
  exceptionsOpen: number
  /** When the last whole backup was told of; null = never. */
  lastBackupAt: string | null
  storeBytes: number
}
export interface FigureStore {
  read(): Promise<Figures>
}

/** What the database knows of the sizes of its tables. */
export interface Statistics {
  /** Looks again at the tables that have doubled since the last look; gives their names. */
  renew(): Promise<readonly string[]>
}

export type AuditEntry = {
  warehouse: WarehouseId | null
  at: string
  worker: WorkerId | null
  kind: string
  /** What it is about: a name or an id, never a secret. */
  subject: string
  body: Record<string, unknown>
}

/** What people did that is neither a command nor a decision; nothing is ever taken out of it. */
export interface AuditStore {
  note(entry: AuditEntry): Promise<void>
  /** Whether the chain of the warehouse's entries holds, from its first to its head. */
  check(warehouse: WarehouseId): Promise<AuditCheck>
  /** Whether the signed commands of a handheld follow one another; null = there is no such handheld. */
  checkDevice(warehouse: WarehouseId, device: DeviceId): Promise<CommandsCheck | null>
}

/** Who looks: at one warehouse, at the goods of some clients (null = all). */
/** Figures of what `worker` counts blind are null. */
export type Viewer = { warehouse: WarehouseId; clients: readonly ClientId[] | null; worker: WorkerId | null }
export type Page = { after: string; limit: number }

/** What the desk shows besides decisions: see shared/desk/view.ts for the shapes. */
export interface ViewStore {
  site(viewer: Viewer): Promise<Omit<SiteAnswer, 'people' | 'timeZone'>>
  names(viewer: Viewer, want: { items: readonly ItemId[]; documents: readonly DocumentId[] }): Promise<NamesAnswer>
  counts(viewer: Viewer, now: string): Promise<Omit<CountsAnswer, 'asOf'>>
  /** By place unless told; rows that are alike there follow by place, item and lot. */
  stock(viewer: Viewer, want: Page & { q: string; sort?: StockSort }): Promise<StockAnswer>
  movements(viewer: Viewer, want: Page & { item: string; location: string }): Promise<MovementsAnswer>
  documents(
    viewer: Viewer,
    want: Page & { kind: string; state: string; q: string; sort?: DocumentSort },
  ): Promise<DocumentsAnswer>
  document(viewer: Viewer, id: DocumentId): Promise<DocumentAnswer | null>
  devices(warehouse: WarehouseId): Promise<DevicesAnswer['rows']>
  audit(warehouse: WarehouseId, want: Page): Promise<AuditAnswer>
  find(viewer: Viewer, searched: Searched): Promise<FindAnswer>
  /** At most 50 items whose SKU, name or code is meant. */
  codes(viewer: Viewer, q: string): Promise<CodesAnswer['rows']>
}
