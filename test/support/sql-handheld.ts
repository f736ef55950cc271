import type { Net, Ports, Reply } from '../../pwa/sync/ports.ts'
import { appendDrafts } from '../../pwa/sync/append.ts'
import { makePruner } from '../../pwa/sync/prune.ts'
import { newMemory } from '../../pwa/sync/round-memory.ts'
import { runRound } from '../../pwa/sync/round.ts'
import type { RoundEnd } from '../../pwa/sync/round.ts'
import { handleSync, scopeName } from '../../server/sync/handle.ts'
import type { SyncDeps } from '../../server/sync/handle.ts'
import type { Stores } from '../../server/ports.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { ClientId, DeviceId } from '../../shared/ids.ts'
import { writeCursor } from '../../shared/sync/cursor.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Row } from '../../shared/sync/wire.ts'
import { isoOf } from '../../shared/time.ts'
import { fixedRandom, testSigner, virtualTime } from './handheld-world.ts'
import { memoryCache, memoryQueue } from './memory-stores.ts'
import type { SiteSeed } from './site.ts'

const DAY_MS = 86_400_000

/** What a handheld of the product reaches; another one once the database was replaced. */
export type Reached = { stores: Pick<Stores, 'sync' | 'catalogue'>; newFeedEpoch: () => string }

/** The product's own rounds and queue on memory stores, beside a real database: `reach` says which. */
export const sqlHandheld = (site: SiteSeed, reach: () => Reached, n = 0) => {
  const device = site.devices[n]?.id ?? derivedId<'device'>('device', 'none')
  const worker = site.roster.workers[0]
  if (worker === undefined) throw new Error('no worker')
  const epoch = `epoch000000${n + 1}`
  const time = virtualTime()
  const queue = memoryQueue()
  const cache = memoryCache()
  const net = netOf(site, device, time.clock.now, reach)
  const ports: Ports = {
    clock: time.clock,
    random: fixedRandom(),
    timer: time.timer,
    signer: testSigner,
    net,
    queue,
    cache,
  }
  const memory = newMemory()
  const hooks = {
    pageTaken: () => undefined,
    baseReplaced: async () => undefined,
    catalogueChanged: async () => undefined,
    progress: () => undefined,
    answered: () => undefined,
  }
  const options = { app: 'test', session: () => null, storage: async () => ({ quota: null, persisted: true }) }
  const round = (): Promise<RoundEnd> => runRound(ports, options, hooks, memory)
  return {
    device,
    epoch,
    queue,
    cache,
    begin: () => queue.begin({ device, warehouse: site.warehouse.id, epoch, n: 1, next: 1, prevHash: FIRST_HASH }),
    append: (drafts: readonly Draft[]) =>
      appendDrafts(
        ports,
        drafts,
        null,
        {
          worker: worker.id,
          session: derivedId('session', device),
          roster: site.roster.version,
          policy: 1,
          app: 'test',
        },
        null,
      ),
    round,
    /** Rounds until there is nothing more to send or to fetch. */
    sync: async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) {
        const end = await round()
        if (end.kind !== 'good') throw new Error(`a round ended as ${end.kind}`)
        if (!end.more) return
      }
      throw new Error('twenty rounds and no end')
    },
    mark: () => queue.mark(epoch),
    /** Numbers that are still in the queue. */
    kept: async () => (await queue.rows(epoch, 0, 1000)).map(row => row.seq),
    days: async (days: number): Promise<void> => {
      time.jump(days * DAY_MS)
    },
    prune: () =>
      makePruner({ cache, clock: { now: time.clock.now, mono: () => Number.MAX_SAFE_INTEGER / 2 }, queue })(false),
    stockRows: async (): Promise<readonly Row[]> => cache.rowsOf('balance'),
  }
}
export type SqlHandheld = ReturnType<typeof sqlHandheld>

const netOf = (site: SiteSeed, device: DeviceId, nowMs: () => number, reach: () => Reached): Net => {
  const ok = <T>(body: T): Reply<T> => ({ kind: 'ok', body, sentAt: nowMs(), receivedAt: nowMs() })
  const clients: readonly ClientId[] | null = null
  const warehouse = site.warehouse.id
  return {
    sync: async request => {
      const { stores, newFeedEpoch } = reach()
      const deps: SyncDeps = {
        store: stores.sync,
        now: () => isoOf(nowMs()),
        newFeedEpoch,
        nonce: () => 'nonce',
        minVersion: '0.1.0',
        ring: () => undefined,
        onForked: async () => {
          throw new Error('a fork')
        },
      }
      const asker = { device, worker: null, warehouse, clients, verify: async () => true }
      return ok(await handleSync(deps, request, asker))
    },
    snapshot: async take => {
      const { commit, ...head } = await reach().stores.sync.snapshot({ warehouse, device, worker: null, clients }, take)
      const cursor = writeCursor({ feedEpoch: head.feedEpoch, scope: scopeName(clients), commit })
      return ok({ ...head, cursor })
    },
    manifest: async () => ok(await reach().stores.catalogue.manifest(warehouse)),
    blocks: async shas => {
      const found = await reach().stores.catalogue.blocks(shas)
      return ok(shas.flatMap((sha, i) => (found[i] ? [{ sha, bytes: found[i] }] : [])))
    },
    quarantine: async () => ({ kind: 'offline' }),
    rescue: async () => ({ kind: 'offline' }),
  }
}
