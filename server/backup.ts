import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { BackupStore } from './backup-ports.ts'
import type { Config } from './config.ts'
import { distrust, makeContinuity } from './continuity.ts'
import { makeBackupStore } from './store/backups.ts'
import { makeStores } from './store/stores.ts'
import type { OpenDatabase } from './store/open.ts'
import { putWhole, writeWhole } from './whole-copy.ts'

const embedded = (dataDir: string): string => path.join(dataDir, 'database')

/** Numbers first, then the copy, then the word to the handhelds: a copy that breaks off secures nothing. */
const securing = async (backups: BackupStore, now: () => string, copy: () => Promise<void>): Promise<void> => {
  const held = await backups.held()
  await copy()
  await backups.secured(held, now())
}

/** Copies the embedded store while this process holds it, so that nothing writes meanwhile. Returns a line for people. */
export const backUp = async (
  opened: OpenDatabase,
  dataDir: string,
  folder: string | undefined,
  now: () => string,
): Promise<string> => {
  const to = await emptyFolder(folder, 'name the folder that the backup goes to')
  await securing(makeBackupStore(opened.db), now, async () => {
    await opened.checkpoint()
    await writeWhole(embedded(dataDir), to, now())
  })
  return `Copied to ${to}`
}

const HOW_POSTGRES = `PostgreSQL has its own backup. Say one of:
  run COMMAND …   runs what makes the copy (pg_dump, pg_basebackup, a script of yours) and notes that it is whole when it ends with 0
  begin           before a copy that is made elsewhere; prints a mark
  done MARK       after it, when it is whole`

/** PostgreSQL is copied by its own means; what a copy holds is noted around it. Returns a line for people. */
export const backUpPostgres = async (
  opened: OpenDatabase,
  [how, ...rest]: readonly string[],
  now: () => string,
): Promise<string> => {
  const backups = makeBackupStore(opened.db)
  const [first] = rest
  if (how === 'run' && first !== undefined) {
    await securing(backups, now, () => ran(first, rest.slice(1)))
    return 'The copy is whole: handhelds may forget what is in it.'
  }
  if (how === 'begin') {
    const mark = randomUUID()
    await backups.begin(mark, now())
    return mark
  }
  if (how === 'done' && first !== undefined) {
    const held = await backups.begun(first)
    if (held === null) throw new Error('no copy was begun with this mark, or another one after it')
    await backups.secured(held, now())
    return 'Noted: handhelds may forget what is in it.'
  }
  throw new Error(HOW_POSTGRES)
}

const ran = (command: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code ?? signal}: this is no backup`)),
    )
  })

/**
 * Puts a copy in the place of a missing embedded store; never over one that is there. A PostgreSQL database was restored
 * by its own means and only needs its feeds renewed.
 */
export const restore = async (
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  folder: string | undefined,
): Promise<void> => {
  if (config.databaseUrl !== null) return
  if (folder === undefined) throw new Error('name the folder of the backup')
  const to = await emptyFolder(embedded(config.dataDir), '')
  distrust(config.dataDir)
  await putWhole(path.resolve(folder), to)
}

/** A restored store must say so: handhelds then send again what it does not have. What it has is in the copy it came from. */
export const renewFeeds = async (
  { db, lineage }: Pick<OpenDatabase, 'db' | 'lineage'>,
  dataDir: string | null,
  now: () => string,
): Promise<number> => {
  const { continuity } = makeStores(db)
  const backups = makeBackupStore(db)
  let renewed = 0
  const onRenewed = (_why: unknown, warehouses: readonly unknown[]): void => void (renewed = warehouses.length)
  await makeContinuity({ store: continuity, dataDir, lineage, now, onRenewed }).check(true)
  await backups.secured(await backups.held(), now())
  return renewed
}

const emptyFolder = async (folder: string | undefined, missing: string): Promise<string> => {
  if (folder === undefined) throw new Error(missing)
  const full = path.resolve(folder)
  const content = await readdir(full).catch(() => [])
  if (content.length > 0) throw new Error(`${full} is not empty; move it away first`)
  return full
}
