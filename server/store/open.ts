import path from 'node:path'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { pgTypes } from './column-types.ts'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'
import { preparing } from './prepared-pg.ts'
import { storeFault } from './store-fault.ts'

export interface StoreLog {
  info: (message: string) => void
  warn: (message: string) => void
  error: (message: string) => void
}

export interface OpenOptions {
  /** A PostgreSQL server. Without it the data lies in `dataDir`, by PGlite. */
  databaseUrl?: string
  dataDir: string
  /** Nothing is kept; for tests. */
  memory?: boolean
  /** Open although a power cut may lose acknowledged movements. Show it to everybody. */
  allowNotDurable?: boolean
  log: StoreLog
  /** The database cannot go on. The default logs and ends the process, so that its supervisor starts it anew. */
  onPanic?: (error: Error) => void
  /** Connections to PostgreSQL; PGlite has one. */
  connections?: number
}

export interface OpenDatabase {
  db: Kysely<Database>
  engine: 'pglite' | 'postgres'
  /** Whether an acknowledged commit survives a power cut. */
  durable: boolean
  /** One line for people: engine, version, place; never a password. */
  describe: string
  /** Which database this is, and which of its lives: another one where a copy or a replica took its place. */
  lineage: () => string
  /** `heard` is called when a connection meets the server after a restart, or another one: what was read of it may be gone. */
  onReturn: (heard: () => void) => void
  /** Writes everything to the data files before a backup. PostgreSQL does that by itself. */
  checkpoint: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Opens the one database of the server. Throws a StoreFault with a reason for the person who starts it
 * (`in-use`, `unusable`, `not-durable`, `too-old`), or the driver's error when PostgreSQL cannot be reached.
 */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  return options.databaseUrl && !options.memory
    ? openPostgres(options.databaseUrl, options)
    : openEmbedded(options.memory ? 'memory' : path.join(options.dataDir, 'database'), options)
}

async function openEmbedded(directory: string, options: OpenOptions): Promise<OpenDatabase> {
  const { log } = options
  const opened = await openPglite(directory, {
    allowNotDurable: options.allowNotDurable ?? false,
    onWarning: message => log.warn(message),
    onPanic: options.onPanic ?? (error => endProcess(log, error)),
  })
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: opened.pglite }) })
  const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db)
  const { rows: own } = await sql<Identity>`${sql.raw(IDENTITY)}`.execute(db)
  const place = directory === 'memory' ? 'in memory, nothing is kept' : `in ${directory}, single-site / evaluation`
  return {
    db,
    engine: 'pglite',
    durable: opened.durable,
    describe: `PGlite (PostgreSQL ${rows[0]?.version ?? '?'}) ${place}`,
    lineage: () => own[0]?.lineage ?? '',
    onReturn: () => {},
    checkpoint: opened.checkpoint,
    close: async () => {
      await opened.close()
      await db.destroy()
    },
  }
}

function endProcess(log: StoreLog, error: Error): void {
  log.error(`the database stopped and the server ends with it: ${error.message}`)
  process.exit(70)
}

/**
 * The timeline rises at once when a replica takes over; the control file shows the old one until the next checkpoint.
 * A replica that has not taken over has no position of its own.
 */
const IDENTITY = `
  select (select system_identifier from pg_control_system()) || '.' ||
         (select oid from pg_database where datname = current_database()) || '.' ||
         case when pg_is_in_recovery() then 'replica' else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end as lineage,
         pg_postmaster_start_time()::text as since`
type Identity = { lineage: string; since: string }

/** The oldest PostgreSQL on which the statements are tested. */
const oldestVersion = 15

async function openPostgres(url: string, options: OpenOptions): Promise<OpenDatabase> {
  const pool = new Pool({
    connectionString: url,
    application_name: 'stockhand',
    max: options.connections ?? 10,
    connectionTimeoutMillis: 10_000,
    // Every writing transaction waits for its warehouse's counter row: a hanging one must not hang the others.
    statement_timeout: 10_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 15_000,
    types: pgTypes,
    pipeline: true,
  })
  // An idle connection that breaks is replaced at the next use; unheard, the event would end the process.
  // A plan for the very values costs more than it saves: every statement finds its rows by key.
  let met: Identity | null = null
  const heard: (() => void)[] = []
  pool.on('connect', client => {
    client.query('set plan_cache_mode = force_generic_plan').catch(() => {})
    // Asked before anything else on this connection, so the answer is here before that of any question of ours.
    client.query<Identity>(IDENTITY).then(
      ({ rows: [now] }) => {
        if (now === undefined) return
        const isOther = met !== null && (met.lineage !== now.lineage || met.since !== now.since)
        met = now
        if (isOther) for (const tell of heard) tell()
      },
      () => {},
    )
  })
  pool.on('error', error => options.log.warn(`a database connection broke: ${error.message}`))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: preparing(pool) }) })
  try {
    const server = await serverSettings(db)
    if (!server.durable) options.log.warn('PostgreSQL does not flush commits (fsync, synchronous_commit)')
    return {
      db,
      engine: 'postgres',
      durable: server.durable,
      describe: `PostgreSQL ${server.version}, database ${server.name}`,
      lineage: () => met?.lineage ?? '',
      onReturn: tell => void heard.push(tell),
      checkpoint: async () => {},
      close: () => db.destroy(),
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

async function serverSettings(db: Kysely<Database>): Promise<{ version: string; name: string; durable: boolean }> {
  const { rows } = await sql<{ version: string; number: number; name: string; durable: boolean }>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
      current_database() as name,
      current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off'
        and current_setting('full_page_writes') = 'on' as durable`.execute(db)
  const server = rows[0]
  if (!server || server.number < oldestVersion * 10_000) {
    throw storeFault(
      'too-old',
      `PostgreSQL ${oldestVersion} or newer is needed; this is ${server?.version ?? 'unknown'}`,
    )
  }
  return server
}
