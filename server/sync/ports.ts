import type { Claim, Line, Lot, Worker } from '../../shared/catalogue.ts'
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
} from '../../shared/ids.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import type { Tables } from '../../shared/ledger/world.ts'
import type { PolicySet } from '../../shared/policy.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import type { CommandKey } from '../../shared/sync/command.ts'
import type { DecisionAnswer, DecisionAsk } from '../../shared/sync/decision.ts'
import type { WorkKind } from './desk-work.ts'
import type { CountBooks } from './count-books.ts'
import type { AdjustmentFacts } from './stock-message.ts'
import type { CommandResult, Outcome, Row, Sealed } from '../../shared/sync/wire.ts'

/** What a batch needs to be judged. The store loads these, their documents' lines and tasks, and all stock rows they touch. */
export type Need = {
  items: readonly ItemId[]
  locations: readonly LocationId[]
  documents: readonly DocumentId[]
  tasks: readonly TaskId[]
  lines: readonly LineId[]
  lots: readonly { client: ClientId; item: ItemId; lot: string }[]
  /** Serials that came in: their rows count in whatever place they lie. */
  serials: readonly string[]
  /** Pallets: what is on them counts wherever it lies, and so do the lines that have reserved it. */
  lpns: readonly LpnId[]
  /** Commands that are to be taken back: which of them have been already. */
  undone: readonly CommandKey[]
  /** Goods are taken from the places: the lines that have reserved them there count, and the open counts of the places. */
  takes: boolean
  /** Reservations may have to move to other stock: every stock row of the items counts, with its place and lot. */
  everywhere: boolean
  /** The tasks count together with those of the same batch: their documents, lines and tasks as well. */
  batches: boolean
  /** Places of which every stock row counts, whatever item it is of. */
  contents: readonly LocationId[]
}

/** A need of nothing, to name only what is needed. */
export const NO_NEED: Need = {
  items: [],
  locations: [],
  documents: [],
  tasks: [],
  lines: [],
  lots: [],
  serials: [],
  lpns: [],
  undone: [],
  takes: false,
  everywhere: false,
  batches: false,
  contents: [],
}

/** One judged command, ready to be written. */
export type Applied = {
  sealed: Sealed
  outcome: Outcome
  reason: string | null
  effects: Effects
  /** The receipt whose ERP message must cover this command, when goods crossed to or from the outside. */
  awaits: DocumentId | null
  worker: WorkerId | null
  at: string | null
}

/** One message for the ERP, with the commands that it covers. `payload` is versioned JSON of server/erp. */
export type MessageWrite = {
  key: string
  /** Whose goods: decides which connection tells of them. */
  client: ClientId | null
  subject: string
  type: string
  payload: unknown
  covers: readonly CommandRef[]
  /** The command that it is told by. */
  closing: CommandRef
}
export type CommandRef = { device: DeviceId; epoch: string; seq: number }

/** All that one batch writes, in one set-based statement, or nothing. */
export type Batch = {
  applied: readonly Applied[]
  messages: readonly MessageWrite[]
  /** Exceptions of no single command: a forked device, lost storage. */ notes: readonly ExceptionDraft[]
}

/** A receive that no ERP message covers yet. */
export type Uncovered = {
  command: CommandRef
  movements: readonly Movement[]
  /** What is known of the lots that it moved: the message tells their dates, whenever it is written. */
  lots: readonly Lot[]
}

export type Pusher = { device: DeviceId; epoch: string }

/** The numbers of a push, the versions of rosters and policies that its commands name, and what is needed to judge them. */
export type StandingOf = {
  numbers: readonly number[]
  rosters: readonly number[]
  policies: readonly number[]
  need: Need
}

/** What is known of the device that pushes, of the people who worked with it, and of all that its commands touch. */
export type Standing = {
  /** Neither revoked, nor frozen, nor said to be lost, now that the counter row is held. */
  isActive: boolean
  /** Where the device's epoch stands; lastSeq 0 and FIRST_HASH for a new one. `lastAt` = corrected time of the last command. */
  cursor: { lastSeq: number; lastHash: string; lastAt: string | null }
  /** Stored results and hashes of those numbers that were applied before, in their order. */
  archived: readonly (CommandResult & { hash: string })[]
  /** The worker by the roster of that version, and by the present one. */
  worker(id: WorkerId, roster: number): { then: Worker | null; now: Worker | null }
  /** Policies of that version; null = the present ones, or none that were ever here. */
  policy(version: number): PolicySet | null
  tables: Tables
}

/** The inside of the apply transaction: the warehouse's counter row is locked, everything earlier is visible. */
export interface ApplyTx {
  /** Asked once for a whole push, because the counter row is held meanwhile. */
  standing(of: StandingOf): Promise<Standing>
  /** Receipt commands of a document that no message covers, ones of this batch not among them. */
  uncovered(document: DocumentId): Promise<readonly Uncovered[]>
  /** Everything at once, then the variances of the rows that it has touched (renew-counts.ts). */
  write(batch: Batch): Promise<void>
  /** Moves the cursor behind a declared hole [from, to]; the next command may break the chain (hash ANY_HASH). */
  skipHole(to: number): Promise<void>
}

/** The inside of a transaction in which pushes of several handhelds go together; lists are in the order of the pushers. */
export interface GroupTx {
  /** Asked once for all. The tables are the same ones, of all that any of them needs. */
  standings(of: readonly StandingOf[]): Promise<readonly Standing[]>
  uncovered(document: DocumentId): Promise<readonly Uncovered[]>
  /** Everything of all at once, in one commit. */
  write(batches: readonly Batch[]): Promise<void>
}

