import { describeCounts } from '../support/count-contract.ts'
import { describeSyncStore } from '../support/sync-store-contract.ts'
import { makeMemoryServer } from './memory-server.ts'

describeSyncStore('the memory of the simulator', async site => makeMemoryServer(site).store)

describeCounts('the memory of the simulator', async site => {
  const memory = makeMemoryServer(site)
  const worker = site.roster.workers[0]!.id
  return {
    store: memory.store,
    beat: async (n, seenAt, oldest) => {
      const report = oldest ?? seenAt
      memory.state().beats.set(site.devices[n]!.id, { seenAt, report, waits: oldest !== null, worker })
    },
    openExceptions: async () => [...memory.state().exceptions.values()].filter(one => one.open),
  }
})
