import { afterAll, beforeAll, describe, inject } from 'vitest'
import { describeOutbox } from '../../test/support/outbox-contract.ts'
import type { OutboxUnderTest } from '../../test/support/outbox-contract.ts'
import { createDatabase } from '../../test/support/postgres.ts'
import { sqlOutbox } from '../../test/support/sql-outbox.ts'
import { openDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('the outbox on PostgreSQL', () => {
  let stop: () => Promise<void>
  let make: () => Promise<OutboxUnderTest>
  beforeAll(async () => {
    const { url: own, drop } = await createDatabase(url ?? '')
    const opened = await openDatabase({ databaseUrl: own, dataDir: '', log: quiet })
    make = await sqlOutbox(opened)
    stop = async () => {
      await opened.close()
      await drop()
    }
  })
  afterAll(() => stop())
  describeOutbox('PostgreSQL', () => make())
})
