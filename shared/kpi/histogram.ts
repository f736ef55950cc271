/** How often each whole number occurs, sorted by the number. Histograms of parts add up to that of the whole; percentiles do not. */
export type Histogram = readonly (readonly [value: number, n: number])[]

export const sizeOf = (histogram: Histogram): number => histogram.reduce((sum, [, n]) => sum + n, 0)

export const histogramOf = (counted: Iterable<readonly [number, number]>): Histogram => {
  const counts = new Map<number, number>()
  for (const [value, n] of counted) counts.set(value, (counts.get(value) ?? 0) + n)
  return [...counts].filter(([, n]) => n > 0).sort(([a], [b]) => a - b)
}

/** Nearest rank: of the n values in ascending order the ⌈p/100 × n⌉-th. Null = there is no value. */
export const nearestRank = (histogram: Histogram, percent: number): number | null => {
  const rank = Math.ceil((percent * sizeOf(histogram)) / 100)
  let passed = 0
  for (const [value, n] of histogram) {
    passed += n
    if (passed >= rank) return value
  }
  return null
}

/** Whole seconds, rounded down: that keeps the order, so the percentile of the seconds is the second of the percentile. */
export const secondsBetween = (fromMs: number, toMs: number): number => Math.max(0, Math.floor((toMs - fromMs) / 1000))

/** num × scale ÷ den, rounded half up, without a fraction on the way. Null where there is nothing to divide by. */
export const quotient = (num: number, den: number, scale: number): number | null => {
  if (den <= 0) return null
  const [n, d] = [BigInt(num) * BigInt(scale), BigInt(den)]
  return Number((2n * n + d) / (2n * d))
}
