import type { ClientId, ConnectorId, WarehouseId } from '../../shared/ids.ts'
import type { ErrorClass, Gap, Question } from '../erp/erp-error.ts'
import { ERROR_CLASSES } from '../erp/erp-error.ts'
import type { RemoteRef } from '../erp/operation.ts'

export { ERROR_CLASSES }
export type { ErrorClass }

/**
 *   waiting ──► preparing ──► posting ──► posted
 *      ▲            └──────┬─────┘
 *      │                unknown          (may have happened: `find` decides; a lease that ran out comes here as well)
 *      └── held · parked · dead ──► skipped          rehearsed: made up, never posted
 */
export const OUTBOX_STATES = [
  'waiting',
  'preparing',
  'posting',
  'unknown',
  'held',
  'parked',
  'dead',
  'posted',
  'skipped',
  'rehearsed',
] as const
export type OutboxState = (typeof OUTBOX_STATES)[number]
/** Nothing more happens to these, and what is behind them goes on. */
export const FINISHED: readonly OutboxState[] = ['posted', 'skipped', 'rehearsed']
/** These wait for a person, a mapping or a right. */
export const STOPPED: readonly OutboxState[] = ['held', 'parked', 'dead']

export type OutboxRow = {
  warehouse: WarehouseId
  connector: ConnectorId | null
  client: ClientId | null
  key: string
  seq: number
  subject: string
  type: string
  payload: unknown
  /** Raised by every edit. */
  version: number
  state: OutboxState
  errorClass: ErrorClass | null
  attempts: number
  /** A call that writes has gone out: from then on only `find` may say that nothing happened. */
  touched: boolean
  /** How often the ERP has said yes to a post and yet shows a draft. */
  stuck: number
  remoteRef: RemoteRef | null
  /** Words for the person who has to decide. */
  question: string | null
  ask: Question | null
  gap: string | null
  answers: Readonly<Record<string, string>>
  documents: readonly RemoteRef[]
  /** KPI facts: on the floor, in our books, call answered, verified over there. */
  capturedAt: string | null
  createdAt: string
  firstTryAt: string | null
  deliveredAt: string | null
  postedAt: string | null
  nextAt: string
  closedBy: string | null
  closedReason: string | null
}

export type Try = {
  n: number
  phase: 'map' | 'guard' | 'prepare' | 'post' | 'find'
  at: string
  ms: number
  errorClass: ErrorClass | null
  /** Redacted and cut. */
  request: string | null
  answer: string | null
}

export type Advance = {
  state: OutboxState
  now: string
  /** Whether the lease ends. */
  release: boolean
  remoteRef?: RemoteRef
  touched?: boolean
  stuck?: number
  errorClass?: ErrorClass | null
  question?: string | null
  ask?: Question | null
  gap?: Gap | null
  nextAt?: string
  settleUntil?: string | null
  leaseUntil?: string
  delivered?: boolean
  documents?: readonly RemoteRef[]
  /** The claim did not lead to a try: it does not count. */
  untried?: boolean
}

export type OutboxFilter = {
  connector: ConnectorId
  states?: readonly OutboxState[]
  types?: readonly string[]
  errorClass?: ErrorClass
  subject?: string
  gap?: string
  keys?: readonly string[]
  before?: string
}

/** What a person does to stopped messages. Each is one statement, by the state that they are in now. */
export type Settle =
  | { kind: 'replay' }
  | { kind: 'skip'; reason: string }
  | { kind: 'answer'; question: string; answer: string }
  | { kind: 'edit'; payload: unknown; version: number }

/** What a decision at the desk has the ERP told; `covers` names the decision. */
export type EnteredMessage = Pick<OutboxRow, 'warehouse' | 'client' | 'key' | 'subject' | 'type' | 'payload'> & {
  connector: ConnectorId
  covers: readonly unknown[]
}

/** Why nothing is sent for now; kept with the connection, so that a restart does not try a wrong password again. */
export type Circuit =
  | { state: 'closed' }
  | { state: 'open'; cause: 'transient'; since: string; checkAt: string; words: string }
  /** `version` of the connection whose credentials were refused. */
  | { state: 'open'; cause: 'auth'; since: string; version: number; words: string }

export interface OutboxStore {
  /**
   * Claims rows that are due, oldest first, at most one per subject and none whose subject has an older unfinished row.
   * Rows whose lease ran out enter `unknown` first, never `waiting`. Claimed `waiting` rows are in `preparing`, `unknown` stay.
   * None while the connection is held; what was captured before a restore is claimed as `unknown`: it may be there already.
   */
  claim(at: {
    connector: ConnectorId
    now: string
    limit: number
    token: string
    leaseUntil: string
  }): Promise<readonly OutboxRow[]>
  /** Writes back only while `token` holds the lease, tries included; false = somebody else took over, do nothing more. */
  advance(key: string, token: string, to: Advance, tries?: readonly Try[]): Promise<boolean>
  counts(connector: ConnectorId): Promise<Readonly<Record<OutboxState, number>>>
  /** Newest first, from before `seq`. */
  list(filter: OutboxFilter, page: { beforeSeq: number | null; limit: number }): Promise<readonly OutboxRow[]>
  /** One message; its payload as it first was, and the commands or decision that it covers. */
  get(key: string): Promise<{ row: OutboxRow; first: unknown; covers: unknown } | null>
  tries(key: string): Promise<readonly Try[]>
  /** Returns how many rows it applied to: those of the filter that are held, parked or dead. */
  settle(filter: OutboxFilter, how: Settle, by: string, now: string): Promise<number>
  /** A message to this connection alone that a person has decided on, behind all others. The same key again changes nothing. */
  enter(message: EnteredMessage, now: string): Promise<void>
  /** Posted messages that the ERP does not show (any more): asked for again, then posted if they are not there. Returns how many. */
  reopen(keys: readonly string[], by: string, now: string): Promise<number>
  /** Rows that wait for this gap are due again. */
  release(connector: ConnectorId, gap: Gap, now: string): Promise<number>
  /** The ERP is there again: what waits is due now, unknown outcomes as soon as they have settled. */
  dueNow(connector: ConnectorId, now: string): Promise<number>
  circuit(connector: ConnectorId): Promise<Circuit>
  saveCircuit(connector: ConnectorId, circuit: Circuit): Promise<void>
  /** Figures for the desk and the KPIs, of messages that were created in [from, to). */
  facts(connector: ConnectorId, from: string, to: string): Promise<readonly MessageFact[]>
}

/** What is recorded of each message, for KPIs. */
export type MessageFact = {
  key: string
  type: string
  state: OutboxState
  errorClass: ErrorClass | null
  attempts: number
  capturedAt: string | null
  appliedAt: string
  deliveredAt: string | null
  acknowledgedAt: string | null
}

export const gapText = (gap: Gap): string => `${gap.kind} ${gap.key}`
