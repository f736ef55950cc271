import { cp, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from './config.ts'
import { newFeedEpoch } from './feed-epoch.ts'
import { makeStores } from './store/stores.ts'
import type { OpenDatabase } from './store/open.ts'

const embedded = (dataDir: string): string => path.join(dataDir, 'database')

/** Copies the embedded store while this process holds it, so that nothing writes meanwhile. Returns a line for people. */
export const backUp = async (opened: OpenDatabase, dataDir: string, folder: string | undefined): Promise<string> => {
  if (opened.engine === 'postgres') throw new Error('PostgreSQL has its own backup: pg_dump, or a replica')
  const to = await emptyFolder(folder)
  await opened.checkpoint()
  await cp(embedded(dataDir), to, { recursive: true })
  return `Copied to ${to}`
}

/**
 * Puts a copy in the place of a missing embedded store; never over one that is there. A PostgreSQL database was restored
 * by its own means and only needs its feeds renewed.
 */
export const restore = async (config: Config, folder: string | undefined): Promise<void> => {
  if (config.databaseUrl !== null) return
  if (folder === undefined) throw new Error('name the folder of the backup')
  const to = await emptyFolder(embedded(config.dataDir))
  await cp(path.resolve(folder), to, { recursive: true })
}

/** A restored store must say so: handhelds then send again what it does not have. */
export const renewFeeds = async (opened: OpenDatabase): Promise<number> => {
  const stores = makeStores(opened.db)
  const warehouses = await stores.site.warehouses()
  for (const { id } of warehouses) await stores.sync.renewFeed(id, newFeedEpoch())
  return warehouses.length
}

const emptyFolder = async (folder: string | undefined): Promise<string> => {
  if (folder === undefined) throw new Error('name the folder that the backup goes to')
  const full = path.resolve(folder)
  const content = await readdir(full).catch(() => [])
  if (content.length > 0) throw new Error(`${full} is not empty; move it away first`)
  return full
}
