import type { ExpiringAnswer, PastAnswer, PastWish } from '../shared/desk/goods.ts'
import type { BOARD_PARTS, BoardAnswer, WorkAct } from '../shared/desk/work.ts'
import type { CallAct, LogAnswer } from '../shared/desk/calls.ts'
import type { LateAct, LateAnswer } from '../shared/desk/late.ts'
import type { Rescue } from '../shared/desk/rescue.ts'
import type { StrangersAnswer, StrangerState } from '../shared/desk/strangers.ts'
import type { LossAct, LossAnswer } from '../shared/desk/loss.ts'
import type { LotKey, LotsAnswer, RecallAnswer, RecallAsk, Trace } from '../shared/desk/recall.ts'
import type {
  Stocktake,
  StocktakeAct,
  StocktakeId,
  StocktakeReport,
  StocktakesAnswer,
} from '../shared/desk/stocktake.ts'
import type { LastMade, ScheduledQuery, Schedules } from '../shared/desk/schedules.ts'
import type { CallId, DeviceId, ScheduleId, WarehouseId, WorkerId } from '../shared/ids.ts'
import type { Call, CallKind } from '../shared/sync/calls.ts'
import type { DecisionAnswer } from '../shared/sync/decision.ts'
import type { AuditEntry, Page, Viewer } from './ports.ts'
import type { Roster, Worker } from '../shared/catalogue.ts'
import type { QuarantineReason, RefusalCode } from '../shared/exception.ts'
import type { Prepared } from './sync/prepare.ts'
import type { Broke } from './sync/reprocess.ts'
import type { RescueBook } from './sync/rescue.ts'

/** Lots that are called back. */
export interface RecallStore {
  /** Lots by number, SKU or name, at most a page of them. */
  lots(viewer: Viewer, q: string, limit: number): Promise<LotsAnswer['rows']>
  /** Null = the person may not see it, or there is no such lot anywhere. */
  lot(viewer: Viewer, lot: LotKey): Promise<RecallAnswer['lot'] | null>
  /** From one picture: what lies, came and went adds up. */
  /** `worker`: who asks; what they count blind is withheld, and every sum that would tell it. */
  trace(
    warehouse: WarehouseId,
    lot: LotKey,
    worker: WorkerId | null,
  ): Promise<Omit<Trace, 'warehouse' | 'warehouseName'>>
  /** One transaction under the warehouse's counter row. */
  decide(
    at: { warehouse: WarehouseId; now: string },
    who: WorkerId,
    ask: RecallAsk & { expectedVersion: number },
  ): Promise<DecisionAnswer>
  /** Blocks what has turned up of recalled lots; gives how many lots that was. Takes no lock where nothing has. */
  sweep(at: { warehouse: WarehouseId; now: string }): Promise<number>
}

/** As the books have it; what it means for the client is the route's to say. `minDaysOut`: of the item alone; the client may ask for more. */
export type ExpiringFound = Omit<ExpiringAnswer['rows'][number], 'daysLeft' | 'state'> & { minDaysOut: number | null }

/** Goods by date, and at a date. */
export interface GoodsStore {
  /** With a date up to `until` (a day), the first first. */
  expiring(viewer: Viewer, want: Page & { until: string }): Promise<{ rows: ExpiringFound[]; next: string | null }>
  /** The ledger before an instant, folded. */
  past(viewer: Viewer, want: Page & PastWish): Promise<PastAnswer>
}

/** Work as the desk sees and steers it. */
export interface DeskWorkStore {
  board(
    viewer: Viewer,
    want: Page & { part: (typeof BOARD_PARTS)[number]; q: string },
  ): Promise<Omit<BoardAnswer, 'asOf'>>
  /** One transaction under the warehouse's counter row. */
  decide(at: { warehouse: WarehouseId; now: string }, who: Worker, ask: WorkAct): Promise<DecisionAnswer>
}

/** Counts of the whole warehouse. */
export interface StocktakeStore {
  /** The newest first, and the zones that there are. */
  list(warehouse: WarehouseId, limit: number): Promise<StocktakesAnswer>
  /** From one picture: as it stands, or as it was closed; without what `worker` counts blind there just now. */
  read(
    warehouse: WarehouseId,
    id: StocktakeId,
    worker: WorkerId | null,
  ): Promise<{ stocktake: Stocktake; report: StocktakeReport } | null>
  /** One transaction under the warehouse's counter row. */
  decide(at: { warehouse: WarehouseId; now: string }, who: WorkerId, ask: StocktakeAct): Promise<DecisionAnswer>
}

/** Handhelds that are lost. */
export interface LossStore {
  /** From one picture; null = there is no such handheld in this warehouse. */
  read(warehouse: WarehouseId, device: DeviceId): Promise<LossAnswer | null>
  /** One transaction under the warehouse's counter row. */
  decide(at: { warehouse: WarehouseId; now: string }, who: WorkerId, ask: LossAct): Promise<DecisionAnswer>
}

