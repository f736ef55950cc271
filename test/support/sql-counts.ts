import { sql } from 'kysely'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { CountSubject } from './count-contract.ts'
import type { SiteSeed } from './site.ts'
import { sqlSite } from './sql-site.ts'

/** The stores on a database, as the suite of counts sees them. */
export const sqlCounts = async (opened: Pick<OpenDatabase, 'db'>, site: SiteSeed): Promise<CountSubject> => {
  const { db } = opened
  const stores = await sqlSite(opened, site)
  const warehouse = site.warehouse.id
  return {
    store: stores.sync,
    beat: async (n, seenAt, oldest) => {
      const id = site.devices[n]!.id
      const head = {
        seq: 1_000_000,
        pending: oldest === null ? 0 : 1,
        oldest,
        quota: null,
        persisted: null,
        lost: false,
        acked: 0,
      }
      const worker = site.roster.workers[0]!.id
      await stores.devices.seen(id, { now: seenAt, head, app: 'test', worker, clients: null })
    },
    openExceptions: async () => {
      const { rows } = await sql<{ kind: string; subject: string }>`
        select e.kind, e.subject from exception e join warehouse w on w.id = e.warehouse_id
        where w.uid = ${warehouse} and e.state = 'open'`.execute(db)
      return rows
    },
  }
}
