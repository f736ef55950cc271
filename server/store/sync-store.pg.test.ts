import { afterAll, describe, inject } from 'vitest'
import { createDatabase } from '../../test/support/postgres.ts'
import { sqlSite } from '../../test/support/sql-site.ts'
import { describeSyncStore } from '../../test/support/sync-store-contract.ts'
import { openDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('on PostgreSQL', () => {
  const opened = (async () => {
    const { url: own, drop } = await createDatabase(url ?? '')
    return { ...(await openDatabase({ databaseUrl: own, dataDir: '', log: quiet })), drop }
  })()
  afterAll(async () => {
    const database = await opened
    await database.close()
    await database.drop()
  })
  describeSyncStore('PostgreSQL', async site => (await sqlSite(await opened, site)).sync)
})
