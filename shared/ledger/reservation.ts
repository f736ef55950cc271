import type { Claim, Item, Location, Lot } from '../catalogue.ts'
import { available } from './stock.ts'
import type { StockRow } from './stock.ts'

/** What one line wants reserved, with all that decides where. `rows` are stock rows of the item and client only. */
export type Wish = {
  item: Item
  qty: number
  rows: readonly StockRow[]
  lot: (row: StockRow) => Lot | undefined
  location: (row: StockRow) => Location | undefined
  /** ISO day: lots that are used up before it are left alone (today + the days that must be left when goods leave). */
  notExpiringBefore: string
}

/** Places that orders are picked from. Docks, totes and the aside place hold goods that are on their way. */
const PICKED_FROM = new Set(['pickable', 'reserve'])

const LAST = '9999-12-31'
const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Where a line's goods shall come from: FEFO (expiry, then first receipt), else FIFO, then the fewest touches, then the
 * walking order (flows 4.1). Pure and stable; takes only what is free, so the sum may stay below `qty`.
 */
export const allocate = (wish: Wish): readonly Claim[] => {
  const free = wish.rows
    .filter(row => available(row) > 0 && usable(wish, row))
    .map(row => ({ row, lot: wish.lot(row), place: wish.location(row) }))
    .sort(
      (a, b) =>
        compare(a.lot?.expiry ?? LAST, b.lot?.expiry ?? LAST) ||
        compare(a.lot?.firstReceivedAt ?? '', b.lot?.firstReceivedAt ?? '') ||
        compare(Number(available(b.row) >= wish.qty), Number(available(a.row) >= wish.qty)) ||
        compare(Number(a.place?.kind !== 'pickable'), Number(b.place?.kind !== 'pickable')) ||
        compare(a.place?.sequence ?? 0, b.place?.sequence ?? 0) ||
        compare(a.row.location, b.row.location),
    )
  const claims: Claim[] = []
  let missing = wish.qty
  for (const { row } of free) {
    if (missing <= 0) break
    const qty = Math.min(missing, available(row))
    claims.push({ location: row.location, lpn: row.lpn, status: row.status, lot: row.lot, serial: row.serial, qty })
    missing -= qty
  }
  return claims
}

const usable = (wish: Wish, row: StockRow): boolean => {
  const place = wish.location(row)
  const lot = wish.lot(row)
  if (place === undefined || !place.active || !PICKED_FROM.has(place.kind)) return false
  if (lot?.blocked === true) return false
  return lot?.expiry === null || lot?.expiry === undefined || lot.expiry >= wish.notExpiringBefore
}
