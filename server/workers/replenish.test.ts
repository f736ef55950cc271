import { describeReplenish } from '../../test/support/replenish-contract.ts'
import { openDatabase } from '../store/open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describeReplenish('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
