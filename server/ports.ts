import type { Client, Item, Location, Lot, Roster, Worker } from '../shared/catalogue.ts'
import type { GoingLive, IntakeKind } from '../shared/desk/intake.ts'
import type { ExceptionKind } from '../shared/exception.ts'
import type { EXCEPTION_STATES } from '../shared/exception-choices.ts'
import type { Variance } from '../shared/count/variance.ts'
import type { VarianceState } from '../shared/count/life.ts'
import type {
  ClientId,
  DeviceId,
  DocumentId,
  ItemId,
  LocationId,
  LpnId,
  TaskId,
  WarehouseId,
  WorkerId,
} from '../shared/ids.ts'
import type { CommandKey } from '../shared/sync/command.ts'
import type { DecisionAnswer } from '../shared/sync/decision.ts'
import type {
  AuditAnswer,
  CodesAnswer,
  CountsAnswer,
  DevicesAnswer,
  DocumentAnswer,
  DocumentsAnswer,
  FindAnswer,
  MovementsAnswer,
  NamesAnswer,
  SiteAnswer,
  StockAnswer,
} from '../shared/desk/view.ts'
import type { FaceSetting } from '../shared/desk/faces.ts'
import type { SettleAsk } from '../shared/sync/settle.ts'
import type { InboxRow, Settlement } from './sync/settle-exceptions.ts'
import type { Asker } from '../shared/process/next-task.ts'
import type { PolicySet } from '../shared/policy.ts'
import type { TableName, TableRow } from '../shared/desk/kpi-tables.ts'
import type { Measure, SumRow } from '../shared/kpi/day-rows.ts'
import type { PublicKey } from '../shared/sync/enrol.ts'
import type { OwnSettings } from '../shared/sync/own-settings.ts'
import type { PhotoKind } from '../shared/sync/photo.ts'
import type { PolicyAsk } from '../shared/sync/policy-change.ts'
import type { Manifest, SyncRequest } from '../shared/sync/wire.ts'
import type { StockKey } from '../shared/ledger/stock.ts'
import type { SyncStore } from './sync/ports.ts'
import type { IntakeWrite } from './intake/plan.ts'
import type { AuditCheck, CommandsCheck } from '../shared/desk/chain.ts'
import type { PrintStore } from './print-ports.ts'
import type { CallStore, EraseStore, GoodsStore, LossStore, RecallStore, StocktakeStore } from './desk-ports.ts'

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
  kpi: KpiStore
  accounts: AccountStore
  signIns: SignInStore
  audit: AuditStore
  views: ViewStore
  ownSettings: OwnSettingsStore
  print: PrintStore
  intake: IntakeStore
  recalls: RecallStore
  goods: GoodsStore
  stocktakes: StocktakeStore
  leavers: EraseStore
  losses: LossStore
  calls: CallStore
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
  storeBytes: number
}
export interface FigureStore {
  read(): Promise<Figures>
}

/** Which of the rows a person may see and wants to; `after` is the key of the last one that they have. */
export type Wanted<K> = {
  warehouse: WarehouseId
  /** On which handheld it will be seen, null = on none, and by whom: what they count blind is left out. */
  device: DeviceId | null
  worker: WorkerId | null
  /** Null = all. */
  clients: readonly ClientId[] | null
  after: K | null
  limit: number
}
export type VarianceKey = { openedAt: string; id: string; round: number }

/** What a person at the desk looks at: the oldest first, in pages. */
export interface DeskStore {
  /** `cost` in minor units of the warehouse's currency for one base unit; null = not known. */
  variances(
    wanted: Wanted<VarianceKey> & { states: readonly VarianceState[] },
  ): Promise<readonly { variance: Variance; cost: number | null }[]>
  /** What a person has to look at, the oldest first. */
  exceptions(
    wanted: Wanted<ExceptionKey> & {
      state: (typeof EXCEPTION_STATES)[number]
      kinds: readonly ExceptionKind[]
      location: LocationId | null
      item: ItemId | null
    },
  ): Promise<readonly InboxEntry[]>
  /** In one transaction under the warehouse's counter row. */
  settle(
    at: { warehouse: WarehouseId; now: string },
    who: Worker,
    asks: readonly SettleAsk[],
    /** A rule threw on a command that was judged once more. */
    broke: (command: CommandKey, error: unknown) => void,
  ): Promise<readonly DecisionAnswer[]>
}

