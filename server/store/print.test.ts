import { afterAll, describe } from 'vitest'
import { describePrint, printStore } from '../../test/support/print-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the print queue on PGlite', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  describePrint('PGlite', await printStore(opened))
})
