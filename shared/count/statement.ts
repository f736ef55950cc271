import { msOf } from '../time.ts'
import { isSamePoint, orderOf } from './point.ts'
import type { RowBook } from './row-book.ts'
import type { Seen, Variance } from './variance.ts'

export type Statement = { statement: Seen; unsure: boolean }

/**
 * The statement that counts for a row: of those that stand, the one with the later point. Where the clocks cannot tell, the
 * nominal times do, and it is `unsure`. Statements that a settled variance was made of, or that are older, are spent.
 */
export const statementOf = ({ seen, open, settled }: Pick<RowBook, 'seen' | 'open' | 'settled'>): Statement | null => {
  const [first, ...rest] = seen.filter(one => !one.takenBack && !isSpent(one, settled, open))
  return first === undefined ? null : rest.reduce(laterOf, { statement: first, unsure: false })
}

const laterOf = (best: Statement, one: Seen): Statement => {
  const { statement } = best
  const order = orderOf(one.point, statement.point)
  const isLater = order === 'after' || (order === 'unknown' && msOf(one.point.at) >= msOf(statement.point.at))
  const unsure = best.unsure || (order === 'unknown' && one.count !== statement.count)
  return { statement: isLater ? one : statement, unsure }
}

const isSpent = ({ point }: Seen, settled: Variance | null, open: Variance | null): boolean => {
  if (settled === null) return false
  if (isSamePoint(point, settled.point)) return true
  if (open !== null && isSamePoint(point, open.point)) return false
  return point.commit <= settled.point.commit || orderOf(point, settled.point) === 'before'
}
