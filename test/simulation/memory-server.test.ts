import { describeSyncStore } from '../support/sync-store-contract.ts'
import { makeMemoryServer } from './memory-server.ts'

describeSyncStore('the memory of the simulator', async site => makeMemoryServer(site).store)
