import { sql } from 'kysely'
import type { Movement } from '../../shared/ledger/stock.ts'

/** A movement `m` with its client `c`, item `i` and places `f` and `t`, as it comes out of the database. */
export const MOVEMENT = sql`c.uid as client, i.uid as item, m.lot, m.serial, f.uid as from_location, m.from_lpn, m.from_status,
  t.uid as to_location, m.to_lpn, m.to_status, m.qty, m.taken_at, m.at, m.unc`

export type MovementRow = {
  client: Movement['client']
  item: Movement['item']
  lot: string
  serial: string
  from_location: Movement['from']['location']
  from_lpn: Movement['from']['lpn']
  from_status: Movement['from']['status']
  to_location: Movement['to']['location']
  to_lpn: Movement['to']['lpn']
  to_status: Movement['to']['status']
  qty: number
  taken_at: Date
  at: Date
  unc: number | null
}

export const movementOf = (row: MovementRow): Movement => ({
  client: row.client,
  item: row.item,
  lot: row.lot,
  serial: row.serial,
  from: { location: row.from_location, lpn: row.from_lpn, status: row.from_status },
  to: { location: row.to_location, lpn: row.to_lpn, status: row.to_status },
  qty: row.qty,
  takenAt: row.taken_at.toISOString(),
  at: row.at.toISOString(),
  unc: row.unc,
})
