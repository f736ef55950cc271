import { afterAll, describe, expect, it, vi } from 'vitest'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { CONNECTOR, NOW, sqlSite } from '../../test/support/sql-site.ts'
import { makeConnector } from '../erp/settings.ts'
import { sim } from '../erp/sim.ts'
import { serveSimErp } from '../erp/sim/serve.ts'
import { emptyState } from '../erp/sim/state.ts'
import { openDatabase } from '../store/open.ts'
import { makeBridge } from './bridge.ts'
import { makeErpDesk } from './erp-desk.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const until = { timeout: 20_000, interval: 20 }

describe('stored connections run', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  const site = testSite('bridge')
  const stores = await sqlSite(opened, site)
  const state = emptyState()
  const now = (): string => new Date().toISOString()
  const erp = await serveSimErp({ state, save: async () => {}, now, token: 'right' })
  const [item] = site.items
  const remote = `item,${item!.id}`
  const [{ id: warehouse }, at] = [site.warehouse, { id: CONNECTOR, warehouse: site.warehouse.id }]
  const about = { client: 'one', sku: 'S', name: 'Item', unit: 'pcs', barcodes: [], packagings: [] }
  erp.erp.addItem({ id: remote, ...about, tracking: { lot: false, serial: false, expiry: false }, active: true })
  const desk = makeErpDesk({
    stores,
    keys: [Buffer.alloc(32, 1)],
    kinds: { sim },
    ring: () => {},
    now,
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    log: quiet,
    every: { importMs: 20, deliverMs: 20, compareMs: 20 },
  })
  afterAll(async () => {
    await desk.bridges.stop()
    await erp.close()
    await opened.close()
  })
  const put = (version: number, over: object) => {
    const settings = { url: erp.url }
    const base = {
      name: 'ERP',
      kind: 'sim',
      settings,
      sealed: desk.seal(CONNECTOR, { token: 'right' }),
      allow: {},
      takes: {},
    }
    return stores.connections.put({ ...at, version }, { ...base, mode: 'live', ...over })
  }
  const arrive = async (qty: number) => {
    const known = (await stores.import.itemsByRemote(CONNECTOR, [remote])).get(remote) ?? item
    return stores.sync.decide({ warehouse, now: NOW }, tx =>
      tx.write({
        body: { kind: 'found' },
        effects: {
          ...NOTHING,
          movements: [
            {
              client: known!.client,
              item: known!.id,
              lot: '',
              serial: '',
              from: looseAt(virtualLocation(warehouse, 'unknown')),
              to: looseAt(placeId(site, 'A-01')),
              qty,
              takenAt: NOW,
              at: NOW,
              unc: 0,
            },
          ],
        },
      }),
    )
  }
  const waiting = async (): Promise<number> => (await stores.outbox.counts(CONNECTOR)).waiting

  it('[ER28] one that is on imports, delivers and compares', async () => {
    await put(1, { mode: 'off' })
    await desk.bridges.renew()
    expect(desk.bridges.ids()).toEqual([])
    await stores.mappings.put(
      CONNECTOR,
      site.clients.map((client, i) => ({
        kind: 'client',
        ours: client.id,
        theirs: i === 0 ? 'one' : 'two',
        source: 'person',
      })),
      'test',
      NOW,
    )
    await arrive(5)
    await put(2, {})
    await desk.bridges.renew()
    expect(desk.bridges.ids()).toEqual([CONNECTOR])
    await vi.waitFor(() => expect(erp.erp.onHand(remote, 'MAIN', '')).toBe(5), until)
    await vi.waitFor(async () => {
      const [run] = await stores.compare.runs(CONNECTOR, { before: null, limit: 1 })
      expect(run).toMatchObject({ outcome: null, drifts: 0 })
    }, until)
    erp.erp.changeItem(remote, { name: 'Renamed' })
    await vi.waitFor(async () => {
      const items = await stores.import.itemsByRemote(CONNECTOR, [remote])
      // An import names items by itself; the name is what has come.
      expect([...items.values()].map(one => one.name)).toEqual(['Renamed'])
    }, until)
  })
  it('[ER28] a changed one is started anew with what is stored now; wrong credentials stop its delivery at once', async () => {
    await put(3, { sealed: desk.seal(CONNECTOR, { token: 'wrong' }) })
    await desk.bridges.renew()
    await vi.waitFor(async () => {
      expect(await stores.outbox.circuit(CONNECTOR)).toMatchObject({ state: 'open', cause: 'auth' })
    }, until)
    const tried = erp.faults.calls()
    await arrive(2)
    await desk.bridges.renew()
    expect(await waiting()).toBe(1)
    expect(erp.faults.calls() - tried).toBeLessThanOrEqual(1)
    await put(4, {})
    await desk.bridges.renew()
    await vi.waitFor(() => expect(erp.erp.onHand(remote, 'MAIN', '')).toBe(7), until)
  })
  it('[E131] the ERP is told the day that it was in the warehouse', async () => {
    const [[row], connection] = [
      await stores.outbox.list({ connector: CONNECTOR }, { beforeSeq: null, limit: 1 }),
      await stores.connections.get(CONNECTOR),
    ]
    if (row === undefined || connection === null) throw new Error('no message to tell')
    const connector = makeConnector(sim, { id: 'sim', settings: { url: erp.url }, secrets: { token: 'right' } })
    const deps = { ring: () => {}, now, random: () => 0.5, newId: () => crypto.randomUUID(), log: quiet }
    const every = { importMs: 20, deliverMs: 20, compareMs: 20 }
    const dayOf = async (createdAt: string) =>
      (
        await makeBridge({ ...deps, stores, every, connect: () => connector }, connection, connector).operationOf({
          ...row,
          createdAt,
        })
      )?.day
    const policies = await stores.site.policies(warehouse)
    expect(await dayOf('2026-11-23T22:30:00.000Z')).toBe('2026-11-23')
    if (policies === null) throw new Error('no policies')
    const inZone = { ...policies.warehouse, site: { timeZone: 'Europe/Istanbul' } }
    await stores.site.putPolicies(warehouse, { ...policies, version: policies.version + 1, warehouse: inZone })
    expect(await dayOf('2026-11-23T22:30:00.000Z')).toBe('2026-11-24')
    expect(await dayOf('2026-11-23T20:59:59.000Z')).toBe('2026-11-23')
  })
  it('[ER28] one that is off stops, one that cannot be opened is not started', async () => {
    await put(5, { mode: 'off' })
    await desk.bridges.renew()
    expect(desk.bridges.ids()).toEqual([])
    await put(6, { sealed: 'v1.nothing' })
    await desk.bridges.renew()
    expect(desk.bridges.ids()).toEqual([])
  })
})
