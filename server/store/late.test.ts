import { describeLate } from '../../test/support/late-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describeLate('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
