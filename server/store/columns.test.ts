import { afterAll, describe } from 'vitest'
import { describeColumns } from '../../test/support/columns-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the embedded store', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  describeColumns('PGlite', () => opened)
})
