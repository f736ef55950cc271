import type { Roster, Task } from '../../shared/catalogue.ts'
import type { ItemWorth } from '../../shared/count/limits.ts'
import type { Leg } from '../../shared/count/point.ts'
import type { Seen, Variance, VarianceId } from '../../shared/count/variance.ts'
import type { Reporter } from '../../shared/count/watermark.ts'
import type { ExceptionKind } from '../../shared/exception.ts'
import type { ItemId, LocationId, TaskId, WarehouseId } from '../../shared/ids.ts'
import type { CountClose, ExceptionDraft } from '../../shared/ledger/effects.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import type { PolicySet } from '../../shared/policy.ts'
import type { CommandKey } from '../../shared/sync/command.ts'
import type { Spot } from '../../shared/sync/blind.ts'

/** What a row has had of variances: the pending one, and the newest that has come to an end. */
export type Rounds = {
  open: Variance | null
  settled: Variance | null
  last: { round: number; version: number }
}

/** The ledger of one row as far as a count needs it. */
export type RowLedger = {
  onHand: number
  reserved: number
  /** What the row's variance holds of it. */
  held: number
  /** Every leg from `since` on. */
  legs: readonly Leg[]
  /** An exception is open on the row, other than those of counts. */
  troubled: boolean
}

export type CountFacts = {
  policies: PolicySet
  roster: Roster | null
  tasks: ReadonlyMap<TaskId, Task>
  worth: ReadonlyMap<ItemId, ItemWorth>
  zones: ReadonlyMap<LocationId, string | null>
}

/** All that renewing variances writes, after the movements of the same transaction. */
export type CountWrites = {
  variances: readonly Variance[]
  /** Signed changes of what variances hold. */
  holds: readonly { owner: VarianceId; key: StockKey; qty: number }[]
  raise: readonly ExceptionDraft[]
  /** Open exceptions that have lost their cause. */
  close: readonly { kind: ExceptionKind; subject: string }[]
  tasks: readonly Task[]
  /** Places and items that have been counted, and when. */
  visits: readonly (Pick<CountClose, 'place' | 'item'> & { at: string })[]
}

export const NO_WRITES: CountWrites = { variances: [], holds: [], raise: [], close: [], tasks: [], visits: [] }

/**
 * The inside of a writing transaction as counts see it: the counter row is locked, and what the transaction has written so
 * far is visible. SQL in server/store, memory in the simulator.
 */
export interface CountBooks {
  readonly warehouse: WarehouseId
  readonly feed: { epoch: string; seq: number }
  /** What the server itself does in this commit is named after. */
  readonly self: CommandKey
  /** Keeps statements. */
  observe(seen: readonly Seen[]): Promise<void>
  /** Marks statements of these commands as taken back; gives those that there were. */
  takeBack(commands: readonly CommandKey[]): Promise<readonly Seen[]>
  rounds(ids: readonly VarianceId[]): Promise<ReadonlyMap<VarianceId, Rounds>>
  /** Pending variances of counts that are not finished. */
  unfinished(counts: readonly string[]): Promise<readonly Variance[]>
  /** Pending variances in one of these states, the oldest first. */
  pending(states: readonly Variance['state'][], limit: number): Promise<readonly Variance[]>
  /** Of each of these variances the pending ones that may be the other end of a move (`isOpposite`). */
  opposites(ids: readonly VarianceId[]): Promise<ReadonlyMap<VarianceId, readonly Variance[]>>
  /** Statements of a row that arrived in commit `from` or later, taken back ones too, in the order of their arrival. */
  seen(rows: readonly { key: StockKey; from: number }[]): Promise<readonly (readonly Seen[])[]>
  ledger(rows: readonly { id: VarianceId; key: StockKey; since: string }[]): Promise<readonly RowLedger[]>
  facts(need: {
    tasks: readonly TaskId[]
    items: readonly ItemId[]
    places: readonly LocationId[]
  }): Promise<CountFacts>
  /** Counts of these places that are not over. */
  openCounts(places: readonly LocationId[]): Promise<readonly Task[]>
  reporters(): Promise<readonly Reporter[]>
  /** Writes change rows of what lies there and of who has reserved it, as they are: a blind count begins or ends. */
  showAnew(spots: readonly Spot[]): Promise<void>
  /** Change rows of the same objects that this commit has written already are replaced: one for each object and commit. */
  put(writes: CountWrites): Promise<void>
}
