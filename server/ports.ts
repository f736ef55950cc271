import type { Client, Location, Roster, Worker } from '../shared/catalogue.ts'
import type { ExceptionKind } from '../shared/exception.ts'
import type { EXCEPTION_STATES } from '../shared/exception-choices.ts'
import type { Variance } from '../shared/count/variance.ts'
import type { VarianceState } from '../shared/count/life.ts'
import type { ClientId, DeviceId, ItemId, LocationId, TaskId, WarehouseId, WorkerId } from '../shared/ids.ts'
import type { DecisionAnswer } from '../shared/sync/decision.ts'
import type { SettleAsk } from '../shared/sync/settle.ts'
import type { InboxRow, Settlement } from './sync/settle-exceptions.ts'
import type { Asker } from '../shared/process/next-task.ts'
import type { PolicySet } from '../shared/policy.ts'
import type { TableName, TableRow } from '../shared/desk/kpi-tables.ts'
import type { Measure, SumRow } from '../shared/kpi/day-rows.ts'
import type { PublicKey } from '../shared/sync/enrol.ts'
import type { PolicyAsk } from '../shared/sync/policy-change.ts'
import type { Manifest, SyncRequest } from '../shared/sync/wire.ts'
import type { SyncStore } from './sync/ports.ts'

/** What the routes and workers need of the store; implemented by server/store on both engines. No integers of the database cross it. */
export type Stores = {
  sync: SyncStore
  devices: DeviceStore
  work: WorkStore
  catalogue: CatalogueStore
  site: SiteStore
  quarantine: QuarantineStore
  desk: DeskStore
  kpi: KpiStore
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
  revoke(id: DeviceId, state: 'revoked' | 'frozen'): Promise<void>
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
  }): Promise<{ kind: 'ok' } | { kind: 'taken'; worker: WorkerId | null; device: DeviceId } | { kind: 'gone' }>
  giveBack(want: { warehouse: WarehouseId; task: TaskId; device: DeviceId; now: string }): Promise<void>
  /** The first task of each walk that the device has afterwards; `taken`: some of them are new. */
  next(want: {
    warehouse: WarehouseId
    now: string
    asker: Asker
  }): Promise<{ tasks: readonly TaskId[]; taken: boolean }>
}

export interface CatalogueStore {
  manifest(warehouse: WarehouseId): Promise<Manifest>
  /** Compressed blocks by their names, in that order; null where there is none. */
  blocks(shas: readonly string[]): Promise<readonly (Uint8Array | null)[]>
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

/** Which of the rows a person may see and wants to; `after` is the key of the last one that they have. */
export type Wanted<K> = {
  warehouse: WarehouseId
  /** On which handheld it will be seen: what is counted blind there is left out. Null = on none. */
  device: DeviceId | null
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
  ): Promise<{ cursor: number; madeAt: string | null; restated: readonly string[]; silent: number }>
  /** The oldest first. `device`: what it counts blind is left out. `now` null = nothing that is still open. */
  rows(
    table: TableName,
    scope: KpiScope & { device: DeviceId | null; now: string | null },
    page: { after: KpiKey | null; limit: number },
  ): Promise<readonly { key: KpiKey; row: TableRow }[]>
}
