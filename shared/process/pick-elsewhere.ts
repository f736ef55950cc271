import type { Claim, Line } from '../catalogue.ts'
import { allocate } from '../ledger/reservation.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Stop } from './pick-lines.ts'
import { leavesFrom } from './shelf-life.ts'

/** Reservations that are made one after the other by one command: what one has taken is not free for the next. */
export type Elsewhere = {
  /** Up to `qty` of other stock rows for a line, by FEFO; rows that `fits` leaves out are passed by. */
  reserve(line: Line, qty: number, fits: (row: StockKey) => boolean): readonly Claim[]
}

/** `today` is the ISO day on which lots must still be good. */
export const elsewhere = (
  view: View,
  today: string,
  freed: readonly { key: StockKey; qty: number }[] = [],
): Elsewhere => {
  const taken = new Map<string, number>()
  const add = (key: StockKey, qty: number): void =>
    void taken.set(stockKeyText(key), (taken.get(stockKeyText(key)) ?? 0) + qty)
  for (const { key, qty } of freed) add(key, -qty)
  return {
    reserve: (line, qty, fits) => {
      const item = view.item(line.item)
      if (item === undefined || qty <= 0) return []
      const claims = allocate({
        item,
        qty,
        rows: view
          .stockOf(line.client, line.item)
          .filter(fits)
          .map(row => ({ ...row, reserved: row.reserved + (taken.get(stockKeyText(row)) ?? 0) })),
        lot: row => view.lot(row.client, row.item, row.lot),
        location: row => view.location(row.location),
        notExpiringBefore: leavesFrom(view.policies, item, today),
      })
      for (const claim of claims) add(keyOf({ ...claim, client: line.client, item: line.item }), claim.qty)
      return claims
    },
  }
}

const ALL = Number.MAX_SAFE_INTEGER
/** As many as there are number keys. */
const TILES = 9

/** Places that have free goods of the stop's item, the best first: advice from this handheld's copy. */
export const placesToChoose = ({ line, claim }: Stop, view: View, today: string): readonly Claim[] => {
  const row = stockKeyText({ ...claim, client: line.client, item: line.item })
  return elsewhere(view, today)
    .reserve(line, ALL, other => stockKeyText(other) !== row)
    .slice(0, TILES)
}
