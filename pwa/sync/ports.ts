import type { Tables } from '../../shared/ledger/world.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import type { Blind, Spot } from '../../shared/sync/blind.ts'
import type {
  Kind,
  Manifest,
  Refusal,
  Row,
  Sealed,
  SnapshotHead,
  SyncRequest,
  SyncResponse,
} from '../../shared/sync/wire.ts'

/** Everything that touches the world comes in here, so that the simulator can drive the real engine. */
export type Ports = {
  clock: Clock
  random: Random
  timer: Timer
  signer: Signer
  net: Net
  queue: QueueStore
  cache: CacheStore
}

export interface Clock {
  /** Device wall clock, ms since 1970. May be wrong and may jump. */
  now(): number
  /** Monotonic ms since the start of the page. */
  mono(): number
}
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  bytes(n: number): Uint8Array
}
export interface Timer {
  /** Returns the function that cancels it. */
  after(ms: number, run: () => void): () => void
}
export interface Signer {
  /** base64url of the raw r‖s of ECDSA P-256/SHA-256 over utf8(text), by the device's non-extractable key. */
  sign(text: string): Promise<string>
}

/** An answer of the server, or why there is none. `offline` covers time-outs, captive portals and unreadable answers. */
export type Reply<T> =
  | { kind: 'ok'; body: T; sentAt: number; receivedAt: number }
  | { kind: 'offline' }
  | { kind: 'refused'; status: number; refusal: Refusal | null; retryAfterMs: number | null }

/** A piece of the catalogue: compressed bytes, named by their SHA-256. */
export type CatalogueBlock = { sha: string; bytes: Uint8Array }

export interface Net {
  sync(request: SyncRequest): Promise<Reply<SyncResponse>>
  /** Rows come in pieces, so that a large warehouse never lies in memory twice. */
  snapshot(rows: (rows: readonly Row[]) => Promise<void>, blind: readonly Spot[]): Promise<Reply<SnapshotHead>>
  manifest(): Promise<Reply<Manifest>>
  /** Blocks of the catalogue by their names; one that did not come, or is not what its name says, is missing. */
  blocks(shas: readonly string[]): Promise<Reply<readonly CatalogueBlock[]>>
  /** The rescue door: one raw command that the server cannot take otherwise. */
  quarantine(raw: string): Promise<Reply<unknown>>
  /** The rescue door: a whole queue, as the rescue page writes it. */
  rescue(text: string): Promise<Reply<unknown>>
}

/** The marker row of the queue: its absence means that the storage was lost. */
export type Birth = {
  device: DeviceId
  warehouse: WarehouseId
  epoch: string
  /** Next local row number over all epochs, next seq of this epoch, hash of its last command. */
  n: number
  next: number
  prevHash: string
}

export type QueueRow = Sealed & {
  /** Local row number over all epochs. */
  n: number
  epoch: string
  warehouse: WarehouseId
  /** Device wall clock at the append, ms. */
  appendedAt: number
}

/** What the server has said about one epoch. `acked` decides what to push next, never what to show. */
export type EpochMark = {
  epoch: string
  warehouse: WarehouseId
  acked: number
  durable: number | null
  /** Checkpoints: up to `seq` was acknowledged at `at` (device wall clock, ms), oldest first. Pruning goes by them. */
  acks: readonly { seq: number; at: number }[]
  /** Sent to the rescue door one by one, because the server cannot take them otherwise; declared as holes afterwards. */
  skipped: readonly number[]
  /** What was not simply applied: exceptions and quarantined commands, newest last, at most 50, and 50 codes that were kept. */
  results: readonly QueueResult[]
}
/** `kept`: a code that nobody knew, which waits for the desk and needs nobody here. */
export type QueueResult = { seq: number; outcome: string; reason?: string; kept?: true }

/** The queue at one instant: one transaction instead of one for every question. */
export type QueueLook = {
  birth: Birth | null
  /** Oldest first. `unsent`: the first rows above the acknowledged number; `count`: how many there are. */
  epochs: readonly { epoch: string; mark: EpochMark | null; unsent: readonly QueueRow[]; count: number }[]
  /** What the machinery has saved beside the steps of workers (`OWN_STATE`), by its key. */
  noted: ReadonlyMap<string, unknown>
}

/** What files know of epochs that the store does not: rows by their numbers, marks, and the worker's steps. */
export type Kept = { rows: readonly QueueRow[]; marks: readonly EpochMark[]; states: readonly SavedState[] }

/** Thrown by `append` when the disk is full: nothing was written, the worker must be told, the process does not advance. */
export class StorageFull extends Error {}

/**
 * The strict store. Every promise resolves only when the transaction is durable (IndexedDB `complete` with strict
 * durability); a rejected or unresolved one has written nothing. Its schema is frozen: nothing ever upgrades it.
 */
