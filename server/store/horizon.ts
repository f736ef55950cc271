import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Executor } from './names.ts'

/** How many days handhelds are to know, for the client of `work d`, by `policy p`. */
const days = (part: 'receive' | 'return') => sql`coalesce(
  (p.body->'clients'->(d.body->>'client')->${sql.lit(part)}->>'horizonDays')::int,
  (p.body->'warehouse'->${sql.lit(part)}->>'horizonDays')::int)`

/** Deliveries that nobody has begun and that are due later than handhelds of this day are to know, of tables `work d` and `policy p`. */
export const isFar = (
  today: string,
) => sql<boolean>`d.kind = 'document' and d.state = 'open' and d.body->>'kind' = 'receipt'
  and left(d.body->>'due', 10) > (${today}::date + ${days('receive')})::text`

/** The order that a document is about: itself, or for what has come back the order that it was sent on. */
const ORDER = sql`coalesce(d.body->>'origin', d.id::text)`

/**
 * Orders that have left or were cancelled, and what has come back of them: all of it is over for as many days as handhelds
 * of this day are to know, and no work of it is open. Of tables `work d` and `policy p`.
 */
export const isPast = (
  today: string,
) => sql<boolean>`d.kind = 'document' and d.body->>'kind' in ('order', 'return') and d.last_on <= ${today}::date - ${days('return')}
  and not exists (
    select from work g where g.warehouse_id = d.warehouse_id and g.kind = 'document' and g.id = ${ORDER}::uuid
      and (g.last_on is null or g.last_on > ${today}::date - ${days('return')}))
  and not exists (
    select from work g where g.warehouse_id = d.warehouse_id and g.kind = 'document' and g.body->>'origin' = ${ORDER}
      and (g.last_on is null or g.last_on > ${today}::date - ${days('return')}))
  and not exists (
    select from work t where t.warehouse_id = d.warehouse_id and t.document = d.id and t.kind = 'task'
      and t.state not in ('done', 'cancelled'))`

/** Those that have become so since the day `shown`. Asked before any lock is taken, because it looks at many. */
export const pastSince = async (
  db: Executor,
  warehouse: number,
  { today, shown }: { today: string; shown: string },
): Promise<readonly string[]> => {
  const { rows } = await sql<{ id: string }>`
    select d.id::text from work d join policy p on p.warehouse_id = d.warehouse_id
    where d.warehouse_id = ${warehouse} and ${isPast(today)} and not (${isPast(shown)})`.execute(db)
  return rows.map(({ id }) => id)
}

/** Orders and returns of a client of which some part was over so many days ago, with all that belongs to them. */
export const overBetween = (
  client: number,
  { today, from, to }: { today: RawBuilder<unknown>; from: number; to: number },
): RawBuilder<unknown> => sql`
  d.client_id = ${client} and d.body->>'kind' in ('order', 'return') and ${ORDER} in (
    select coalesce(w.body->>'origin', w.id::text) from work w
    where w.warehouse_id = d.warehouse_id and w.client_id = ${client} and w.kind = 'document'
      and w.last_on <= ${today} - ${from}::int and w.last_on > ${today} - ${to}::int - 1)`

/** Documents of table `work d` with their lines and tasks go out as they are; a handheld gets what it may have of them. */
export const showDocuments = async (
  trx: Executor,
  { warehouse, seq }: { warehouse: number; seq: number },
  which: RawBuilder<unknown>,
): Promise<number> => {
  const { rows } = await sql<{ id: string }>`
    insert into change (warehouse_id, seq, n, kind, id, client_id, body)
    select ${warehouse}::int, ${seq}::bigint,
           (select coalesce(max(n), 0) from change where warehouse_id = ${warehouse} and seq = ${seq}) + row_number() over (order by t.id),
           t.kind, t.id::text, t.client_id, t.body
    from work d join policy p on p.warehouse_id = d.warehouse_id
    join work t on t.warehouse_id = d.warehouse_id and (t.id = d.id or t.document = d.id) and t.kind in ('document', 'line', 'task')
    where d.warehouse_id = ${warehouse} and d.kind = 'document' and ${which}
    returning id`.execute(trx)
  return rows.length
}
