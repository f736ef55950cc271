import { describeContinuity } from '../../test/support/continuity-contract.ts'
import { openDatabase } from './open.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

describeContinuity('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log }))
