import type { DevicesAnswer } from '../../../shared/desk/view.ts'

type Row = Pick<DevicesAnswer['rows'][number], 'number' | 'state' | 'worker' | 'seenAt'>

/** Handhelds tell of themselves every half minute; one that was put away a while ago is nobody's second one. */
const AT_ONCE_MS = 180_000

/** Numbers of the other handhelds on which the same person is logged in at the same time: a badge that was lent or copied, or a log-out that was forgotten. */
export const alsoOn = (row: Row, rows: readonly Row[], asOf: string): readonly number[] => {
  const isAtWork = ({ state, worker, seenAt }: Row): boolean =>
    state === 'active' && worker !== null && seenAt !== null && Date.parse(asOf) - Date.parse(seenAt) <= AT_ONCE_MS
  if (!isAtWork(row)) return []
  return rows
    .filter(other => other.number !== row.number && other.worker === row.worker && isAtWork(other))
    .map(other => other.number)
    .toSorted((a, b) => a - b)
}
