import type { Client, Item, Roster, Worker } from '../../shared/catalogue.ts'
import type { ClientId, DeviceId, ItemId, SessionId, TaskId, WarehouseId } from '../../shared/ids.ts'
import type { World } from '../../shared/ledger/world.ts'
import type { CodeLookup } from '../../shared/scan/scan.ts'
import type { NEXT_KINDS } from '../../shared/sync/enrol.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import type { Command, Draft } from '../../shared/sync/command.ts'
import type { Found } from './item-search.ts'
import type { QueueRow, SavedState, StateAt } from './ports.ts'

/** The state that the dot in the header shows, decided by the last round, never by navigator.onLine. */
export type SyncStatus = {
  link: 'online' | 'offline' | 'connecting' | 'unauthorised' | 'revoked' | 'outdated'
  waiting: number
  /** ISO instant of the oldest unsent command. */
  oldest: string | null
  lastGoodRound: string | null
  /** My commands that ended as an exception or in quarantine, newest first, at most 50. */
  needsMe: readonly { seq: number; outcome: string; reason: string | null; command: Command | null }[]
  /** First load: what has come and what is due; null = nothing loading. */
  loading: { done: number; all: number | null } | null
  storageFull: boolean
  /** The queue's database had to be left behind: work goes on, and a supervisor must be called. */
  emergency: boolean
}

export type Session = { id: SessionId; worker: Worker; roster: number; startedAt: string }

export type LogIn =
  | { ok: true; session: Session }
  | { ok: false; why: 'unknown' | 'expired' | 'noRoster' | 'noRules' }
  | PinStop
/** `noPin`: has to have one and has none. `pinWait`: too many wrong ones, for so long on this handheld. */
export type PinStop =
  | { ok: false; why: 'pin' | 'noPin'; name: string }
  | { ok: false; why: 'pinWrong'; left: number }
  | { ok: false; why: 'pinWait'; ms: number }

/**
 * All that the screens know of the machinery below. Reading is synchronous and local; what waits is said by a promise.
 * Listeners are called after the world or the status has changed.
 */
export interface Handheld {
  readonly device: DeviceId
  readonly warehouse: { id: WarehouseId; name: string }
  /** Confirmed rows with everything pending folded in. A new object after each change of the confirmed rows. */
  world(): World
  roster(): Roster | null
  clients(): readonly Client[]
  session(): Session | null
  /** Checks the badge, and the PIN of whoever needs one, against the signed roster, offline too. Whoever is logged in already stays in their session. */
  logIn(badge: string, pin?: string): Promise<LogIn>
  logOut(): Promise<void>
  /** False until the first catalogue is whole: a code that nobody knows may only not have come yet. */
  hasCatalogue(): boolean
  /** Makes the items known to `world()`; unknown ones are skipped. */
  loadItems(ids: readonly ItemId[]): Promise<readonly Item[]>
  /** Items by words of their names, SKUs or codes; the best first. Null: a later search has begun. */
  search(text: string, most: number): Promise<Found | null>
  /** Fetches what the catalogue and the local rows know of these keys; the answer is synchronous from then on. */
  lookup(keys: readonly string[]): Promise<CodeLookup>
  /** A key of a code was heard: what is not the scan waits for it. */
  coming(): void
  /** Resolves when the strict transaction is complete; throws StorageFull or whatever broke, having written nothing. */
  append(drafts: readonly Draft[], state: SavedState | StateAt | null): Promise<readonly QueueRow[]>
  /**
   * Counts without a task whose counter must not know what lies there: figures of these places are not kept on this
   * handheld. Of places that are not named any more they come again with the next rounds.
   */
  withhold(spots: readonly Spot[]): Promise<void>
  savedStates(): Promise<readonly SavedState[]>
  dropState(key: string): Promise<void>
  pending(): Promise<readonly Command[]>
  /** Takes the task for this device. `offline` where it could not be asked: allowed when the task is already ours. */
  lease(
    task: TaskId,
    takeOver: boolean,
  ): Promise<
    { kind: 'ok' } | { kind: 'taken'; by: string; since?: string | undefined } | { kind: 'offline' } | { kind: 'gone' }
  >
  /**
   * The work of this kind that is due, given out by the server: walks of several orders as a whole, and some ahead for a day
   * without a network. First task of each walk; null where nobody could be asked.
   */
  next(kind: NextKind): Promise<readonly TaskId[] | null>
  /** Somebody else may have the task. Where nobody can be asked it stays with this device. */
  giveBack(task: TaskId): Promise<void>
  /** An order that left longer ago than is known here, by what a scan may have said: it is here when the answer is `ok`. */
  bring(codes: readonly string[]): Promise<'ok' | 'none' | 'offline'>
  status(): SyncStatus
  syncNow(): void
  subscribe(listener: () => void): () => void
  /** Corrected now: device clock + measured offset, ISO. */
  now(): string
  stop(): Promise<void>
}

export type NextKind = (typeof NEXT_KINDS)[number]

/** Client whose stock a code may belong to, for "Whose stock?". */
export type ClientChoice = { client: ClientId; name: string }
