import { afterAll, describe, inject } from 'vitest'
import { describeStatistics } from '../../test/support/statistics-contract.ts'
import { createDatabase } from '../../test/support/postgres.ts'
import { openDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('a PostgreSQL server', async () => {
  if (!url) return
  const { url: own, drop } = await createDatabase(url)
  const opened = await openDatabase({ databaseUrl: own, dataDir: '', log: quiet })
  afterAll(async () => {
    await opened.close()
    await drop()
  })
  describeStatistics('PostgreSQL', () => opened)
})
