import { derivedId } from '../../shared/ids.ts'
import { describeCompare } from './compare-contract.ts'
import { makeMemoryCompare } from './memory-compare.ts'

describeCompare('memory', async () => ({
  compare: makeMemoryCompare({ stock: () => [], rows: () => [], items: () => new Map() }),
  connector: derivedId<'connector'>('connector', 'memory'),
}))