export type Page = {
  feedEpoch: string
  head: number
  floor: number
  rows: readonly Row[]
  upTo: number
  more: boolean
  through: number
  acked: number
  durable: number | null
  /** Version of the catalogue's manifest. */
  catalogue: string
}

/** The server's store as the protocol sees it: SQL in server/store, memory in the simulator; one contract suite for both. */
export interface SyncStore {
  /**
   * One transaction that begins by raising the counter row of the warehouse. When `run` wrote nothing it is rolled back,
   * so that commit numbers stay dense. Retried as a whole on serialisation failures: `run` must be repeatable.
   */
  apply<T>(
    at: { warehouse: WarehouseId; device: DeviceId; epoch: string; now: string },
    run: (tx: ApplyTx) => Promise<T>,
  ): Promise<T>
  /**
   * The same for several handhelds, each named once, in one transaction and one commit: all of it or nothing. What comes
   * after one that failed is the caller's affair.
   */
  applyTogether<T>(
    at: { warehouse: WarehouseId; pushers: readonly Pusher[]; now: string },
    run: (tx: GroupTx) => Promise<T>,
  ): Promise<T>
  /** One transaction for a decision or an import page, under the same counter row. Nothing written = rolled back. */
  decide<T>(at: { warehouse: WarehouseId; now: string }, run: (tx: DecisionTx) => Promise<T>): Promise<T>
  /** Changes after `after`, cut between commits only, with `through`, `acked` and feed state from ONE snapshot. */
  page(at: {
    warehouse: WarehouseId
    device: DeviceId
    /** Who is logged in; what they count blind with another handheld is withheld from this one, too. */
    worker: WorkerId | null
    /** Places that the handheld counts blind without a task that is known here. */
    spots?: readonly Spot[]
    epoch: string
    after: number
    limit: number
    clients: readonly ClientId[] | null
    /** ISO day: deliveries that are due later than handhelds are to know (`receive.horizonDays`) are left out; missing = none. */
    today?: string
  }): Promise<Page>
  /**
   * These people have come to a handheld or left it: what they count blind with another one is written anew, so that this
   * one gets it as it may have it now. Takes no lock where that is nothing.
   */
  showCounted(at: {
    warehouse: WarehouseId
    device: DeviceId
    workers: readonly WorkerId[]
    now: string
  }): Promise<void>
  /** Rows of these places, and what else tells how much lies there, are written anew: a handheld wants them again. */
  showAnew(at: { warehouse: WarehouseId; spots: readonly Spot[]; now: string }): Promise<void>
  feed(warehouse: WarehouseId): Promise<{ epoch: string; seq: number; floor: number }>
  /**
   * Gives the feed a new epoch: the server was restored. `device`: by whose word, null = somebody knows. The word of one
   * handheld is taken once a day; false = it was not, and nothing has changed.
   */
  renewFeed(warehouse: WarehouseId, epoch: string, by: { device: DeviceId | null; now: string }): Promise<boolean>
  /** Every row at one commit, in pieces, from one repeatable-read snapshot. */
  snapshot(
    at: {
      warehouse: WarehouseId
      device: DeviceId
      worker: WorkerId | null
      spots?: readonly Spot[]
      clients: readonly ClientId[] | null
      today?: string
    },
    rows: (rows: readonly Row[]) => Promise<void>,
  ): Promise<{
    feedEpoch: string
    commit: number
    floor: number
    through: Record<string, number>
    acked: Record<string, number>
  }>
}

/** What a decision or an import writes: effects, and why, as JSON for the archive. */
export type Decision = {
  body: Record<string, unknown>
  effects: Effects
  messages?: readonly MessageWrite[]
  /** The ERP has it already (opening stock): what moves is not told. */
  silent?: boolean
  /** The document whose message tells of what it moves: a command that is judged once more. */
  awaits?: DocumentId | null
  /** Of counts that are posted: what was seen, when, and who approved it, by stock row. */
  adjustments?: readonly AdjustmentFacts[]
}

/** Answers of persons' decisions, kept with their effects: the same id again gets the same answer. */
export interface DecisionBook {
  find(ids: readonly string[]): Promise<ReadonlyMap<string, { hash: string; answer: DecisionAnswer }>>
  keep(
    decided: readonly (Pick<DecisionAsk, 'id'> & {
      kind:
        | DecisionAsk['kind']
        | 'exception.settle'
        | 'policy.change'
        | 'policy.restore'
        | 'lot.block'
        | 'lot.release'
        | 'stocktake.open'
        | 'stocktake.skip'
        | 'stocktake.close'
        | 'device.lost'
        | 'device.late'
        | WorkKind
      target: string
      hash: string
      answer: DecisionAnswer
      worker: WorkerId
      at: string
    })[],
  ): Promise<void>
}

/**
 * The inside of a decision's transaction. A decision is archived like a command, of the server's own device: epoch = feed
 * epoch, seq = commit number, so that its movements have a key as well.
 */
export interface DecisionTx {
  readonly feed: { epoch: string; seq: number }
  load(need: Need): Promise<Tables>
  /** Adds all stock rows and lots of these items to what `load` gives, for allocation. */
  loadStockOf(items: readonly ItemId[]): Promise<Tables>
  /** At most once per transaction. */
  write(decision: Decision): Promise<void>
  /**
   * Reserves by conditional update: each claim is granted only where on-hand − reserved − held still covers it. Returns the
   * lines as they were written, with the granted claims only. Call after `write` of the same lines.
   */
  reserve(wants: readonly { line: Line; claims: readonly Claim[] }[]): Promise<readonly Line[]>
  /** Counts in this transaction; what is put there is written, with or without a `write`. */
  readonly counts: CountBooks
  readonly decisions: DecisionBook
  /** Receipt commands of a document that no message covers. */
  uncovered(document: DocumentId): Promise<readonly Uncovered[]>
}
