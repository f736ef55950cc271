import type { ExceptionLimits } from '../../shared/exception-limits.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { countRows } from '../../shared/kpi/counts.ts'
import type { CountFact } from '../../shared/kpi/counts.ts'
import type { DayRow, Part, Range } from '../../shared/kpi/day-rows.ts'
import { exceptionRows } from '../../shared/kpi/exceptions.ts'
import type { ExceptionFact } from '../../shared/kpi/exceptions.ts'
import { messageRows, TRANSFER_LIMIT_MS } from '../../shared/kpi/messages.ts'
import type { MessageFact } from '../../shared/kpi/messages.ts'
import { orderRows } from '../../shared/kpi/orders.ts'
import type { OrderFact } from '../../shared/kpi/orders.ts'
import { standardMs } from '../../shared/kpi/standard.ts'
import type { WorkDay } from '../../shared/kpi/standard.ts'
import { MAX_GAP_MS, stepRows } from '../../shared/kpi/steps.ts'
import type { StepFact } from '../../shared/kpi/steps.ts'
import { dayOf, laterDay, msOf, startOfDay } from '../../shared/time.ts'

/** A part of a day whose facts have changed since it was folded. */
export type DuePart = { day: string; part: Part }

/** What the worker that prepares figures reads and writes. Facts come with every instant that lies in the range. */
export interface KpiWork {
  /**
   * Reads the next commits of the log: commands as steps, the instants of orders, and which parts of which days are due by
   * them. One transaction with its place in the log, so each commit is read once. True = there is more.
   */
  take(warehouse: WarehouseId): Promise<boolean>
  /** Parts of days that time alone, or a worker of the bridge, may have changed since the last call: they are due. True = there is more. */
  touch(at: { warehouse: WarehouseId; now: string }): Promise<boolean>
  due(warehouse: WarehouseId, limit: number): Promise<readonly DuePart[]>
  /** The zone whose days are folded: that of the last commits that were taken. */
  timeZone(warehouse: WarehouseId): Promise<string>
  /** In the order of their capture, from `before` ms ahead of the range. */
  steps(warehouse: WarehouseId, range: Range, before: number): Promise<readonly StepFact[]>
  orders(warehouse: WarehouseId, range: Range): Promise<readonly OrderFact[]>
  /** Posted in the range, or created in it or up to `before` ms ahead of it. */
  messages(warehouse: WarehouseId, range: Range, before: number): Promise<readonly MessageFact[]>
  counts(warehouse: WarehouseId, range: Range): Promise<readonly CountFact[]>
  exceptions(warehouse: WarehouseId, range: Range): Promise<readonly ExceptionFact[]>
  /** When an exception is late, by the policy of the moment. */
  limits(warehouse: WarehouseId): Promise<ExceptionLimits>
  /** The part is due no more. Rows that differ on a day that was over for two days mark the day as restated. */
  replace(
    at: { warehouse: WarehouseId; now: string; timeZone: string },
    due: DuePart,
    rows: readonly DayRow[],
  ): Promise<void>
  /** Processes without a standard, with the whole days on which they were worked, the first ones first. */
  baselines(at: {
    warehouse: WarehouseId
    now: string
    timeZone: string
  }): Promise<ReadonlyMap<string, readonly WorkDay[]>>
  /** Once for each process, for good. */
  setStandard(at: { warehouse: WarehouseId; now: string }, process: string, ms: number): Promise<void>
}

export type KpiDeps = {
  warehouses: () => Promise<readonly { id: WarehouseId }[]>
  kpi: KpiWork
  now: () => string
}

export const DAY_MS = 86_400_000
/** A round leaves the rest of a long history to the next one. */
const PARTS_AT_ONCE = 100

/** Folds what has come since the last round into rows of days. The round says whether there is more to do. */
export const makeKpiRound = (deps: KpiDeps): ((signal: AbortSignal) => Promise<boolean>) => {
  /** The day on which each warehouse was last asked for standards: a day is whole once the next one has begun. */
  const asked = new Map<WarehouseId, string>()
  return async signal => {
    let more = false
    for (const { id: warehouse } of await deps.warehouses()) {
      while (!signal.aborted && (await deps.kpi.take(warehouse)));
      if (signal.aborted) return false
      const now = deps.now()
      while (!signal.aborted && (await deps.kpi.touch({ warehouse, now })));
      const at = { warehouse, now, timeZone: await deps.kpi.timeZone(warehouse) }
      const due = await deps.kpi.due(warehouse, PARTS_AT_ONCE)
      for (const part of due) {
        if (signal.aborted) return false
        await deps.kpi.replace(at, part, await fold(deps.kpi, at, part))
      }
      const isAll = due.length < PARTS_AT_ONCE
      more ||= !isAll
      if (!isAll || asked.get(warehouse) === dayOf(now, at.timeZone)) continue
      await setStandards(deps.kpi, at)
      asked.set(warehouse, dayOf(now, at.timeZone))
    }
    return more
  }
}

type At = { warehouse: WarehouseId; now: string; timeZone: string }

const setStandards = async (kpi: KpiWork, at: At): Promise<void> => {
  for (const [process, days] of await kpi.baselines(at)) {
    const ms = standardMs(days)
    if (ms !== null) await kpi.setStandard(at, process, ms)
  }
}

const fold = async (
  kpi: KpiWork,
  { warehouse, now, timeZone }: At,
  { day, part }: DuePart,
): Promise<readonly DayRow[]> => {
  const [from, to] = [day, laterDay(day, 1)].map(one => msOf(startOfDay(one, timeZone))) as [number, number]
  const range = { from, to }
  switch (part) {
    case 'steps':
      return stepRows(await kpi.steps(warehouse, range, MAX_GAP_MS), range)
    case 'orders':
      return orderRows(await kpi.orders(warehouse, range), range, msOf(now))
    case 'messages':
      return messageRows(await kpi.messages(warehouse, range, TRANSFER_LIMIT_MS), range, msOf(now))
    case 'counts':
      return countRows(await kpi.counts(warehouse, range), range)
    case 'exceptions':
      return exceptionRows(await kpi.exceptions(warehouse, range), range, await kpi.limits(warehouse))
  }
}
