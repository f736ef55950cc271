import { sql } from 'kysely'
import type { PastStore } from '../floor-ports.ts'
import { raiseCommit } from './feed.ts'
import { showDocuments } from './horizon.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'
import { seen } from './view-parts.ts'

/** A day more than today, so that it stays at least as long where handhelds are to know nothing that has left. */
const asked = (today: string) => sql`${today}::date + 1`

/** Orders that handhelds do not know any more come to them again. */
export const makePastStore = (db: Executor, names: Names): PastStore => ({
  bring: async ({ warehouse: uid, clients, codes, today }) => {
    const warehouse = await names.warehouse(db, uid)
    const { rows } = await sql<{ id: string; isOver: boolean }>`
      with named as (
        select coalesce(d.body->>'origin', d.id::text) as id from work d
        where d.warehouse_id = ${warehouse} and d.kind = 'document' and d.body->>'number' = any(${[...codes]}::text[])
          and d.body->>'kind' in ('order', 'return') and ${seen(clients, 'd')}
        union
        select l.body->'carton'->>'document' from location l
        where l.warehouse_id = ${warehouse} and l.body->>'kind' = 'carton'
          and (l.body->>'code' = any(${[...codes]}::text[]) or l.body->'carton'->>'tracking' = any(${[...codes]}::text[]))
      )
      select d.id::text, d.last_on is not null as "isOver" from named n
      join work d on d.warehouse_id = ${warehouse} and d.kind = 'document' and (d.id = n.id::uuid or d.body->>'origin' = n.id)
      where ${seen(clients, 'd')}`.execute(db)
    const over = rows.filter(({ isOver }) => isOver).map(({ id }) => id)
    if (over.length === 0) return rows.length === 0 ? 'none' : 'known'
    return transact(db, async trx => {
      const { seq } = await raiseCommit(trx, warehouse)
      await sql`
        update work set last_on = ${asked(today)} where warehouse_id = ${warehouse} and id = any(${over}::uuid[])
          and last_on is not null`.execute(trx)
      const shown = await showDocuments(trx, { warehouse, seq }, sql`d.id = any(${rows.map(({ id }) => id)}::uuid[])`)
      return { keep: shown > 0, answer: 'shown' as const }
    })
  },
})
