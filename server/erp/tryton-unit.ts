import * as v from 'valibot'
import { decimalQty, ratioOf } from './quantity.ts'
import type { Qty, Ratio } from './quantity.ts'
import { id, text } from './tryton-value.ts'

export const UNIT_FIELDS = ['name', 'symbol', 'category', 'factor', 'rate', 'digits'] as const
export const unitRow = v.object({
  id,
  name: text,
  symbol: text,
  category: id,
  factor: v.number(),
  rate: v.number(),
  digits: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(9)),
})
export type Unit = {
  id: number
  name: string
  symbol: string
  category: number
  /** How many of the category's reference unit it is, exactly; null = no small ratio. */
  ratio: Ratio | null
  digits: number
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
const reduced = (num: number, den: number): Ratio | null => {
  const divisor = gcd(num, den)
  return Number.isSafeInteger(num) && Number.isSafeInteger(den) ? { num: num / divisor, den: den / divisor } : null
}
const times = (a: Ratio, b: Ratio): Ratio | null => reduced(a.num * b.num, a.den * b.den)
const inverse = ({ num, den }: Ratio): Ratio => ({ num: den, den: num })

/** Of factor and rate one is exact and the other rounded: a case of 12 has 12 and 0.083333333333, a gram 0.001 and 1000. */
export const unitOf = ({ factor, rate, ...row }: v.InferOutput<typeof unitRow>): Unit => {
  const byFactor = ratioOf(String(factor))
  const byRate = ratioOf(String(rate))
  const whole = byRate === null || byRate.den !== 1 ? null : inverse(byRate)
  const exact = byFactor?.den === 1 ? byFactor : (whole ?? byFactor ?? (byRate === null ? null : inverse(byRate)))
  return { ...row, ratio: exact }
}

/**
 * Our base unit of an item that Tryton counts in `unit`: the smallest amount that it books there. Pieces are pieces; goods
 * counted in kilograms with two digits are counted by us in steps of 0.01 kg, so that every quantity is whole.
 */
export const baseName = (unit: Unit): string =>
  unit.digits === 0
    ? unit.name.slice(0, 20)
    : `${(10 ** -unit.digits).toFixed(unit.digits)} ${unit.symbol}`.slice(0, 20)

/** How many base units of an item counted in `own` one `unit` is; null = not exact, or another kind of unit. */
export const basesIn = (unit: Unit, own: Unit): Ratio | null => {
  if (unit.category !== own.category) return null
  const scale = { num: 10 ** own.digits, den: 1 }
  if (unit.id === own.id) return scale
  const between = unit.ratio === null || own.ratio === null ? null : times(unit.ratio, inverse(own.ratio))
  return between === null ? null : times(between, scale)
}

/** An amount of Tryton, a float in `unit`, as an exact quantity of the base unit of `own`. */
export const quantityIn = (amount: number, unit: Unit, own: Unit): Qty | null => {
  const ratio = basesIn(unit, own)
  // Sums of floats are off in the last places; what a unit's digits allow, and four more, can be meant.
  return ratio === null ? null : decimalQty(amount.toFixed(Math.min(9, unit.digits + 4)), ratio)
}

/** Whole base units as Tryton writes them in the item's own unit. */
export const amountOfBase = (bases: number, own: Unit): number => bases / 10 ** own.digits
