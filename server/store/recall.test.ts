import { describeRecall } from '../../test/support/recall-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describeRecall('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
