import type { ExceptionKind } from '../exception.ts'
import { msOf } from '../time.ts'
import { makeTally, within } from './day-rows.ts'
import type { DayRow, Range, Where } from './day-rows.ts'
import { secondsBetween } from './histogram.ts'

export type ExceptionFact = Where & { kind: ExceptionKind; openedAt: string; closedAt: string | null }

const MINUTE_S = 60
const HOUR_S = 3600
/** Seconds after which an open exception is late, by its kind. */
export const LATE_AFTER_S: Readonly<Record<ExceptionKind, number>> = {
  asn_difference: 4 * HOUR_S,
  over_receipt: 4 * HOUR_S,
  unexpected_item: 4 * HOUR_S,
  late_line: 4 * HOUR_S,
  short_life: 4 * HOUR_S,
  lot_date: 4 * HOUR_S,
  lot_blocked: 30 * MINUTE_S,
  unknown_code: 30 * MINUTE_S,
  help_wanted: 10 * MINUTE_S,
  negative_stock: HOUR_S,
  serial_twice: HOUR_S,
  picked_twice: 30 * MINUTE_S,
  over_pick: 30 * MINUTE_S,
  wrong_lot: 30 * MINUTE_S,
  lot_swapped_late: 30 * MINUTE_S,
  fefo_broken: 30 * MINUTE_S,
  not_available: 30 * MINUTE_S,
  reservation_broken: 30 * MINUTE_S,
  tote_conflict: 30 * MINUTE_S,
  forbidden_place: HOUR_S,
  not_in_order: 30 * MINUTE_S,
  late_after_count: HOUR_S,
  order_unknown: HOUR_S,
  moved_twice: HOUR_S,
  lpn_elsewhere: HOUR_S,
  over_return: 4 * HOUR_S,
  wrong_serial_returned: 4 * HOUR_S,
  not_shipped: 4 * HOUR_S,
  scrap_pending: 24 * HOUR_S,
  undo_late: 4 * HOUR_S,
  count_variance: HOUR_S,
  pack_mismatch: 30 * MINUTE_S,
  device_silent: 30 * MINUTE_S,
  order_cancelled: 30 * MINUTE_S,
  order_changed: 30 * MINUTE_S,
  short_pick: 15 * MINUTE_S,
  other_client: 4 * HOUR_S,
  role_missing: 4 * HOUR_S,
  lease_lost: 4 * HOUR_S,
  quarantined: HOUR_S,
  storage_lost: 30 * MINUTE_S,
  movements_missing: 30 * MINUTE_S,
  rescued: HOUR_S,
  device_lost: 4 * HOUR_S,
  device_forked: 30 * MINUTE_S,
  clock_wrong: 30 * MINUTE_S,
}

/** Opened on the day on which they came up; age and lateness on the day on which they were closed. */
export const exceptionRows = (facts: readonly ExceptionFact[], range: Range): readonly DayRow[] => {
  const tally = makeTally()
  for (const fact of facts) {
    const [opened, closed] = [msOf(fact.openedAt), fact.closedAt === null ? null : msOf(fact.closedAt)]
    if (within(opened, range)) tally.count('exception.opened', fact, 1, fact.kind)
    if (closed === null || !within(closed, range)) continue
    const age = secondsBetween(opened, closed)
    tally.count('exception.closed', fact, 1, fact.kind)
    tally.value('exception.age', fact, age)
    if (age > LATE_AFTER_S[fact.kind]) tally.count('exception.late', fact, 1, fact.kind)
  }
  return tally.rows()
}

/** What is open now counts with its present age. */
export const openExceptionRows = (facts: readonly ExceptionFact[], now: number): readonly DayRow[] => {
  const tally = makeTally()
  for (const fact of facts) {
    const age = secondsBetween(msOf(fact.openedAt), now)
    tally.count('exception.open', fact, 1, fact.kind)
    tally.value('exception.age', fact, age)
    if (age > LATE_AFTER_S[fact.kind]) tally.count('exception.late', fact, 1, fact.kind)
  }
  return tally.rows()
}
