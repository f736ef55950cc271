import type { PGlite } from '@electric-sql/pglite'
import { storeFault } from './store-fault.ts'

/** What every durable start needs; the check reads the same list back from the running server. */
export const durableSettings: Record<string, string> = {
  fsync: 'on',
  // Emscripten's fdatasync, the default on Linux, is a no-op.
  wal_sync_method: 'fsync',
  synchronous_commit: 'on',
  full_page_writes: 'on',
}

/**
 * Proves that a commit reaches the disk: the settings are in force, and each of three commits flushes the write-ahead
 * log. `walSyncs` counts those flushes. Throws a `not-durable` fault with the reason.
 */
export async function checkDurable(pglite: Pick<PGlite, 'query'>, walSyncs: () => number): Promise<void> {
  for (const [name, want] of Object.entries(durableSettings)) {
    const { rows } = await pglite.query<{ value: string }>('select current_setting($1) as value', [name])
    const value = rows[0]?.value ?? ''
    if (value !== want) throw storeFault('not-durable', `not durable: ${name} is ${value} and must be ${want}`)
  }
  for (let commit = 0; commit < 3; commit++) {
    const before = walSyncs()
    // A commit that needs no table.
    await pglite.query(`select pg_logical_emit_message(true, 'stockhand', 'self-check')`)
    if (walSyncs() === before)
      throw storeFault('not-durable', 'not durable: a commit did not flush the write-ahead log')
  }
}
