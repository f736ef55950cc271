import { afterAll, describe } from 'vitest'
import { describeFigures } from '../../test/support/figures-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the embedded store', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  describeFigures('PGlite', () => opened)
})
