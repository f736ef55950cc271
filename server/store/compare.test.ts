import { afterAll, describe } from 'vitest'
import { describeSqlCompare } from '../../test/support/sql-compare.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('comparing on PGlite', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  describeSqlCompare('PGlite', () => opened)
})
