import { sql } from 'kysely'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { OutboxUnderTest } from './outbox-contract.ts'
import { testSite } from './site.ts'
import { CONNECTOR, sqlSite } from './sql-site.ts'

/** The outbox on an opened database, emptied before each case. */
export const sqlOutbox = async (opened: Pick<OpenDatabase, 'db'>): Promise<() => Promise<OutboxUnderTest>> => {
  const site = testSite('outbox')
  const { outbox } = await sqlSite(opened, site)
  return async () => {
    await sql`delete from outbox`.execute(opened.db)
    return {
      outbox,
      warehouse: site.warehouse.id,
      connector: CONNECTOR,
      add: async ({ key, seq, subject, type, now }) => {
        await sql`
          insert into outbox (warehouse_id, key, message, seq, connector, subject, type, payload, covers, next_at, created_at)
          select id, ${key}::uuid, ${key}::uuid, ${seq}, ${CONNECTOR}, ${subject}, ${type ?? 'receipt'}, '{}', '[]', ${now}::timestamptz, ${now}::timestamptz
          from warehouse limit 1`.execute(opened.db)
      },
    }
  }
}