/** Steps that handhelds bring after they were given up: kept until a person decides about each. */
export interface LateStore {
  /** Keeps each once; what was booked before is not kept again. Gives what is wrong with those that are new. */
  keep(
    at: { warehouse: WarehouseId; device: DeviceId; epoch: string; now: string },
    prepared: readonly Prepared[],
    hole: { to: number } | null,
  ): Promise<readonly (QuarantineReason | null)[]>
  /** From one picture, with what each would do; null = there is no such handheld in this warehouse. */
  read(warehouse: WarehouseId, device: DeviceId): Promise<LateAnswer | null>
  /** Each in a transaction of its own, under the warehouse's counter row, in their order. */
  decide(
    at: { warehouse: WarehouseId; now: string },
    who: Worker,
    act: LateAct,
    broke: Broke,
  ): Promise<readonly DecisionAnswer[] | null>
}

/** What comes through the rescue door. */
export interface RescueStore extends RescueBook {
  /** Keeps a part once; gives the text where with it all parts of its series are here. */
  keep(part: { series: string; n: number; parts: number; body: string; now: string }): Promise<string | null>
  /** What was rescued of a handheld, the latest first. */
  read(warehouse: WarehouseId, device: DeviceId): Promise<readonly Rescue[]>
  /** What was rescued of handhelds that are not known here. */
  strangers(warehouse: WarehouseId): Promise<StrangersAnswer>
  /** With its entry of the audit log; false = it does not wait any more. */
  settleStranger(
    at: { warehouse: WarehouseId; now: string; worker: WorkerId },
    decided: {
      series: string
      device: string
      state: Exclude<StrangerState, 'waits' | 'opened'>
      words: string
      to: DeviceId | null
    },
  ): Promise<boolean>
  /** All of a series; null where it is not whole here. */
  textOf(series: string): Promise<string | null>
}

/** What the desk wants of whoever has a handheld. */
export interface CallStore {
  /**
   * With its entry of the audit log, under a commit number of its own, so that the doorbell rings. `again`: it was sent
   * before, and nothing is written; `other`: another call has this id; `full`: so many wait there already; `gone`: no such
   * handheld that may still ask.
   */
  send(
    at: { warehouse: WarehouseId; now: string },
    who: WorkerId,
    call: CallAct,
  ): Promise<'sent' | 'again' | 'other' | 'full' | 'gone'>
  /** Notes what has come and what was answered, the first time of each, and gives the rest, the oldest first. */
  take(
    device: DeviceId,
    told: {
      got: readonly CallId[]
      read: readonly CallId[]
      worker: WorkerId | null
      now: string
      /** Calls of other kinds wait until the handheld knows them. */
      knows: readonly CallKind[]
    },
  ): Promise<readonly (Omit<Call, 'by'> & { worker: WorkerId })[]>
  /** Keeps what a handheld was asked for, answers that call, and forgets all but the newest; false = it was not asked. */
  keepLog(device: DeviceId, log: { call: CallId; text: string; now: string }): Promise<boolean>
  /** Null = there is none of this warehouse, or none any more. */
  log(warehouse: WarehouseId, call: CallId): Promise<LogAnswer | null>
}

export type EraseAsk = {
  warehouse: WarehouseId
  worker: WorkerId
  /** Of the roster that was seen. */
  expectedVersion: number
  entry: AuditEntry
  /** With the server's key: every version of the roster is signed anew. */
  sign: (roster: Roster) => { text: string; sig: string }
}
/** People who have left. */
export interface EraseStore {
  /** In one transaction: the name leaves every roster, the log-in names and the texts of the audit log. */
  erase(
    ask: EraseAsk,
  ): Promise<
    | { kind: 'done'; name: string; notes: number }
    | { kind: 'refused'; code: Extract<RefusalCode, 'not_found' | 'stale' | 'leased'> }
  >
}

/** A file that somebody has made every day. */
export type Schedule = {
  id: ScheduleId
  warehouse: WarehouseId
  owner: WorkerId
  name: string
  hour: number
  query: ScheduledQuery
}

/** Files of lists that are made by themselves. */
export interface ScheduleStore {
  list(of: Pick<Schedule, 'warehouse' | 'owner'>): Promise<Schedules['schedules']>
  /** With its entry of the audit log. `other`: somebody else's, or another warehouse's, has this id; `full`: no more are taken. */
  save(schedule: Schedule, nextAt: string, entry: AuditEntry): Promise<'saved' | 'other' | 'full'>
  /** With its entry of the audit log; false = there is none of theirs. */
  remove(schedule: Pick<Schedule, 'id' | 'warehouse' | 'owner'>, entry: AuditEntry): Promise<boolean>
  /** The one that is due for the longest time and that nobody is at, under a lease; `tries` with this one. */
  claim(at: { now: string; until: string; lease: string }): Promise<(Schedule & { tries: number }) | null>
  /** Writes nothing where somebody else has the lease, or the schedule was changed meanwhile. */
  finish(id: ScheduleId, lease: string, end: { last: LastMade; nextAt: string }): Promise<void>
}
