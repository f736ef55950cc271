import { sql } from 'kysely'
import type { Figures, FigureStore } from '../ports.ts'
import type { Executor } from './names.ts'

/**
 * Figures for those who watch the server. The states are spelt as in the partial index, so that it is used: finished messages
 * are not counted, there are ever more of them.
 */
export const makeFigureStore = (db: Executor): FigureStore => ({
  read: async () => {
    const { rows } = await sql<Figures>`
      with open as materialized (
        select state, count(*)::int as n, min(created_at) as oldest from outbox
        where state not in ('posted', 'skipped', 'rehearsed') group by state)
      select coalesce((select jsonb_object_agg(state, n) from open), '{}') as outbox,
             (select to_char(min(oldest) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from open) as "outboxOldestAt",
             coalesce((select jsonb_object_agg(state, n)
                       from (select state, count(*)::int as n from device where state <> 'server' group by state) d), '{}') as devices,
             (select count(*)::int from exception where state = 'open') as "exceptionsOpen",
             (select value->>'at' from setting where name = 'backup') as "lastBackupAt",
             pg_database_size(current_database())::float8 as "storeBytes"`.execute(db)
    const row = rows[0]
    if (!row) throw new Error('one row of figures was expected')
    return row
  },
})
