import { afterAll, describe, inject } from 'vitest'
import { describeCounts } from '../../test/support/count-contract.ts'
import { createDatabase } from '../../test/support/postgres.ts'
import { sqlCounts } from '../../test/support/sql-counts.ts'
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
  describeCounts('PostgreSQL', async site => sqlCounts(await opened, site))
})
