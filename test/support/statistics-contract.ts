import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import { makeStatistics } from '../../server/store/statistics.ts'

/** What both engines must know of their tables. */
export const describeStatistics = (engine: string, opened: () => OpenDatabase): void => {
  test(`[D20] on ${engine} a table that has doubled is looked at again, and one that nobody ever looked at`, async () => {
    // One connection: PostgreSQL counts what others have written a second later.
    await opened()
      .db.connection()
      .execute(async db => {
        const { renew } = makeStatistics(db)
        const add = (rows: number) => sql`insert into grown select from generate_series(1, ${rows}::int)`.execute(db)
        const planned = async (): Promise<number> => {
          const { rows } = await sql<{ plan: [{ Plan: { 'Plan Rows': number } }] }>`
          explain (format json) select from grown`.execute(db)
          const [row] = rows
          return (Object.values(row ?? {})[0] as unknown as [{ Plan: { 'Plan Rows': number } }])[0].Plan['Plan Rows']
        }
        await sql`create table grown ()`.execute(db)
        await add(2_000)
        expect(await renew()).toContain('grown')
        expect(await planned()).toBe(2_000)
        expect(await renew()).toEqual([])
        await add(1_000)
        expect(await renew()).toEqual([])
        await add(2_000)
        expect(await renew()).toEqual(['grown'])
        expect(await planned()).toBe(5_000)

        await sql`create table restored as select n from generate_series(1, 5000) n`.execute(db)
        // As after the end of a server that was killed.
        await sql`select pg_stat_force_next_flush()`.execute(db)
        await sql`select pg_stat_reset()`.execute(db)
        expect(await renew()).toContain('restored')
        expect(await renew()).toEqual([])
      })
  })
}
