/** So many wrong PINs of one person on one handheld, and so long a rest after them. */
export const TRIES_MAX = 5
export const LOCK_MS = 300_000

/** Kept beside the queue: tries in a row, and what is left of the rest as the wall clock stood at `at`. */
export type Tries = { wrong: number; left: number; at: number }
/** As this start of the page knows them: from here on only the monotonic clock counts, which nobody sets. */
export type LiveTries = Tries & { mono: number }
export type Clocks = { wall: number; mono: number }

const NONE: Tries = { wrong: 0, left: 0, at: 0 }

/**
 * What an earlier start has kept. The wall clock says how long the page was closed; one that was set back says nothing, so
 * the rest is neither shorter nor longer than it was.
 */
export const revive = (kept: Tries | null, now: Clocks): LiveTries => {
  const { wrong, left, at } = kept ?? NONE
  return { wrong, left: Math.max(0, left - Math.max(0, now.wall - at)), at: now.wall, mono: now.mono }
}

/** Ms until the next try; 0 = now. */
export const restOf = ({ left, mono }: LiveTries, now: Clocks): number => Math.max(0, left - (now.mono - mono))

/** One try more, counted before it is looked at: a page that is closed meanwhile has used it up. After a rest it is the first. */
export const tried = (held: LiveTries, now: Clocks): LiveTries => {
  const wrong = (held.wrong >= TRIES_MAX ? 0 : held.wrong) + 1
  return { wrong, left: wrong >= TRIES_MAX ? LOCK_MS : 0, at: now.wall, mono: now.mono }
}
