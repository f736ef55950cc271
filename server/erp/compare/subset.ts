/** From so many rows on only all of them together are tried. */
const EXACT = 12

export const total = (rows: readonly { n: number }[]): number => rows.reduce((sum, row) => sum + row.n, 0)

/** Rows that give exactly this figure, all of them where they do; null = none do. */
export const subsetOf = <T extends { n: number }>(all: readonly T[], wanted: number): readonly T[] | null => {
  const rows = all.filter(row => row.n !== 0)
  if (rows.length === 0 || wanted === 0) return null
  if (total(rows) === wanted) return rows
  if (rows.length > EXACT) return null
  for (let chosen = 1; chosen < 2 ** rows.length; chosen += 1) {
    const some = rows.filter((_, i) => (chosen & (1 << i)) !== 0)
    if (total(some) === wanted) return some
  }
  return null
}
