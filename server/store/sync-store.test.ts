import { afterAll } from 'vitest'
import { describeSyncStore } from '../../test/support/sync-store-contract.ts'
import { sqlSite } from '../../test/support/sql-site.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const opened = openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
afterAll(async () => (await opened).close())

describeSyncStore('PGlite', async site => (await sqlSite(await opened, site)).sync)
