import { sql } from 'kysely'
import type { Statistics } from '../ports.ts'
import type { Executor } from './names.ts'

/** So many rows are new before it is worth a look, however small the table was. */
const SOME_ROWS = 500
/** What nobody has ever looked at counts as empty for whoever plans a statement; one of this size is not. */
const SOME_BYTES = 64 * 1024

/**
 * Plans of statements go by what is known of the tables. PostgreSQL looks at them once a minute, the embedded store never
 * does, and a plan for empty tables reads whole ones as soon as they fill.
 */
export const makeStatistics = (db: Executor): Statistics => ({
  renew: async () => {
    // Rows of this very connection are counted late without this.
    await sql`select pg_stat_force_next_flush()`.execute(db)
    const { rows } = await sql<{ name: string }>`
      select c.relname as name from pg_class c join pg_stat_user_tables s on s.relid = c.oid
      where c.relnamespace = current_schema()::regnamespace
        and (s.n_mod_since_analyze > ${SOME_ROWS} + greatest(c.reltuples, 0)
          or (c.reltuples < 0 and pg_relation_size(c.oid) > ${SOME_BYTES}))
      order by c.relname`.execute(db)
    for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(db)
    return rows.map(row => row.name)
  },
})
