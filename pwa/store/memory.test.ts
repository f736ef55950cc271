import { memoryCache, memoryQueue } from '../../test/support/memory-stores.ts'
import { cacheContract, queueContract } from './contract.ts'

queueContract(async () => memoryQueue())
cacheContract(async () => memoryCache())
