import type { StockRow } from './connector.ts'
import { stockText } from './effect.ts'
import { ErpError } from './erp-error.ts'
import { sumOfQty } from './quantity.ts'

/** Stock as the port wants it: one row for each item, location and lot, however many there are over there. */
export const makeStockSums = () => {
  const sums = new Map<string, StockRow>()
  return {
    add: (row: StockRow): void => {
      const before = sums.get(stockText(row))
      const quantity = before === undefined ? row.quantity : sumOfQty(before.quantity, row.quantity)
      if (quantity === null) throw new ErpError('config', `the stock of ${row.item} is no exact figure`)
      sums.set(stockText(row), { ...row, expiry: before?.expiry ?? row.expiry, quantity })
    },
    rows: (): readonly StockRow[] => [...sums.values()],
  }
}