export type ExceptionKey = { openedAt: string; id: string }
export type InboxEntry = InboxRow & {
  subject: string
  openedAt: string
  closedAt: string | null
  /** Who brought it about. */
  workers: readonly WorkerId[]
  settled: Settlement | null
}

/** A photo that a handheld has sent, and what it belongs to there. */
export type SentPhoto = {
  warehouse: WarehouseId
  device: DeviceId
  /** SHA-256 of the bytes, hex. */
  sha: string
  bytes: Uint8Array
  width: number
  height: number
  kind: PhotoKind
  /** Of a command `device/epoch/seq`, else the code. */
  subject: string
  /** Null = nobody knew whose goods these were. */
  client: ClientId | null
  takenAt: string
  now: string
}

/** Photos by their content. The facts name them; losing one loses no stock. */
export interface PhotoStore {
  /**
   * Keeps bytes and link in one transaction; the same again changes nothing and is no part of the allowance. `full`: this
   * device has sent all that it may within a day; nothing was kept.
   */
  keep(photo: SentPhoto, allowance: { count: number; bytes: number }): Promise<'kept' | 'full'>
  /** Null = not here, or not of these clients. `clients` null = all. */
  bytes(wanted: {
    warehouse: WarehouseId
    sha: string
    clients: readonly ClientId[] | null
  }): Promise<Uint8Array | null>
  /** Forgets what was received before; gives how many. */
  forget(warehouse: WarehouseId, before: string): Promise<number>
}

/** Which facts a figure is made of. Days are those of UTC, both included. */
export type KpiScope = {
  warehouse: WarehouseId
  /** Null = all, and facts that name no client. */
  clients: readonly ClientId[] | null
  /** Null = all; else what has no zone (orders, messages, comparisons) is left out. */
  zone: string | null
  from: string
  to: string
}
/** Instant and id of the row that the last page ended with. */
export type KpiKey = { at: string; id: string }

/** Figures at the desk: prepared rows of days, what is open now, and the rows that a figure is made of. */
export interface KpiStore {
  /** Prepared rows of the window, added up; standards among them. */
  sums(scope: KpiScope): Promise<readonly SumRow[]>
  /** The same by day, of some measures. */
  days(scope: KpiScope, measures: readonly Measure[]): Promise<readonly (SumRow & { day: string })[]>
  /** What is open now, and the last comparison of each connection in the window. */
  present(scope: KpiScope, now: string): Promise<readonly SumRow[]>
  /** How far the figures reach, and what may still change them. */
  standing(
    scope: KpiScope,
    now: string,
  ): Promise<{
    cursor: number
    madeAt: string | null
    restated: readonly string[]
    silent: number
    /** By which parts of figures are named. */
    connections: readonly { id: string; name: string }[]
  }>
  /** The oldest first. `device`, `worker`: what they count blind is left out. `now` null = nothing that is still open. */
  rows(
    table: TableName,
    scope: KpiScope & { device: DeviceId | null; worker: WorkerId | null; now: string | null },
    page: { after: KpiKey | null; limit: number },
  ): Promise<readonly { key: KpiKey; row: TableRow }[]>
}

export type Account = { worker: WorkerId; login: string; mustChange: boolean }
export type DeskSession = { worker: WorkerId; warehouse: WarehouseId; login: string; mustChange: boolean }

/**
 * Log-ins of people at the desk. Of passwords and session tokens only hashes come here. What is done is written together
 * with its entry of the audit log; null = there is nobody who did it (the demo's own).
 */
