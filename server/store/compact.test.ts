import { describeCompaction } from '../../test/support/compact-contract.ts'
import { openDatabase } from './open.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

describeCompaction('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log }))
