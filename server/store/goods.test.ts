import { describeGoods } from '../../test/support/goods-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describeGoods('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
