import { afterAll } from 'vitest'
import { describeCounts } from '../../test/support/count-contract.ts'
import { sqlCounts } from '../../test/support/sql-counts.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const opened = openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
afterAll(async () => (await opened).close())

describeCounts('PGlite', async site => sqlCounts(await opened, site))