export interface QueueStore {
  birth(): Promise<Birth | null>
  /**
   * First start, lost storage or another warehouse: writes the marker row of a new epoch. In the same transaction it takes
   * in what was kept in files while this store was away; the new epoch's local numbers then begin behind it.
   */
  begin(birth: Birth, kept?: Kept): Promise<void>
  /**
   * ONE transaction: rows added (never put), birth moved on, process state stored. Returns false, having written nothing,
   * when the stored birth has moved on since `expected` (another tab appended).
   */
  append(expected: Birth, next: Birth, rows: readonly QueueRow[], state: SavedState | null): Promise<boolean>
  state(key: string): Promise<SavedState | null>
  states(): Promise<readonly SavedState[]>
  saveState(state: SavedState): Promise<void>
  dropState(key: string): Promise<void>
  /** Rows of one epoch with seq > after, ascending. */
  rows(epoch: string, after: number, limit: number): Promise<readonly QueueRow[]>
  /** All epochs that were ever begun here, oldest first. */
  epochs(): Promise<readonly string[]>
  /** What a round of sync wants to know, at one instant; `limit` rows of each epoch. */
  look(limit: number): Promise<QueueLook>
  mark(epoch: string): Promise<EpochMark | null>
  /** ONE transaction of reading and writing. Returns the mark that was there. */
  changeMark(epoch: string, change: (before: EpochMark | null) => EpochMark): Promise<EpochMark | null>
  /** Removes rows of an epoch with seq ≤ upTo; callers obey pruning rule 3.3 of the protocol. */
  prune(epoch: string, upTo: number): Promise<void>
}

/** `value` is plain JSON. */
export type SavedState = { key: string; value: unknown }

/** A state that wants to know the numbers of the commands that it is written with. */
export type StateAt = (at: { epoch: string; first: number }) => SavedState

/** Where the cache stands. Written in the same transaction as the rows it describes. */
export type CacheHead = {
  warehouse: WarehouseId
  feedEpoch: string | null
  cursor: string | null
  floor: number
  through: Readonly<Record<string, number>>
  generation: number
  catalogue: string | null
  /** Counted blind here without a task: figures of it are not kept, and the server is told to leave them out. */
  blind?: readonly Spot[]
  /** Counted blind here before: what was left out is to come again. */
  again?: readonly Spot[]
}

/** The relaxed, disposable store: may fall back by seconds after a power cut, rows and head together, never apart. */
export interface CacheStore {
  head(): Promise<CacheHead | null>
  /** All confirmed rows of the present generation; items are not among them (they come from the catalogue blocks). */
  load(): Promise<Tables | null>
  /** Confirmed rows of one kind, for the kinds that are not part of the tables: clients and the roster. */
  rowsOf(kind: Kind): Promise<readonly Row[]>
  /**
   * ONE transaction: rows whose `c` is above the stored one are taken, tombstones included, and the head is replaced.
   * Returns false, having written nothing, when the stored cursor, feed epoch and places that are counted blind are not
   * those of `expected` any more: such a page may hold what must not be here.
   */
  applyPage(expected: CacheHead, next: CacheHead, rows: readonly Row[]): Promise<boolean>
  /**
   * A snapshot is written beside the present generation and becomes visible in `finish` only; that returns false, having
   * done nothing, when other places are counted blind by now than `next` says.
   */
  beginSnapshot(generation: number): Promise<void>
  addSnapshot(generation: number, rows: readonly Row[]): Promise<void>
  finishSnapshot(next: CacheHead): Promise<boolean>
  /**
   * ONE transaction: what tells how much lies at these places is taken out of the rows (maskRows); of those that are not
   * among them any more it is noted that it is to come again.
   */
  withhold(blind: Blind): Promise<void>
  /**
   * Log-out forgets the `work` (documents, lines, tasks), another scope the whole `base` except the roster. The cursor goes
   * with it, so that a snapshot is due; feed epoch, `through` and the catalogue stay.
   */
  forget(what: 'work' | 'base'): Promise<void>
  /** Catalogue: manifest and content-addressed blocks. */
  manifest(): Promise<Manifest | null>
  missingBlocks(manifest: Manifest): Promise<readonly string[]>
  putBlocks(blocks: readonly CatalogueBlock[]): Promise<void>
  /** Makes the manifest the present one, in the head too, and drops blocks that it does not name. */
  useManifest(manifest: Manifest): Promise<void>
  /** In one transaction, in this order; null where there is none. */
  blocks(shas: readonly string[]): Promise<readonly (Uint8Array | null)[]>
  /** Revoked, schema change, quota: everything here can be fetched again. */
  clear(): Promise<void>
}
