import { sql } from 'kysely'
import { watchDevices } from '../sync/watch-devices.ts'
import type { RaisedBefore, WatchBook, WatchedDevice } from '../sync/watch-devices.ts'
import type { WatchStore } from '../workers/watch.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'
import { ACKED, iso } from './view-parts.ts'

export const makeWatchStore = (db: Executor, names: Names): WatchStore => ({
  sweep: at =>
    transact(db, async trx => {
      const id = await names.warehouse(trx, at.warehouse)
      return decideIn(trx, names, at, tx => watchDevices(tx, bookOf(trx, id), at))
    }),
})

const bookOf = (trx: Executor, warehouse: number): WatchBook => ({
  devices: async () => {
    const { rows } = await sql<WatchedDevice>`
      select d.uid as id, d.number, d.state = 'active' as "isActive", d.worker, ${iso(sql`d.seen_at`)} as "seenAt",
        greatest(0, coalesce((d.head->>'seq')::int, 0) - ${ACKED}) as missing, d.clock_off as "clockOffMs",
        ${iso(sql`d.clock_wrong_since`)} as "clockWrongSince"
      from device d where d.warehouse_id = ${warehouse} and d.id > 0 order by d.number`.execute(trx)
    return rows
  },
  raised: async kinds => {
    const { rows } = await sql<RaisedBefore>`
      select distinct on (e.kind, e.subject) e.kind, e.subject, e.state = 'open' as "isOpen", e.body->>'since' as since
      from exception e where e.warehouse_id = ${warehouse} and e.kind = any(${[...kinds]}::text[])
      order by e.kind, e.subject, e.state = 'open' desc, e.feed_seq desc`.execute(trx)
    return rows
  },
})
