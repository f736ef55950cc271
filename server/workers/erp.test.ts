import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { Document } from '../../shared/catalogue.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { CONNECTOR, sqlSite } from '../../test/support/sql-site.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { makeConnector } from '../erp/settings.ts'
import { sim } from '../erp/sim.ts'
import { seedErp } from '../erp/sim/seed.ts'
import { serveSimErp } from '../erp/sim/serve.ts'
import { audit } from '../store/audit.ts'
import { openDatabase } from '../store/open.ts'
import { applyPush } from '../sync/apply.ts'
import { prepare } from '../sync/prepare.ts'
import { deliverRound } from './deliver.ts'
import type { DeliverDeps } from './deliver.ts'
import { importRound } from './import.ts'
import type { ImportDeps } from './import.ts'
import { makeLane } from './lane.ts'
import { makeMapper } from './mapper.ts'
import { toOperation } from './outbound.ts'
import { payloadSchema } from './payload.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the workers between our books and a real HTTP ERP', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  const site = { ...testSite('workers'), items: [] }
  const stores = await sqlSite(opened, site)
  const state = seedErp('2026-11-23')
  const erp = await serveSimErp({ state, save: async () => {}, now: () => '2026-11-23T08:00:00.000Z', token: 't' })
  const connector = makeConnector(sim, { id: 'sim', settings: { url: erp.url }, secrets: { token: 't' } })
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = () => new Date((ms += 1)).toISOString()
  const signal = new AbortController().signal
  const clients: Record<string, string> = { anadolu: site.clients[0]?.id ?? '', marmara: site.clients[1]?.id ?? '' }
  const imports: ImportDeps = {
    connector,
    id: CONNECTOR,
    warehouse: site.warehouse.id,
    store: stores.import,
    sync: stores.sync,
    now,
    ring: () => {},
    log: quiet,
    clientOf: key => (clients[key] as ReturnType<ImportDeps['clientOf']>) ?? null,
    openingPlaces: async () => ['A-01', 'A-02', 'A-03', 'A-04'].map(code => placeId(site, code)),
  }
  const delivery: DeliverDeps = {
    connector,
    id: CONNECTOR,
    version: 1,
    mode: 'live',
    lane: makeLane(),
    outbox: stores.outbox,
    now,
    random: () => 0.5,
    log: quiet,
    newToken: () => crypto.randomUUID(),
    toOperation: toOperation({
      store: stores.import,
      connector: CONNECTOR,
      remoteClient: id => Object.keys(clients).find(key => clients[key] === id) ?? null,
    }),
  }
  const tables = async () => {
    const found = emptyTables(site.warehouse.id)
    await stores.sync.snapshot(
      {
        warehouse: site.warehouse.id,
        device: site.devices[0]?.id ?? derivedId('device', ''),
        worker: null,
        clients: null,
      },
      async rows => {
        for (const row of rows) putRow(found, row)
      },
    )
    return found
  }
  const commits = async () => (await stores.sync.feed(site.warehouse.id)).seq
  const erpStock = (item: string) =>
    Object.values(state.stock)
      .filter(row => row.item === item)
      .reduce((sum, row) => sum + row.quantity, 0)

  beforeAll(async () => {
    await sql`delete from remote`.execute(opened.db)
    await sql`delete from import_cursor`.execute(opened.db)
    await importRound(imports, signal)
  })
  afterAll(async () => {
    await erp.close()
    await opened.close()
  })

  it('[E40] items, open orders and the opening stock arrive once, and the books balance', async () => {
    const { stock, documents, tasks } = await tables()
    const ours = [...stock.values()].filter(row => row.onHand > 0).reduce((sum, row) => sum + row.onHand, 0)
    const theirs = Object.values(state.stock).reduce((sum, row) => sum + row.quantity, 0)
    expect(ours).toBe(theirs)
    expect(documents.size).toBe(Object.keys(state.orders).length)
    expect(tasks.size).toBe(documents.size)
    expect((await stores.catalogue.manifest(site.warehouse.id)).version).toMatch(/^sha256-[0-9a-f]{64}$/)
    expect(await audit(opened.db)).toEqual([])
  })

  it('[E41] a sales order is reserved at once, as far as there is stock', async () => {
    const { lines, documents } = await tables()
    const wanted = [...lines.values()].filter(line => documents.get(line.document)?.kind === 'order')
    const reserved = wanted.filter(line => line.claims.reduce((sum, claim) => sum + claim.qty, 0) === line.wanted)
    expect(reserved.length).toBeGreaterThan(wanted.length * 0.9)
  })

  it('[E42] a second import of the same writes nothing', async () => {
    const before = await commits()
    await importRound(imports, signal)
    expect(await commits()).toBe(before)
  })

  it('[E43] a new name in the ERP makes a new catalogue', async () => {
    const before = (await stores.catalogue.manifest(site.warehouse.id)).version
    const item = state.items['item,1001']
    if (!item) throw new Error('no item')
    state.items['item,1001'] = { ...item, name: 'Renamed mug', changed: (state.clock += 1) }
    await importRound(imports, signal)
    expect((await stores.catalogue.manifest(site.warehouse.id)).version).not.toBe(before)
  })

  const receiveAll = async (
    number: string,
    epoch: string,
  ): Promise<{ document: Document; remoteItem: string; before: number }> => {
    const { documents, lines } = await tables()
    const document = [...documents.values()].find(d => d.number === number)
    const line = [...lines.values()].find(l => l.document === document?.id)
    if (!document || !line) throw new Error('no receipt')
    const sealer = makeSealer(site, site.devices[0]?.id ?? derivedId('device', ''), epoch)
    const remoteItem = (await stores.import.remoteOf(CONNECTOR, [line.item])).get(line.item) ?? ''
    const before = erpStock(remoteItem)
    const commands = [
      sealer.seal({
        type: 'receive',
        client: line.client,
        item: line.item,
        lot: '',
        serial: '',
        document: document.id,
        blind: false,
        expiry: null,
        to: looseAt(placeId(site, 'DOCK-1')),
        qty: line.wanted,
      }),
      sealer.seal({
        type: 'close',
        process: 'receive',
        place: null,
        client: line.client,
        task: null,
        document: document.id,
      }),
    ]
    const at = { warehouse: site.warehouse.id, device: sealer.device, epoch }
    const prepared = await prepare(commands, at, async () => true)
    const end = await stores.sync.apply({ ...at, now: now() }, tx =>
      applyPush(tx, { ...at, now: now(), prepared, hole: undefined, lost: false }),
    )
    expect(end.results.map(r => r.outcome)).toEqual(['applied', 'applied'])
    return { document, remoteItem, before }
  }
  const drain = async () => {
    for (let i = 0; i < 12; i += 1) {
      ms += 60_000
      await deliverRound(delivery, 50, signal)
    }
  }

  it('[E44] a closed receipt raises the ERP stock by exactly what came, once', async () => {
    const { remoteItem, before } = await receiveAll('PO-701', 'epocherp0001')
    await drain()
    expect(erpStock(remoteItem)).toBe(before + 5)
    expect(await stores.outbox.counts(CONNECTOR)).toMatchObject({ posted: 1, waiting: 0, unknown: 0 })
  })

  it('[E105] an order that is picked, packed and shipped lowers the ERP stock by exactly what left, once', async () => {
    const { documents, lines, tasks, locations } = await tables()
    const line = [...lines.values()].find(
      one =>
        documents.get(one.document)?.kind === 'order' && one.claims.length === 1 && one.claims[0]?.qty === one.wanted,
    )
    const claim = line?.claims[0]
    const task = [...tasks.values()].find(one => one.document === line?.document)
    const tote = [...locations.values()].find(place => place.kind === 'tote')
    if (line === undefined || claim === undefined || task === undefined || tote === undefined)
      throw new Error('no order')
    const remoteItem = (await stores.import.remoteOf(CONNECTOR, [line.item])).get(line.item) ?? ''
    const before = erpStock(remoteItem)
    const epoch = 'epochship001'
    const sealer = makeSealer(site, site.devices[0]?.id ?? derivedId('device', ''), epoch)
    const { client, item, document, wanted: qty } = line
    const carton = derivedId<'location'>('location', site.warehouse.id, 'carton', 'BOX-1')
    const goods = { client, item, lot: claim.lot, serial: claim.serial, document, line: line.id, qty }
    const { location, lpn, status } = claim
    const done = { client, document, task: null, place: null }
    const commands = [
      sealer.seal({ type: 'pick', ...goods, task: task.id, from: { location, lpn, status }, to: looseAt(tote.id) }),
      sealer.seal({ type: 'carton.open', client, document, carton, label: 'BOX-1', cartonType: 'M', parent: null }),
      sealer.seal({ type: 'pack', ...goods, from: looseAt(tote.id), to: looseAt(carton) }),
      sealer.seal({ type: 'carton.close', client, document, carton, weightG: 900, size: null, tracking: 'JD01' }),
      sealer.seal({ type: 'close', process: 'pack', ...done, reason: 'SHIP_SHORT' }),
      sealer.seal({ type: 'ship', client, document, cartons: [carton], door: null }),
    ]
    const at = { warehouse: site.warehouse.id, device: sealer.device, epoch }
    const prepared = await prepare(commands, at, async () => true)
    const end = await stores.sync.apply({ ...at, now: now() }, tx =>
      applyPush(tx, { ...at, now: now(), prepared, hole: undefined, lost: false }),
    )
    expect(end.results.map(r => r.outcome)).toEqual(commands.map(() => 'applied'))
    await drain()
    expect(erpStock(remoteItem)).toBe(before - qty)
    expect((await tables()).documents.get(document)?.state).toBe('closed')
    expect(await audit(opened.db)).toEqual([])
  })

  const push = async (epoch: string, drafts: readonly Parameters<ReturnType<typeof makeSealer>['seal']>[0][]) => {
    const supervisor = 2
    const sealer = makeSealer(site, site.devices[0]?.id ?? derivedId('device', ''), epoch, supervisor)
    const at = { warehouse: site.warehouse.id, device: sealer.device, epoch }
    const prepared = await prepare(
      drafts.map(draft => sealer.seal(draft)),
      at,
      async () => true,
    )
    const end = await stores.sync.apply({ ...at, now: now() }, tx =>
      applyPush(tx, { ...at, now: now(), prepared, hole: undefined, lost: false }),
    )
    expect(end.results.map(r => r.reason)).toEqual(drafts.map(() => undefined))
  }
  const someStock = async () => {
    const row = [...(await tables()).stock.values()].find(one => one.onHand > 5 && one.reserved === 0 && one.lot === '')
    if (row === undefined) throw new Error('no stock')
    const { client, item, lot, serial, location, lpn, status } = row
    const remote = (await stores.import.remoteOf(CONNECTOR, [item])).get(item) ?? ''
    return { goods: { client, item, lot, serial }, from: { location, lpn, status }, remote }
  }

  it('[E123] [E124] scrap lowers the ERP stock once, damage moves it to the ERP’s place for damaged goods', async () => {
    const { goods, from, remote } = await someStock()
    const rule = (ours: string, theirs: string) => ({ kind: 'location', ours, theirs, source: 'person' }) as const
    await stores.mappings.put(CONNECTOR, [rule('* *', 'MAIN'), rule('* damaged', 'DAMAGED')], 'Ayşe', now())
    const mapped: DeliverDeps = {
      ...delivery,
      toOperation: toOperation({
        store: stores.import,
        connector: CONNECTOR,
        remoteClient: id => Object.keys(clients).find(key => clients[key] === id) ?? null,
        mapper: async () => makeMapper(await stores.mappings.all(CONNECTOR)),
      }),
    }
    const before = erpStock(remote)
    const at = (place: string) =>
      Object.values(state.stock)
        .filter(row => row.item === remote && row.place === place)
        .reduce((sum, row) => sum + row.quantity, 0)
    const told = async () => (await stores.outbox.counts(CONNECTOR)).posted
    const posted = await told()
    await push('epocherps001', [
      { type: 'scrap', process: 'move', ...goods, from, qty: 2, reason: 'DAMAGED' },
      {
        type: 'status',
        process: 'move',
        ...goods,
        from,
        to: { ...from, status: 'damaged' },
        qty: 3,
        reason: 'DAMAGED',
      },
    ])
    for (let i = 0; i < 12; i += 1) {
      ms += 60_000
      await deliverRound(mapped, 50, signal)
    }
    expect([erpStock(remote), at('DAMAGED'), at('MAIN')]).toEqual([before - 2, 3, before - 5])
    expect(await told()).toBe(posted + 2)
    expect(await audit(opened.db)).toEqual([])
    for (const ours of ['* *', '* damaged']) await stores.mappings.remove(CONNECTOR, 'location', ours)
  })

  it('[E126] [E128] all messages together are what the ledger has moved across its outside', async () => {
    const { rows } = await sql<{ item: string; qty: number }>`
      select i.uid as item, sum(case when f.body->>'kind' in ('supplier','customer','adjustment','scrap','unknown','transit') then m.qty else 0 end
           - case when t.body->>'kind' in ('supplier','customer','adjustment','scrap','unknown','transit') then m.qty else 0 end) as qty
      from movement m join item i on i.id = m.item_id
      join command k on k.warehouse_id = m.warehouse_id and k.device_id = m.device_id and k.epoch = m.epoch and k.seq = m.seq
      join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
      join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
      where k.body not like '%openingStock%' group by i.uid having sum(1) > 0`.execute(opened.db)
    const ledger = new Map(rows.map(row => [row.item, row.qty]))
    const messages = await stores.outbox.list({ connector: CONNECTOR }, { beforeSeq: null, limit: 1000 })
    const told = new Map<string, number>()
    for (const { payload } of messages) {
      const read = v.parse(payloadSchema, payload)
      const add = (item: string, n: number): void => void told.set(item, (told.get(item) ?? 0) + n)
      if (read.type === 'receipt' || read.type === 'return') for (const line of read.lines) add(line.item, line.qty)
      if (read.type === 'shipment')
        for (const line of read.packages.flatMap(box => box.lines)) add(line.item, -line.qty)
      if (read.type === 'adjustment') add(read.item, read.delta)
    }
    const differing = [...new Set([...ledger.keys(), ...told.keys()])].filter(
      item => (ledger.get(item) ?? 0) !== (told.get(item) ?? 0),
    )
    expect(differing).toEqual([])
    expect(told.size).toBeGreaterThanOrEqual(2)
  })

  it.each(['cutBefore', 'cutAfter', 'error500', 'truncated', 'html', 'throttled'] as const)(
    '[E45] %s on the way: in the end the receipt is there exactly once',
    async fault => {
      const next = ['cutBefore', 'cutAfter', 'error500', 'truncated', 'html', 'throttled'].indexOf(fault)
      const item = state.items[`item,${1010 + next * 3}`]
      if (!item) throw new Error('no item')
      const changed = (state.clock += 1)
      const id = `purchase,x${next}`
      state.orders[id] = {
        id,
        kind: 'purchase',
        number: `PO-X${next}`,
        client: item.client,
        partner: 'P',
        due: null,
        priority: 0,
        state: 'open',
        changed,
        at: '',
        childAt: '',
        lines: [{ id: `${id}/1`, item: item.id, quantity: 7, done: 0, closed: false }],
      }
      await importRound(imports, signal)
      const { posted } = await stores.outbox.counts(CONNECTOR)
      const { remoteItem, before } = await receiveAll(`PO-X${next}`, `epocherpx00${next}`)
      const matches = (request: Request): boolean => request.method === 'POST'
      erp.faults.inject(...[1, 2, 3].map(call => ({ call, fault, matches })))
      await drain()
      expect(erpStock(remoteItem)).toBe(before + 7)
      expect((await stores.outbox.counts(CONNECTOR)).posted).toBe(posted + 1)
      expect(await audit(opened.db)).toEqual([])
    },
  )
})
