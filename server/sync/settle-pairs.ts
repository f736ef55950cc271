import { after } from '../../shared/count/life.ts'
import { isPair } from '../../shared/count/opposite.ts'
import type { Flag, Variance } from '../../shared/count/variance.ts'
import type { CountBooks } from './count-books.ts'

export type Approved = {
  /** Each is an adjustment. */
  alone: readonly Variance[]
  /** Each two are one move. */
  pairs: readonly (readonly [Variance, Variance])[]
  /** Approved as a move, and the other end has changed since. */
  broken: readonly Variance[]
}

/** Approvals whose time has come, by what they post as. */
export const approvedAs = async (counts: CountBooks, approved: readonly Variance[]): Promise<Approved> => {
  const alone = approved.filter(v => !v.pair)
  const paired = approved.filter(v => v.pair)
  const ends = new Map(paired.map(v => [v.id, v]))
  const absent = paired.flatMap(({ pair }) => (pair && !ends.has(pair) ? [pair] : []))
  const rounds = absent.length === 0 ? null : await counts.rounds(absent)
  const pairs: [Variance, Variance][] = []
  const broken: Variance[] = []
  for (const v of paired) {
    const other = v.pair ? (ends.get(v.pair) ?? rounds?.get(v.pair)?.open ?? null) : null
    if (!isPair(v, other)) broken.push(v)
    // The one that is met first names both.
    else if (!pairs.some(([, second]) => second.id === v.id)) pairs.push([v, other])
  }
  return { alone, pairs, broken }
}

/** Waits for a person again: what a move leaves of it, or all of it where the move has lost its other end. */
export const waitingAgain = (v: Variance, flags: readonly Flag[], now: string): Variance => {
  const { pair: _, ...rest } = v
  return {
    ...rest,
    state: after(v.state, 'undo'),
    version: v.version + 1,
    flags: [...new Set([...v.flags, ...flags])],
    effectiveAt: null,
    changedAt: now,
  }
}
