import { sql } from 'kysely'
import type { Promised, PromiseStore, ToldPromise } from '../workers/promise.ts'
import type { Executor, Names } from './names.ts'

export const makePromiseStore = (db: Executor, names: Names): PromiseStore => ({
  promised: async ({ warehouse, connector }) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<Omit<Promised, 'n'> & { n: string }>`
      select c.uid as client, i.uid as item, l.uid as location, b.status, sum(b.reserved) as n from balance b
      join item i on i.id = b.item_id join client c on c.id = b.client_id
      join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      join remote r on r.connector = ${connector} and r.kind = 'item' and r.id = i.uid
      where b.warehouse_id = ${id} and b.reserved <> 0 group by 1, 2, 3, 4`.execute(db)
    return rows.map(row => ({ ...row, n: Number(row.n) }))
  },
  told: async connector => {
    const { rows } = await sql<ToldPromise & { subject: string }>`
      select distinct on (subject) subject, payload, state not in ('posted', 'skipped') as "isOpen" from outbox
      where connector = ${connector} and type = 'reservation' and state <> 'rehearsed' order by subject, seq desc`.execute(
      db,
    )
    return new Map(rows.map(({ subject, ...row }) => [subject, row]))
  },
})
