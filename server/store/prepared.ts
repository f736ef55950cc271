/**
 * Names for statements that come again and again on one connection: PostgreSQL then parses and plans their text once and
 * not at every use. For the apply statement planning costs a third of the whole on PostgreSQL and two thirds on PGlite.
 */
export type PreparedNames = {
  /** The name to run this text under, or null: not often enough yet. `stale` is an earlier name of the same text. */
  of(text: string): { name: string; stale: string | null } | null
}

/** A text that came once or twice is not worth a plan that is kept. */
const FROM_USE = 3
/**
 * A kept plan belongs to the sizes that the tables had. PostgreSQL makes it anew after an ANALYZE, which PGlite never
 * runs by itself; so it is made anew after so many uses on both.
 */
const USES_OF_A_PLAN = 1000
/** All texts of the server are written down in its files: more than this means that one is built from values. */
const MAX_TEXTS = 500

export const makePreparedNames = (): PreparedNames => {
  const known = new Map<string, { n: number; uses: number }>()
  return {
    of: text => {
      const entry = known.get(text) ?? { n: known.size, uses: 0 }
      if (entry.uses === 0) {
        if (known.size >= MAX_TEXTS) return null
        known.set(text, entry)
      }
      entry.uses += 1
      if (entry.uses < FROM_USE) return null
      const plan = Math.floor((entry.uses - FROM_USE) / USES_OF_A_PLAN)
      const isNew = (entry.uses - FROM_USE) % USES_OF_A_PLAN === 0
      return { name: `s${entry.n}_${plan}`, stale: isNew && plan > 0 ? `s${entry.n}_${plan - 1}` : null }
    },
  }
}
