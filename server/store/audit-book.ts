import { sql } from 'kysely'
import type { AuditStore } from '../ports.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'

export const makeAuditStore = (db: Executor, names: Names): AuditStore => ({
  note: async ({ warehouse, at, worker, kind, subject, body }) => {
    const id = warehouse === null ? null : await names.warehouse(db, warehouse)
    await sql`
      insert into audit (warehouse_id, at, worker, kind, subject, body)
      values (${id}, ${at}::timestamptz, ${worker}, ${kind}, ${subject}, ${json(body)})`.execute(db)
  },
})
