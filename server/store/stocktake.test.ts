import { describeStocktake } from '../../test/support/stocktake-contract.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describeStocktake('PGlite', () => openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet }))
