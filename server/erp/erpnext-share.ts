import type { Goods } from './erpnext-goods.ts'
import type { Ratio } from './quantity.ts'

/** A line of an order that goods can go to: what is open of it, in pieces. */
export type OrderLine = { line: string; item: string; ratio: Ratio; open: number }
/** A part of a row of goods: `units` of an order's line, or pieces that go to none. */
export type Share = { goods: Goods; line: OrderLine | null; pieces: number; units: number; serials: readonly string[] }

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/**
 * Goods fill the order's lines one after the other. ERPNext takes a line's goods only in the unit of that line, rounds them to
 * three digits and refuses more than was ordered: so whole units up to what is open go to the line, and what is over or makes
 * no whole unit becomes a row of its own in pieces, which names the order only. The pieces are exact in any case.
 */
export const shareOut = (goods: readonly Goods[], lines: readonly OrderLine[]): Share[] => {
  const open = new Map(lines.map(line => [line.line, Math.max(0, Math.floor(line.open))]))
  return goods.flatMap(row => {
    const shares: Share[] = []
    let [left, serials] = [row.pieces, row.serials]
    const give = (line: OrderLine | null, pieces: number, units: number): void => {
      if (pieces <= 0) return
      // Where pieces are numbered each has its number.
      const some = serials.length > 0 ? serials.slice(0, pieces) : []
      shares.push({ goods: row, line, pieces, units, serials: some })
      serials = serials.slice(some.length)
      left -= pieces
    }
    const own = lines.filter(line =>
      row.orderLine !== null && lines.some(one => one.line === row.orderLine)
        ? line.line === row.orderLine
        : line.item === row.item,
    )
    for (const line of own) {
      const { num, den } = line.ratio
      const step = num / gcd(num, den)
      const pieces = Math.floor(Math.min(left, open.get(line.line) ?? 0) / step) * step
      open.set(line.line, (open.get(line.line) ?? 0) - pieces)
      give(line, pieces, (pieces * den) / num)
    }
    give(null, left, left)
    return shares
  })
}
