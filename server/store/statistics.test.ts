import { afterAll, describe } from 'vitest'
import { describeStatistics } from '../../test/support/statistics-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the embedded store', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  describeStatistics('PGlite', () => opened)
})
