import type { ClientId, DeviceId, WarehouseId, WorkerId } from '../shared/ids.ts'
import type { TableName, TableRow } from '../shared/desk/kpi-tables.ts'
import type { Measure, SumRow } from '../shared/kpi/day-rows.ts'

/** Which facts a figure is made of. Days are those of the time zone, both included. */
export type KpiScope = {
  warehouse: WarehouseId
  /** Null = all, and facts that name no client. */
  clients: readonly ClientId[] | null
  /** Null = all; else what has no zone (orders, messages, comparisons) is left out. */
  zone: string | null
  from: string
  to: string
  timeZone: string
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
  ): Promise<{
    cursor: number
    madeAt: string | null
    restated: readonly string[]
    silent: number
    /** By which parts of figures are named. */
    connections: readonly { id: string; name: string }[]
  }>
  /** The oldest first. `device`, `worker`: what they count blind is left out. `now` null = nothing that is still open. */
  rows(
    table: TableName,
    scope: KpiScope & { device: DeviceId | null; worker: WorkerId | null; now: string | null },
    page: { after: KpiKey | null; limit: number },
  ): Promise<readonly { key: KpiKey; row: TableRow }[]>
}
