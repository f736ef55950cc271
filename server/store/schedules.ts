import { sql } from 'kysely'
import { MAX_SCHEDULES } from '../../shared/desk/schedules.ts'
import type { Schedules } from '../../shared/desk/schedules.ts'
import type { Schedule, ScheduleStore } from '../desk-ports.ts'
import { writeAudit } from './audit-book.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'
import { iso } from './view-parts.ts'

export const makeScheduleStore = (db: Executor, names: Names): ScheduleStore => ({
  list: async ({ warehouse, owner }) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<Schedules['schedules'][number]>`
      select id, name, hour, body as query, ${iso(sql`next_at`)} as "nextAt", last from export_schedule
      where warehouse_id = ${id} and owner = ${owner}::uuid order by name, id`.execute(db)
    return rows
  },
  save: ({ id, warehouse, owner, name, hour, query }, nextAt, entry) =>
    transact<'saved' | 'other' | 'full'>(db, async trx => {
      const at = await names.warehouse(trx, warehouse)
      // Of two that are added at once the second one counts the first.
      await sql`select pg_advisory_xact_lock(hashtext(${`schedules ${owner}`}))`.execute(trx)
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from export_schedule
        where warehouse_id = ${at} and owner = ${owner}::uuid and id <> ${id}::uuid`.execute(trx)
      if ((rows[0]?.n ?? 0) >= MAX_SCHEDULES) return { keep: false, answer: 'full' }
      const done = await sql<{ id: string }>`
        insert into export_schedule as s (id, warehouse_id, owner, name, hour, body, next_at)
        values (${id}::uuid, ${at}::int, ${owner}::uuid, ${name}::text, ${hour}::int, ${json(query)}, ${nextAt}::timestamptz)
        on conflict (id) do update set name = excluded.name, hour = excluded.hour, body = excluded.body,
          next_at = excluded.next_at, lease = null, lease_until = null, tries = 0
        where s.warehouse_id = excluded.warehouse_id and s.owner = excluded.owner returning id`.execute(trx)
      if (done.rows.length === 0) return { keep: false, answer: 'other' }
      await writeAudit(trx, names, entry)
      return { keep: true, answer: 'saved' }
    }),
  remove: ({ id, warehouse, owner }, entry) =>
    transact(db, async trx => {
      const at = await names.warehouse(trx, warehouse)
      const { rows } = await sql`
        delete from export_schedule where id = ${id}::uuid and warehouse_id = ${at} and owner = ${owner}::uuid
        returning id`.execute(trx)
      if (rows.length > 0) await writeAudit(trx, names, entry)
      return { keep: rows.length > 0, answer: rows.length > 0 }
    }),
  claim: async ({ now, until, lease }) => {
    const { rows } = await sql<Schedule & { tries: number }>`
      update export_schedule s set lease = ${lease}::text, lease_until = ${until}::timestamptz, tries = s.tries + 1
      from (
        select id from export_schedule
        where next_at <= ${now}::timestamptz and (lease_until is null or lease_until <= ${now}::timestamptz)
        order by next_at, id limit 1 for update skip locked) due, warehouse w
      where s.id = due.id and w.id = s.warehouse_id
      returning s.id, w.uid as warehouse, s.owner, s.name, s.hour, s.body as query, s.tries`.execute(db)
    return rows[0] ?? null
  },
  finish: async (id, lease, { last, nextAt }) => {
    await sql`
      update export_schedule set lease = null, lease_until = null, tries = 0, last = ${json(last)}, next_at = ${nextAt}::timestamptz
      where id = ${id}::uuid and lease = ${lease}::text`.execute(db)
  },
})
