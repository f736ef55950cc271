import type { AuditEntry, AuditStore } from '../ports.ts'
import { appendAudit, checkAudit, checkDevice } from './audit-chain.ts'
import { reading } from './feed.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

/** In the transaction of what it tells of: neither is ever there without the other. */
export const writeAudit = async (trx: Executor, names: Names, { warehouse, ...entry }: AuditEntry): Promise<void> =>
  appendAudit(trx, warehouse === null ? null : await names.warehouse(trx, warehouse), entry)

export const makeAuditStore = (db: Executor, names: Names): AuditStore => ({
  note: entry =>
    transact(db, async trx => {
      await writeAudit(trx, names, entry)
      return { keep: true, answer: undefined }
    }),
  check: warehouse => reading(db, async trx => checkAudit(trx, await names.warehouse(trx, warehouse))),
  checkDevice: (warehouse, device) =>
    reading(db, async trx => {
      const id = (await names.device(trx, [device])).get(device)
      return id === undefined ? null : checkDevice(trx, await names.warehouse(trx, warehouse), id)
    }),
})
