import { afterAll, beforeAll, describe, inject } from 'vitest'
import { createDatabase } from '../../test/support/postgres.ts'
import { describePrint, printStore } from '../../test/support/print-contract.ts'
import type { PrintStore } from '../ports.ts'
import { openDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('the print queue on PostgreSQL', () => {
  let stop: () => Promise<void>
  let make: () => Promise<PrintStore>
  beforeAll(async () => {
    const { url: own, drop } = await createDatabase(url ?? '')
    const opened = await openDatabase({ databaseUrl: own, dataDir: '', log: quiet })
    make = await printStore(opened)
    stop = async () => {
      await opened.close()
      await drop()
    }
  })
  afterAll(() => stop())
  describePrint('PostgreSQL', () => make())
})
