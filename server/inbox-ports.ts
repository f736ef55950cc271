import type { Worker } from '../shared/catalogue.ts'
import type { ExceptionKind } from '../shared/exception.ts'
import type { EXCEPTION_STATES } from '../shared/exception-choices.ts'
import type { Variance, VarianceId } from '../shared/count/variance.ts'
import type { VarianceState } from '../shared/count/life.ts'
import type { ClientId, DeviceId, ItemId, LocationId, WarehouseId, WorkerId } from '../shared/ids.ts'
import type { CommandKey } from '../shared/sync/command.ts'
import type { DecisionAnswer } from '../shared/sync/decision.ts'
import type { OwnAsk, Owned } from '../shared/desk/exceptions.ts'
import type { SettleAsk } from '../shared/sync/settle.ts'
import type { InboxRow, Settlement } from './sync/settle-exceptions.ts'

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
  /** Of each of these variances those that may be the other end of a move. */
  opposites(
    seen: Pick<Wanted<VarianceKey>, 'warehouse' | 'device' | 'worker'>,
    ids: readonly VarianceId[],
  ): Promise<ReadonlyMap<VarianceId, readonly Variance[]>>
  /** Of each of these variances the earlier counts of its row, the newest first. */
  pastCounts(
    warehouse: WarehouseId,
    ids: readonly VarianceId[],
  ): Promise<ReadonlyMap<VarianceId, readonly { at: string; delta: number }[]>>
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
  /** Each by itself, with one entry of the audit log; under a commit number of its own, so that the doorbell rings. */
  own(
    at: { warehouse: WarehouseId; now: string },
    who: Worker,
    owner: Worker | null,
    ask: OwnAsk,
  ): Promise<Owned['results']>
}

export type ExceptionKey = { openedAt: string; id: string }
export type InboxEntry = InboxRow & {
  subject: string
  openedAt: string
  closedAt: string | null
  /** Who brought it about. */
  workers: readonly WorkerId[]
  settled: Settlement | null
  owner: WorkerId | null
}
