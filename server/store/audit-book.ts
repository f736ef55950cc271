import { sql } from 'kysely'
import type { AuditEntry, AuditStore } from '../ports.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'

/** In the transaction of what it tells of: neither is ever there without the other. */
export const writeAudit = async (trx: Executor, names: Names, entry: AuditEntry): Promise<void> => {
  const { warehouse, at, worker, kind, subject, body } = entry
  const id = warehouse === null ? null : await names.warehouse(trx, warehouse)
  await sql`
    insert into audit (warehouse_id, at, worker, kind, subject, body)
    values (${id}, ${at}::timestamptz, ${worker}, ${kind}, ${subject}, ${json(body)})`.execute(trx)
}

export const makeAuditStore = (db: Executor, names: Names): AuditStore => ({
  note: entry => writeAudit(db, names, entry),
})
