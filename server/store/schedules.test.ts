import { describeSchedules } from '../../test/support/schedule-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describeSchedules('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
