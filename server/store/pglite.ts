import fs from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { PGlite } from '@electric-sql/pglite'
import { pgliteParsers } from './column-types.ts'
import { type DirectoryLock, lockDirectory } from './directory-lock.ts'
import { checkDurable, durableSettings } from './durability-check.ts'
import { DurableFiles, type SyncCount, syncPath, syncTree } from './durable-files.ts'
import { type Maintenance, makeMaintenance } from './pglite-maintenance.ts'
import { prepareOften } from './prepared-pglite.ts'
import { isStoreFault, storeFault, systemCode } from './store-fault.ts'

export interface PgliteOptions {
  /** Called once when the database cannot go on (PANIC, failed fsync). The process must end; nothing else is safe. */
  onPanic: (error: Error) => void
  onWarning?: (message: string) => void
  /** Open although the self-check fails. The caller must show it to everybody. */
  allowNotDurable?: boolean
  /** How a file is flushed; tests break it. */
  sync?: (fileDescriptor: number) => void
  /** PostgreSQL start parameters; tests weaken them. */
  startParams?: string[]
}

export interface OpenPglite {
  pglite: PGlite
  durable: boolean
  syncs: Readonly<SyncCount>
  checkpoint: () => Promise<void>
  close: () => Promise<void>
}

/** PGlite's own start parameters switch fsync off by `-F`. */
export const durableStartParams: string[] = [
  ...PGlite.defaultStartParams.filter(parameter => parameter !== '-F'),
  ...Object.entries(durableSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  // A plan for the very values costs more than it saves: every statement finds its rows by key.
  '-c',
  'plan_cache_mode=force_generic_plan',
]

const tickMs = 5_000
const idleMs = 200

/**
 * Opens the in-process PostgreSQL on `directory`, or in memory for tests.
 *
 * Guarantees for a directory: no second process writes it; every acknowledged commit was flushed to the disk, and a
 * self-check proved it; `close` leaves a checkpoint. Throws `in-use`, `unusable` or `not-durable` (store-fault.ts).
 */
export async function openPglite(directory: string, options: PgliteOptions): Promise<OpenPglite> {
  if (directory === 'memory') return openInMemory()
  const lock = await lockDirectory(directory, {
    onWait: owner => options.onWarning?.(`waiting to see whether ${owner} still uses ${directory}`),
  })
  try {
    return await openLocked(path.resolve(directory), lock, options)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function openInMemory(): Promise<OpenPglite> {
  const pglite = await PGlite.create({ parsers: pgliteParsers })
  prepareOften(pglite)
  return {
    pglite,
    durable: false,
    syncs: { files: 0, wal: 0, directories: 0, errors: 0, lastError: '' },
    checkpoint: async () => {},
    close: async () => {
      if (!pglite.closed) await pglite.close()
    },
  }
}

async function openLocked(directory: string, lock: DirectoryLock, options: PgliteOptions): Promise<OpenPglite> {
  const fsync = options.sync ?? fs.fsyncSync
  prepare(directory)
  if (!fs.existsSync(directory)) await initialise(directory, fsync)
  const panic = makePanic(options.onPanic)
  const { pglite, syncs } = await start(directory, options.startParams ?? durableStartParams, fsync, panic.report)
  try {
    const durable = await isDurable(pglite, syncs, options)
    prepareOften(pglite)
    const watched = watch(pglite, panic)
    const maintenance = makeMaintenance(pglite, performance.now(), {
      isIdle: () => performance.now() - watched.lastStatementMs > idleMs,
      onFault: (job, error) => options.onWarning?.(`${job} failed: ${String(error)}`),
    })
    return { pglite, durable, syncs, ...lifecycle(pglite, maintenance, lock, panic) }
  } catch (error) {
    await pglite.close()
    throw error
  }
}

/** Throws `unusable` unless the directory is absent or can be read and written. Removes a broken initialisation. */
function prepare(directory: string): void {
  try {
    fs.rmSync(unfinished(directory), { recursive: true, force: true })
    // initdb wants an empty directory, and a rename cannot replace a filled one.
    if (fs.existsSync(directory) && fs.readdirSync(directory).length === 0) fs.rmdirSync(directory)
    if (fs.existsSync(directory)) fs.accessSync(directory, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK)
  } catch (error) {
    throw storeFault('unusable', `data directory ${directory} cannot be read or written (${systemCode(error)})`, error)
  }
  if (fs.existsSync(directory) && !fs.existsSync(path.join(directory, 'PG_VERSION'))) {
    throw storeFault('unusable', `data directory ${directory} holds something else than a database`)
  }
}

const unfinished = (directory: string): string => `${directory}.new`

/**
 * Creates the database aside and renames it when all of it is on the disk: a power cut in the middle leaves either
 * nothing or a whole database, never a half one that looks like a database.
 */
async function initialise(directory: string, fsync: (fileDescriptor: number) => void): Promise<void> {
  const aside = unfinished(directory)
  const { pglite } = await start(aside, durableStartParams, fsync, () => {})
  await pglite.exec('checkpoint')
  await pglite.close()
  syncTree(aside, fsync)
  fs.renameSync(aside, directory)
  syncPath(path.dirname(directory), fsync)
}

async function start(
  directory: string,
  startParams: string[],
  sync: (fileDescriptor: number) => void,
  onError: (error: unknown) => void,
): Promise<{ pglite: PGlite; syncs: SyncCount }> {
  const files = new DurableFiles(directory, { sync, onError })
  const pglite = await PGlite.create({ fs: files, startParams, parsers: pgliteParsers })
  return { pglite, syncs: files.count }
}

async function isDurable(pglite: PGlite, syncs: SyncCount, options: PgliteOptions): Promise<boolean> {
  try {
    await checkDurable(pglite, () => syncs.wal)
    if (syncs.errors > 0) throw storeFault('not-durable', `not durable: ${syncs.lastError}`)
    return true
  } catch (error) {
    if (!options.allowNotDurable || !isStoreFault(error)) throw error
    options.onWarning?.(error.message)
    return false
  }
}

/**
 * Notices when the last statement ran, and every PANIC: after one PostgreSQL would end, and so must the process. Until
 * it does, no statement runs any more: PGlite would turn in a circle for ever, or acknowledge a commit and lose it.
 */
function watch(pglite: PGlite, panic: Panic): { readonly lastStatementMs: number } {
  const watched = { lastStatementMs: performance.now() }
  const run = pglite.execProtocolStream.bind(pglite)
  pglite.execProtocolStream = async (...message) => {
    if (panic.error) throw panic.error
    try {
      return await run(...message)
    } catch (error) {
      if (isPanic(error)) panic.report(error)
      throw error
    } finally {
      watched.lastStatementMs = performance.now()
    }
  }
  return watched
}

/** PostgreSQL's severity PANIC, or the WebAssembly instance itself has stopped. */
function isPanic(error: unknown): boolean {
  if (error instanceof WebAssembly.RuntimeError) return true
  return error instanceof Error && 'severity' in error && error.severity === 'PANIC'
}

interface Panic {
  readonly error: Error | undefined
  report: (error: unknown) => void
}

/** Passes the first report on and remembers it. */
function makePanic(onPanic: (error: Error) => void): Panic {
  let first: Error | undefined
  return {
    get error() {
      return first
    },
    report: error => {
      if (first) return
      first = error instanceof Error ? error : new Error(String(error))
      onPanic(first)
    },
  }
}

function lifecycle(
  pglite: PGlite,
  maintenance: Maintenance,
  lock: DirectoryLock,
  panic: Panic,
): Pick<OpenPglite, 'checkpoint' | 'close'> {
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(() => maintenance.tick(performance.now()))
  }, tickMs)
  timer.unref()
  const checkpoint = async (): Promise<void> => {
    await pglite.exec('checkpoint')
  }
  return {
    checkpoint,
    close: async () => {
      clearInterval(timer)
      await running
      try {
        if (pglite.closed || panic.error) return
        await checkpoint()
        await pglite.close()
      } finally {
        await lock.release()
      }
    },
  }
}
