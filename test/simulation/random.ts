/** All randomness of a run: the same seed gives the same run, so a failing seed is a test. */
export type Dice = {
  /** 0 ≤ x < 1 */
  next(): number
  /** 0 … n − 1 */
  int(n: number): number
  chance(p: number): boolean
  pick<T>(list: readonly T[]): T
  bytes(n: number): Uint8Array
}

/** mulberry32: 32 bits of state, good enough to choose faults. */
export const makeDice = (seed: number): Dice => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (n: number): number => Math.floor(next() * n)
  return {
    next,
    int,
    chance: p => next() < p,
    pick: list => {
      const found = list[int(list.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    bytes: n => Uint8Array.from({ length: n }, () => int(256)),
  }
}
