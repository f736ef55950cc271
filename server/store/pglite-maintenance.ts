import type { PGlite } from '@electric-sql/pglite'

type Executor = Pick<PGlite, 'exec' | 'query'>

export interface MaintenanceOptions {
  /** Whether no statement ran lately: both jobs block the event loop for some 100 to 300 ms. */
  isIdle: () => boolean
  onFault: (job: string, error: unknown) => void
  checkpointMs?: number
  vacuumMs?: number
  /** So much write-ahead log makes a checkpoint due before its time. */
  walBytes?: number
  postponeMs?: number
}

export interface Maintenance {
  /** Runs what is due at `nowMs`, any monotonic clock. Never throws; a call during a running one is ignored. */
  tick: (nowMs: number) => Promise<void>
  readonly done: { checkpoints: number; vacuums: number }
}

/**
 * PGlite is PostgreSQL in single-user mode: it has no checkpointer and no autovacuum, although `show autovacuum`
 * answers `on`. Without these two jobs tables and write-ahead log grow for ever.
 */
export function makeMaintenance(pglite: Executor, startMs: number, options: MaintenanceOptions): Maintenance {
  const { checkpointMs = 300_000, vacuumMs = 900_000, walBytes = 64 * 2 ** 20, postponeMs = 60_000 } = options
  const done = { checkpoints: 0, vacuums: 0 }
  let busy = false
  let lastLsn: string | undefined
  const jobs = [
    {
      name: 'checkpoint',
      everyMs: checkpointMs,
      dueMs: startMs + checkpointMs,
      run: async () => {
        await pglite.exec('checkpoint')
        done.checkpoints++
        lastLsn = await walPosition(pglite)
      },
    },
    {
      name: 'vacuum',
      everyMs: vacuumMs,
      dueMs: startMs + vacuumMs,
      run: async () => {
        done.vacuums += await vacuum(pglite)
      },
    },
  ]

  async function runDue(nowMs: number): Promise<void> {
    // Asked once: the questions of this tick are statements too.
    const idle = options.isIdle()
    for (const job of jobs) {
      if (job.name === 'checkpoint' && nowMs < job.dueMs) {
        lastLsn ??= await walPosition(pglite)
        if ((await walSince(pglite, lastLsn)) > walBytes) job.dueMs = nowMs
      }
      if (nowMs < job.dueMs || (!idle && nowMs < job.dueMs + postponeMs)) continue
      job.dueMs = nowMs + job.everyMs
      try {
        await job.run()
      } catch (error) {
        options.onFault(job.name, error)
      }
    }
  }

  return {
    done,
    tick: async nowMs => {
      if (busy) return
      busy = true
      try {
        await runDue(nowMs)
      } catch (error) {
        options.onFault('maintenance', error)
      } finally {
        busy = false
      }
    },
  }
}

async function walPosition(pglite: Executor): Promise<string> {
  const { rows } = await pglite.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
  return rows[0]?.lsn ?? '0/0'
}

async function walSince(pglite: Executor, lsn: string): Promise<number> {
  const { rows } = await pglite.query<{ bytes: number }>(
    'select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::int8 as bytes',
    [lsn],
  )
  return rows[0]?.bytes ?? 0
}

/** Frees dead rows where there are many. Each table is a statement of its own: VACUUM refuses a transaction. */
async function vacuum(pglite: Executor): Promise<number> {
  // Counts of dead rows reach the view late without this.
  await pglite.query('select pg_stat_force_next_flush()')
  const { rows } = await pglite.query<{ name: string }>(
    `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
      where n_dead_tup > 1000 and n_dead_tup > n_live_tup / 10`,
  )
  for (const { name } of rows) await pglite.exec(`vacuum (analyze) ${name}`)
  return rows.length
}
