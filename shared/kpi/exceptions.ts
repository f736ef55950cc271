import type { ExceptionKind } from '../exception.ts'
import type { ExceptionLimits } from '../exception-limits.ts'
import { msOf } from '../time.ts'
import { makeTally, within } from './day-rows.ts'
import type { DayRow, Range, Where } from './day-rows.ts'
import { secondsBetween } from './histogram.ts'

export type ExceptionFact = Where & { kind: ExceptionKind; openedAt: string; closedAt: string | null }

const MINUTE_S = 60

/**
 * Opened on the day on which they came up; age and lateness on the day on which they were closed, by the limits that hold
 * when the day is folded.
 */
export const exceptionRows = (
  facts: readonly ExceptionFact[],
  range: Range,
  limits: ExceptionLimits,
): readonly DayRow[] => {
  const tally = makeTally()
  for (const fact of facts) {
    const [opened, closed] = [msOf(fact.openedAt), fact.closedAt === null ? null : msOf(fact.closedAt)]
    if (within(opened, range)) tally.count('exception.opened', fact, 1, fact.kind)
    if (closed === null || !within(closed, range)) continue
    const age = secondsBetween(opened, closed)
    tally.count('exception.closed', fact, 1, fact.kind)
    tally.value('exception.age', fact, age)
    if (age > limits(fact.kind).minutes * MINUTE_S) tally.count('exception.late', fact, 1, fact.kind)
  }
  return tally.rows()
}

/** What is open now counts with its present age. */
export const openExceptionRows = (
  facts: readonly ExceptionFact[],
  now: number,
  limits: ExceptionLimits,
): readonly DayRow[] => {
  const tally = makeTally()
  for (const fact of facts) {
    const age = secondsBetween(msOf(fact.openedAt), now)
    tally.count('exception.open', fact, 1, fact.kind)
    tally.value('exception.age', fact, age)
    if (age > limits(fact.kind).minutes * MINUTE_S) tally.count('exception.late', fact, 1, fact.kind)
  }
  return tally.rows()
}
