import { afterAll, beforeAll, describe, inject } from 'vitest'
import { createDatabase } from '../../test/support/postgres.ts'
import { describeSqlCompare } from '../../test/support/sql-compare.ts'
import { openDatabase } from './open.ts'
import type { OpenDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('comparing on PostgreSQL', () => {
  let opened: OpenDatabase
  let drop: () => Promise<void>
  beforeAll(async () => {
    const made = await createDatabase(url ?? '')
    drop = made.drop
    opened = await openDatabase({ databaseUrl: made.url, dataDir: '', log: quiet })
  })
  afterAll(async () => {
    await opened?.close()
    await drop?.()
  })
  describeSqlCompare('PostgreSQL', () => opened)
})
