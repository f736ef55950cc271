import * as v from 'valibot'

/**
 * A quantity as it crosses the port: `n` of a unit that is exactly `num / den` base units. Never a float: "2.5 kg" is
 * { n: 25, num: 1, den: 10 }, "2 cases of 12" is { n: 2, num: 12, den: 1 }.
 */
export type Qty = { n: number; num: number; den: number }

const whole = v.pipe(v.number(), v.safeInteger())
const atLeastOne = v.pipe(whole, v.minValue(1))
export const ratioSchema = v.object({ num: atLeastOne, den: atLeastOne })
export type Ratio = v.InferOutput<typeof ratioSchema>
export const qtySchema = v.object({ n: whole, num: atLeastOne, den: atLeastOne })

export const ONE: Ratio = { num: 1, den: 1 }
/** Whole base units. */
export const baseQty = (n: number): Qty => ({ n, num: 1, den: 1 })

/** Whole base units; null where the quantity is a fraction of one, or too large to be exact. */
export const baseOf = ({ n, num, den }: Qty): number | null => {
  const product = n * num
  if (!Number.isSafeInteger(product) || product % den !== 0) return null
  // -0 would be another value than 0 to a strict comparison.
  return product / den || 0
}

/** An amount in base units as a number, fractions included: for showing and for comparing, never for booking. */
export const amountOf = ({ n, num, den }: Qty): number => (n * num) / den

const DECIMAL = /^([+-]?)(\d{1,15})(?:\.(\d{1,12}))?$/

/**
 * Decimal text of `unit` (exact ratio to the base unit) as a Qty; null where it is no decimal number or not exact in whole
 * safe numbers. ERPs that speak in floats give `String(value)`: the shortest text that reads back as the same float.
 */
export const decimalQty = (text: string, unit: Ratio = ONE): Qty | null => {
  const parts = DECIMAL.exec(text.trim())
  if (parts === null) return null
  const fraction = (parts[3] ?? '').replace(/0+$/, '')
  const n = Number(`${parts[1] === '-' ? '-' : ''}${parts[2] ?? ''}${fraction}`)
  const den = unit.den * 10 ** fraction.length
  return Number.isSafeInteger(n) && Number.isSafeInteger(den) ? { n: n || 0, num: unit.num, den } : null
}

/** Both together; null where the sum cannot be said exactly. */
export const sumOfQty = (a: Qty, b: Qty): Qty | null => {
  if (a.num === b.num && a.den === b.den) return Number.isSafeInteger(a.n + b.n) ? { ...a, n: a.n + b.n } : null
  const n = a.n * a.num * b.den + b.n * b.num * a.den
  const den = a.den * b.den
  return Number.isSafeInteger(n) && Number.isSafeInteger(den) ? { n, num: 1, den } : null
}

const MAX_TERM = 10_000

/**
 * A factor that an ERP gives as decimal text ("12", "0.5", "0.083333333333") as the small exact ratio that it surely means:
 * the two must agree to the last digit given. Null = no small ratio, a person has to say what is meant.
 */
export const ratioOf = (text: string): Ratio | null => {
  const given = decimalQty(text)
  if (given === null || given.n <= 0) return null
  const value = given.n / given.den
  const digits = Math.log10(given.den)
  for (let den = 1; den <= MAX_TERM; den += 1) {
    const num = Math.round(value * den)
    if (num < 1 || !Number.isSafeInteger(num)) continue
    const exact = num * given.den === given.n * den
    // A repeating fraction is cut or rounded in its last digit; fewer than six digits are too few to guess from.
    const meant = digits >= 6 && den <= 1000 && Math.abs(num / den - value) <= 1 / given.den
    if (exact || meant) return { num, den }
  }
  return null
}