export interface AccountStore {
  any(): Promise<boolean>
  list(): Promise<readonly Account[]>
  find(login: string): Promise<(Account & { password: string }) | null>
  /** Adds or replaces the log-in of a person; all their sessions end. False = somebody else has this name. */
  put(account: Account & { password: string; now: string }, entry: AuditEntry | null): Promise<boolean>
  /** Takes the log-in away; all sessions end. */
  remove(worker: WorkerId, entry: AuditEntry): Promise<void>
  /**
   * Counts a try of a name that was typed, known or not, under a lock: `failures` with this one, and how long the name has
   * to wait still; a try that has to wait is not counted. Names that were quiet since `forgetBefore` begin anew.
   */
  attempt(what: {
    login: string
    now: string
    forgetBefore: string
    /** Milliseconds after so many failures. */
    waitAfter: (failures: number) => number
  }): Promise<{ waitMs: number; failures: number }>
  forgive(login: string): Promise<void>
  /** Sessions from before `begunSince` are forgotten. */
  open(
    session: {
      hash: string
      worker: WorkerId
      warehouse: WarehouseId
      now: string
      begunSince: string
      way: SignInWay
      /** What the browser says that it is. */
      agent: string
    },
    entry: AuditEntry | null,
  ): Promise<void>
  /** The session while it is good: used after `usedSince`, begun after `begunSince`. Marks it as used. */
  session(hash: string, at: { now: string; usedSince: string; begunSince: string }): Promise<DeskSession | null>
  close(hash: string): Promise<void>
}

export type SignInWay = 'password' | 'passkey' | 'identity'

/** A key that lies in a person's device or its maker's key store; of it only the public half comes here. */
export type Passkey = {
  /** Base64url, as the browser names it. */
  id: string
  worker: WorkerId
  name: string
  /** The name of the server that it was made for: it works nowhere else. */
  host: string
  /** COSE, base64url. */
  publicKey: string
  /** How often it was used, where the key counts; else 0. */
  counter: number
  transports: readonly string[]
  madeAt: string
  usedAt: string | null
}

/** Passkeys, what was asked of a browser and waits for its answer, and what people see of their own sessions. */
export interface SignInStore {
  passkeys(worker: WorkerId): Promise<readonly Passkey[]>
  passkey(id: string): Promise<Passkey | null>
  /** False = the key is known, or the person has `most` of them. */
  addPasskey(passkey: Passkey, most: number, entry: AuditEntry): Promise<boolean>
  /** A use, if the key is still there and its counter was `before`: a second use at the same time is none. */
  usePasskey(use: { id: string; before: number; counter: number; now: string }): Promise<boolean>
  /** False = the person has no such key. */
  removePasskey(worker: WorkerId, id: string, entry: AuditEntry): Promise<boolean>
  /** Keeps what is waited for; what has run out is forgotten. Of its secret only a hash comes here. */
  ask(what: SignInAsk & { hash: string; now: string; until: string }): Promise<void>
  /** What was asked, once. Null = never, answered already, or too late. */
  answered(hash: string, kind: SignInAsk['kind'], now: string): Promise<SignInAsk | null>
  /** The living sessions of a person, the newest first. `id` gives nobody a session. */
  sessions(worker: WorkerId, since: { usedSince: string; begunSince: string }): Promise<readonly OwnSession[]>
  /** Ends one by its `id`, or all (null), but never the one that asks. Gives how many. */
  endSessions(end: { worker: WorkerId; id: string | null; but: string }, entry: AuditEntry): Promise<number>
}
export type SignInAsk = {
  kind: 'passkey.add' | 'passkey.logIn' | 'identity'
  worker: WorkerId | null
  body: Readonly<Record<string, string>>
}
export type OwnSession = { id: string; hash: string; way: SignInWay; agent: string; begunAt: string; usedAt: string }

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
  site(viewer: Viewer): Promise<Omit<SiteAnswer, 'people'>>
  names(viewer: Viewer, want: { items: readonly ItemId[]; documents: readonly DocumentId[] }): Promise<NamesAnswer>
  counts(viewer: Viewer, now: string): Promise<Omit<CountsAnswer, 'asOf'>>
  stock(viewer: Viewer, want: Page & { q: string }): Promise<StockAnswer>
  movements(viewer: Viewer, want: Page & { item: string; location: string }): Promise<MovementsAnswer>
  documents(viewer: Viewer, want: Page & { kind: string; state: string; q: string }): Promise<DocumentsAnswer>
  document(viewer: Viewer, id: DocumentId): Promise<DocumentAnswer | null>
  devices(warehouse: WarehouseId): Promise<DevicesAnswer['rows']>
  audit(warehouse: WarehouseId, want: Page): Promise<AuditAnswer>
  find(viewer: Viewer, q: string): Promise<FindAnswer>
  /** At most 50 items whose SKU, name or code is meant. */
  codes(viewer: Viewer, q: string): Promise<CodesAnswer['rows']>
}

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
