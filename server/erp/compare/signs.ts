import type { Ratio } from '../quantity.ts'
import type { MessageEvidence, MoveEvidence } from './verdict.ts'

/** Not finished: the ERP may have it already. */
export const UNDER_WAY: ReadonlySet<string> = new Set(['preparing', 'posting', 'unknown'])

/** We believe it posted, and the ERP says otherwise. */
export const isLost = ({ state, found }: MessageEvidence): boolean =>
  state === 'posted' && found !== null && found !== 'posted' && found !== 'many'

/** The ERP is not told of it. */
export const isUntold = ({ state }: MessageEvidence): boolean => state === 'skipped' || state === 'rehearsed'

export const movesOf = (
  moves: readonly MoveEvidence[],
  { key }: Pick<MessageEvidence, 'key'>,
): readonly MoveEvidence[] => moves.filter(move => move.key === key)

/** What people over there have moved. */
export const byHand = (moves: readonly MoveEvidence[]): readonly MoveEvidence[] =>
  moves.filter(move => move.key === null)

/** Whether one figure is the other in another known unit. */
export const ratioIn =
  (ratios: readonly Ratio[]) =>
  (a: number, b: number): boolean =>
    a !== b && b !== 0 && a !== 0 && ratios.some(r => a * r.den === b * r.num || a * r.num === b * r.den)
