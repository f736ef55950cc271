export type Figure = { bench: string; value: number; unit: string; reference: number; ratio: number }

/** Prints rows as a table, then the one JSON line that tools read. `ratio` = value ÷ reference of the same run. */
export const report = (rows: readonly Record<string, string | number>[], figure: Omit<Figure, 'ratio'>): void => {
  console.table(rows)
  const ratio = figure.reference === 0 ? 0 : figure.value / figure.reference
  console.log(
    JSON.stringify({ ...figure, value: round(figure.value), reference: round(figure.reference), ratio: round(ratio) }),
  )
}

const round = (value: number): number => Math.round(value * 1000) / 1000

export const percentile = (values: readonly number[], p: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0
}
