import type { ClientId, ConnectorId, WarehouseId } from '../../shared/ids.ts'
import type { AuditEntry } from '../ports.ts'
import type { Renewal } from '../continuity-ports.ts'
import type { Health } from '../erp/connector.ts'
import type { DeliverMode } from './deliver.ts'
import type { Circuit } from './outbox-port.ts'

/** A configured ERP: which kind, how it is reached, what it takes. Secrets are sealed and never leave the store as text. */
export type Connection = {
  id: ConnectorId
  warehouse: WarehouseId
  name: string
  /** Name in the registry of connectors. */
  kind: string
  settings: Readonly<Record<string, unknown>>
  sealed: string | null
  mode: 'off' | DeliverMode
  /** Raised by every change of settings or secrets. */
  version: number
  /** Questions of the ERP that are answered without a person, by the question's id. */
  allow: Readonly<Record<string, string>>
  /** Which messages it takes; nothing said = all. */
  takes: { types?: readonly string[]; clients?: readonly ClientId[] }
  circuit: Circuit
  health: Health | null
  healthAt: string | null
  /** Since when nothing is delivered, because the database was restored or has lost something; null = it is delivered. */
  held: Held | null
}

export type Held = {
  since: string
  why: Renewal
  /** Handhelds that may have something to send, and have not reported since with an empty queue. */
  missing: readonly string[]
}

export type ConnectionChange = Pick<Connection, 'name' | 'kind' | 'settings' | 'sealed' | 'mode' | 'allow' | 'takes'>

export interface ConnectionStore {
  list(): Promise<readonly Connection[]>
  get(id: ConnectorId): Promise<Connection | null>
  /**
   * Makes or changes it. `version`: null makes a new one, else it must be the one that was read, or nothing is written and
   * null comes back. A new connection takes the messages that waited for one.
   */
  put(
    at: { id: ConnectorId; warehouse: WarehouseId; version: number | null },
    change: ConnectionChange,
  ): Promise<Connection | null>
  /** A person lets what is held go on. False = nothing was held. */
  letGo(id: ConnectorId, entry: AuditEntry): Promise<boolean>
  /**
   * The same without a person: when every active handheld had reported with an empty queue before the books were compared
   * from `comparedFrom` on.
   */
  letGoReported(id: ConnectorId, comparedFrom: string): Promise<boolean>
  saveHealth(id: ConnectorId, health: Health | null, now: string): Promise<void>
}

/** One line of the mapping: what it is called here and there. `ours` is text: a UUID, a code, `place status`. */
export type Mapping = {
  kind: MappingKind
  ours: string
  theirs: string
  version: number
  source: 'import' | 'person' | 'rule'
  by: string
  at: string
}
/**
 * `client`: our client → the ERP's owner key · `location`: `<location id | zone:name | *> <status | *>` → ERP location ·
 * `reason`, `carrier`, `documentType`: code → theirs · `unit`: remote unit → exact ratio `n/d` · `partner`.
 */
export const MAPPING_KINDS = ['client', 'location', 'reason', 'carrier', 'unit', 'partner', 'documentType'] as const
export type MappingKind = (typeof MAPPING_KINDS)[number]

export interface MappingStore {
  all(connector: ConnectorId): Promise<readonly Mapping[]>
  put(
    connector: ConnectorId,
    rows: readonly Pick<Mapping, 'kind' | 'ours' | 'theirs' | 'source'>[],
    by: string,
    now: string,
  ): Promise<void>
  remove(connector: ConnectorId, kind: MappingKind, ours: string): Promise<void>
}
