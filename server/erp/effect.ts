import { linesOf } from './operation.ts'
import type { OperationBody } from './operation.ts'
import { baseOf } from './quantity.ts'

/** One figure of the ERP: an item at one of its locations under one lot, or the number of one unit ('' = none). */
export type StockAt = { item: string; location: string; lot: string }
/** Whole base units; NaN where the ERP's unit gives no whole ones. */
export type Effect = StockAt & { n: number }

export const stockText = ({ item, location, lot }: StockAt): string => `${item}|${location}|${lot}`

/** What ERPs keep as the lot: the number of the one unit, where it has one. */
export const numberOf = ({ lot, serial }: { lot: string; serial: string }): string => (serial === '' ? lot : serial)

/** What one operation does to the stock of the ERP, by figure. `main`: the location that nothing said means. */
export const effectsOf = (op: OperationBody, main: string): readonly Effect[] => {
  const sums = new Map<string, Effect>()
  const add = (item: string, location: string | null, lot: string, n: number): void => {
    const at = { item, location: location ?? main, lot }
    const text = stockText(at)
    sums.set(text, { ...at, n: (sums.get(text)?.n ?? 0) + n })
  }
  const units = (qty: Parameters<typeof baseOf>[0]): number => baseOf(qty) ?? Number.NaN
  if (op.type === 'transfer')
    for (const line of op.lines) {
      add(line.item, line.from, numberOf(line), -units(line.qty))
      add(line.item, line.to, numberOf(line), units(line.qty))
    }
  else if (op.type === 'adjustment') add(op.line.item, op.line.location, numberOf(op.line), op.delta)
  else
    for (const line of linesOf(op))
      add(line.item, line.location, numberOf(line), (op.type === 'shipment' ? -1 : 1) * units(line.qty))
  return [...sums.values()]
}
