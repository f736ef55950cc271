import { decimalQty, ratioOf } from './quantity.ts'
import type { Qty, Ratio } from './quantity.ts'

/** Frappe keeps quantities as decimals of at most nine digits, given as floats; the shortest text that reads back is meant. */
export const quantityOf = (value: number, unit?: Ratio): Qty | null =>
  decimalQty(String(Math.round(value * 1e9) / 1e9), unit)

/** How many of the item's own unit are in one; null = by no small ratio. */
export const factorOf = (factor: number): Ratio | null => ratioOf(String(Math.round(factor * 1e9) / 1e9))
