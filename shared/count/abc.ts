import type { ItemId } from '../ids.ts'
import type { AbcClass } from './limits.ts'

/** Of all movements: the busiest items that make 80 % of them are A, up to 95 % B, the rest C. */
const SHARE_A = 0.8
const SHARE_B = 0.95

/** Classes by how often items leave, not by how much of them: every movement is a chance to be wrong. */
export const abcOf = (moves: ReadonlyMap<ItemId, number>): ReadonlyMap<ItemId, AbcClass> => {
  const total = [...moves.values()].reduce((sum, n) => sum + n, 0)
  const busiest = [...moves].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const classes = new Map<ItemId, AbcClass>()
  let before = 0
  for (const [item, n] of busiest) {
    // The item that crosses a limit still belongs above it: one item that makes all movements is A.
    classes.set(item, n === 0 || before >= SHARE_B * total ? 'C' : before >= SHARE_A * total ? 'B' : 'A')
    before += n
  }
  return classes
}
