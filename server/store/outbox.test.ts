import { afterAll, describe } from 'vitest'
import { describeOutbox } from '../../test/support/outbox-contract.ts'
import { sqlOutbox } from '../../test/support/sql-outbox.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the outbox on PGlite', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  describeOutbox('PGlite', await sqlOutbox(opened))
})
