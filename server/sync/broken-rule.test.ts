import { expect, test, vi } from 'vitest'
import type { Draft } from '../../shared/sync/command.ts'
import { derivedId } from '../../shared/ids.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { makeMemoryServer } from '../../test/simulation/memory-server.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { handleSync } from './handle.ts'

/** The only rule that throws is one that was broken on purpose. */
vi.mock('../../shared/process/judge.ts', async original => {
  const real = await original<typeof import('../../shared/process/judge.ts')>()
  const judge: typeof real.judge = (world, command, ...rest) => {
    if (command.type === 'receive' && command.qty === 13) throw new TypeError('a bug of ours')
    return real.judge(world, command, ...rest)
  }
  return { ...real, judge }
})

test('[T17] a rule that throws keeps its own command, books the others, and is named in the log', async () => {
  const site = testSite('broken rule')
  const memory = makeMemoryServer(site)
  const device = site.devices[0]!.id
  const sealer = makeSealer(site, device)
  const item = site.items[0]!
  const receive = (qty: number): Draft => ({
    type: 'receive',
    client: item.client,
    item: item.id,
    lot: '',
    serial: '',
    document: derivedId('document', 'broken rule'),
    blind: true,
    expiry: null,
    to: looseAt(placeId(site, 'DOCK-1')),
    qty,
  })
  const broken: unknown[] = []
  const { push } = await handleSync(
    {
      store: memory.store,
      now: () => '2026-03-02T08:00:00.000Z',
      newFeedEpoch: () => 'feedepoch999',
      nonce: () => 'n',
      minVersion: '0',
      ring: () => {},
      onForked: async () => {},
      onBroken: (key, error) => void broken.push([key, error]),
    },
    {
      proto: 2,
      app: '1.0.0',
      device,
      warehouse: site.warehouse.id,
      session: null,
      cursor: null,
      push: { epoch: sealer.epoch, commands: [receive(2), receive(13), receive(3)].map(draft => sealer.seal(draft)) },
      head: { seq: 3, pending: 3, oldest: null, quota: null, persisted: true, lost: false, acked: 0 },
    },
    { device, worker: null, warehouse: site.warehouse.id, clients: null, verify: async () => true },
  )
  expect(push.results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['applied', 'handler_failed', 'applied'])
  expect(broken).toEqual([[{ device, epoch: sealer.epoch, seq: 2 }, new TypeError('a bug of ours')]])
})
