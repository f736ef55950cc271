import { afterAll, describe, expect, it } from 'vitest'
import type { Carton, Document } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DocumentId, LocationId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { startSim } from '../../test/erp/sim-peer.ts'
import { testSite } from '../../test/support/site.ts'
import { CONNECTOR, NOW, sqlSite } from '../../test/support/sql-site.ts'
import { openDatabase } from '../store/open.ts'
import { makeBridge } from './bridge.ts'
import { deliverRound } from './deliver.ts'
import { emptyPage } from './import-port.ts'
import { orderStatusRound, statusOf } from './order-status.ts'
import type { OrderState } from './order-status.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const never = new AbortController().signal
const OTHER = derivedId<'connector'>('connector', 'carriers')

describe('how far orders are', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  const peer = await startSim('plain')
  afterAll(async () => {
    await peer.stop()
    await opened.close()
  })
  const site = testSite('statuses')
  const stores = await sqlSite(opened, site)
  const warehouse = site.warehouse.id
  const [item] = site.items
  if (!item) throw new Error('no item')
  let ms = Date.parse(NOW)
  const now = (): string => new Date((ms += 1)).toISOString()
  const remoteItem = await peer.item()
  const remotes = (all: { kind: 'item' | 'document'; id: string; remote: string }[]) =>
    stores.import.putPage(
      { warehouse, connector: CONNECTOR, now: now() },
      { ...emptyPage('item', null), remotes: all.map(row => ({ ...row, hash: '', record: null })) },
      null,
    )
  await remotes([{ kind: 'item', id: item.id, remote: remoteItem }])
  await stores.mappings.put(
    CONNECTOR,
    site.clients.map(({ id }, i) => ({ kind: 'client', ours: id, theirs: `${i}`, source: 'person' })),
    'test',
    NOW,
  )
  const bridgeFor = async (mode: 'live' | 'shadow' = 'live', takes: object = {}) => {
    const settings = { url: peer.url, profile: 'plain' }
    const version = (await stores.connections.get(CONNECTOR))?.version ?? null
    const about = { name: 'ERP', kind: 'sim', settings, sealed: null, mode, allow: {}, takes }
    const connection = await stores.connections.put({ id: CONNECTOR, warehouse, version }, about)
    if (connection === null) throw new Error('no connection')
    const connector = peer.connect({ url: peer.url })
    const deps = { stores, connect: () => connector, ring: () => {}, now, random: () => 0.5, log: quiet }
    const every = { importMs: 20, deliverMs: 20, compareMs: 20 }
    return makeBridge({ ...deps, newId: () => crypto.randomUUID(), every }, connection, connector)
  }
  const write = (effects: Partial<Effects>) =>
    stores.sync.decide({ warehouse, now: NOW }, tx =>
      tx.write({ body: {}, silent: true, effects: { ...NOTHING, ...effects } }),
    )
  const { client, id } = item
  const lineOf = (document: DocumentId, shipped: number) => {
    const line = { id: derivedId<'line'>('line', document), document, client, item: id, wanted: 4, source: null, no: 1 }
    return { ...line, done: shipped, shipped, state: 'open' as const, claims: [], reason: null }
  }
  /** An order of the ERP, open here as well. */
  const order = async (number: string): Promise<Document> => {
    const document = derivedId<'document'>('document', number)
    await remotes([{ kind: 'document', id: document, remote: await peer.sale([{ item: remoteItem, n: 4 }]) }])
    const about = { kind: 'order' as const, client, number, partner: 'P', due: NOW, priority: 0, blind: false }
    const made: Document = { id: document, ...about, state: 'open', carrier: 'Aras' }
    await write({ documents: [made], lines: [lineOf(document, 0)] })
    return made
  }
  const boxOf = (document: DocumentId, label: string, more: Partial<Carton> = {}) => {
    const carton: Carton = {
      document,
      type: 'M',
      weightG: 1200,
      size: null,
      tracking: null,
      closed: true,
      shipped: false,
      ...more,
    }
    const box = {
      id: derivedId<'location'>('carton', label),
      kind: 'carton' as const,
      code: label,
      zone: null,
      sequence: 1,
    }
    return { ...box, parent: null, active: true, carton }
  }
  const put = (to: LocationId, qty: number) => {
    const [from, times] = [looseAt(virtualLocation(warehouse, 'supplier')), { takenAt: NOW, at: NOW, unc: null }]
    return write({ movements: [{ client, item: id, lot: '', serial: '', from, to: looseAt(to), qty, ...times }] })
  }
  const deliver = async (bridge: Awaited<ReturnType<typeof bridgeFor>>): Promise<void> => {
    for (let n = 0; n < 6; n += 1) {
      ms += 60_000
      await deliverRound(bridge.delivering, 50, never)
    }
  }
  /** What the ERP was told of the order, in order. */
  const told = async (document: DocumentId) => {
    const rows = await stores.outbox.list(
      { connector: CONNECTOR, subject: `status/${document}` },
      { beforeSeq: null, limit: 50 },
    )
    return Promise.all(
      rows.toReversed().map(async row => (row.state === 'posted' ? peer.statusOf?.(row.key) : row.state)),
    )
  }
  const word = (status: string, cartons: string[] = [], tracking: string[] = []) => ({ status, cartons, tracking })

  it('[E133] work has begun, boxes are closed, everything is packed, it has left: each is told once, in order', async () => {
    const bridge = await bridgeFor()
    const made = await order('ONE')
    expect(await orderStatusRound(bridge.telling)).toBe(0)
    await write({ documents: [{ ...made, state: 'started' }] })
    expect([await orderStatusRound(bridge.telling), await orderStatusRound(bridge.telling)]).toEqual([1, 0])
    const box = boxOf(made.id, 'XC1')
    await write({ locations: [{ ...box, carton: { ...box.carton, closed: false } }] })
    await put(box.id, 4)
    expect(await orderStatusRound(bridge.telling)).toBe(0)
    await write({ locations: [box] })
    expect(await orderStatusRound(bridge.telling)).toBe(1)
    await write({ documents: [{ ...made, state: 'started', ready: true }] })
    expect(await orderStatusRound(bridge.telling)).toBe(1)
    await write({
      documents: [{ ...made, state: 'closed', ready: true }],
      lines: [lineOf(made.id, 4)],
      locations: [boxOf(made.id, 'XC1', { tracking: 'T1', shipped: true })],
    })
    expect(await orderStatusRound(bridge.telling)).toBe(1)
    await deliver(bridge)
    expect(await told(made.id)).toEqual([
      word('picking'),
      word('packed', ['XC1']),
      word('ready', ['XC1']),
      word('shipped', [], ['T1']),
    ])
    expect(await orderStatusRound(bridge.telling)).toBe(0)
  })
  it('[E133] a box that is told of has its weight and contents in the ERP’s words', async () => {
    const bridge = await bridgeFor()
    const made = await order('TWO')
    const box = boxOf(made.id, 'XC2')
    await write({ documents: [{ ...made, state: 'started' }], locations: [box] })
    await put(box.id, 3)
    await orderStatusRound(bridge.telling)
    const [row] = await stores.outbox.list(
      { connector: CONNECTOR, subject: `status/${made.id}` },
      { beforeSeq: null, limit: 1 },
    )
    if (row === undefined) throw new Error('nothing was told')
    expect(await bridge.operationOf(row)).toMatchObject({
      type: 'orderStatus',
      status: 'packed',
      shipping: { carrier: 'Aras', tracking: [] },
      packages: [{ label: 'XC2', type: 'M', weightG: 1200, lines: [{ item: remoteItem, qty: { n: 3 } }] }],
    })
  })
  it('[E133] packed, opened again and packed as before is told anew; the label that the ERP made is that of the box', async () => {
    const bridge = await bridgeFor()
    const made = await order('THREE')
    const box = boxOf(made.id, 'XC3')
    const open = { ...box, carton: { ...box.carton, closed: false } }
    for (const one of [box, open, box]) {
      await write({ documents: [{ ...made, state: 'started' }], locations: [one] })
      await orderStatusRound(bridge.telling)
    }
    await deliver(bridge)
    expect(await told(made.id)).toEqual([word('packed', ['XC3']), word('picking'), word('packed', ['XC3'])])
    const { items } = await bridge.connector.pull('carrierLabel', null, 500, never)
    expect(items.filter(label => label.package === 'XC3')).toMatchObject([{ format: 'zpl' }])
  })
  it('[E133] what a carrier tells another connection is told: could not be delivered, then delivered', async () => {
    const bridge = await bridgeFor()
    const made = await order('FOUR')
    await write({
      documents: [{ ...made, state: 'closed', ready: true }],
      lines: [lineOf(made.id, 4)],
      locations: [boxOf(made.id, 'XC4', { tracking: 'T4', shipped: true })],
    })
    await orderStatusRound(bridge.telling)
    const said = { id: 'd,4', order: null, carrier: 'Aras', tracking: 'T4', at: NOW, document: made.id }
    for (const [connector, state] of [
      [CONNECTOR, 'delivered'],
      [OTHER, 'inTransit'],
      [OTHER, 'failed'],
      [OTHER, 'delivered'],
    ] as const) {
      const page = { ...emptyPage('delivery', null), deliveries: [{ ...said, state }] }
      await stores.import.putPage({ warehouse, connector, now: now() }, page, null)
      await orderStatusRound(bridge.telling)
    }
    await deliver(bridge)
    const words = ['shipped', 'deliveryFailed', 'delivered'].map(status => word(status, [], ['T4']))
    expect(await told(made.id)).toEqual(words)
  })
  it('[E133] a word that the ERP does not take holds up none of the messages that move stock', async () => {
    const bridge = await bridgeFor()
    const made = await order('FIVE')
    await remotes([{ kind: 'document', id: made.id, remote: 'nobody,1' }])
    await write({ documents: [{ ...made, state: 'started' }] })
    await orderStatusRound(bridge.telling)
    const about = { warehouse, connector: CONNECTOR, client, covers: [], key: derivedId('outbox', 'FIVE') }
    const delta = { v: 1, type: 'adjustment', document: null, client, item: id, lot: '', serial: '', by: 'b' }
    const place = { location: boxOf(made.id, 'XC5').id, status: 'available' }
    const payload = { ...delta, place, delta: 2, reason: 'count', count: null }
    await stores.outbox.enter({ ...about, subject: `stock/${id}`, type: 'adjustment', payload }, now())
    await stores.mappings.put(
      CONNECTOR,
      [{ kind: 'reason', ours: 'count', theirs: 'count', source: 'person' }],
      'test',
      now(),
    )
    ms += 2000
    const { guard: _guard, ...delivering } = bridge.delivering
    await deliver({ ...bridge, delivering })
    expect(await told(made.id)).toEqual(['parked'])
    expect((await stores.outbox.get(about.key))?.row.state).toBe('posted')
  })
  it('[E133] a rehearsal, a connection that does not take it, and an order that was cancelled are told nothing', async () => {
    const made = await order('SIX')
    await write({ documents: [{ ...made, state: 'started' }] })
    for (const bridge of [await bridgeFor('shadow'), await bridgeFor('live', { types: ['shipment'] })])
      expect(await orderStatusRound(bridge.telling)).toBe(0)
    await write({ documents: [{ ...made, state: 'cancelled' }] })
    expect(await orderStatusRound((await bridgeFor()).telling)).toBe(0)
  })
})

describe('the word about an order', () => {
  const box = (label: string, more: Partial<OrderState['cartons'][number]> = {}) => {
    const about = { label, type: null, weightG: null, size: null, tracking: null, lines: [] }
    return { ...about, closed: true, shipped: false, ...more }
  }
  const state = (more: Partial<OrderState>): OrderState => {
    const ids = { document: derivedId<'document'>('d'), client: derivedId<'client'>('c') }
    const open = { state: 'started' as const, ready: false, shipped: false, carrier: null, cartons: [], parcels: [] }
    return { ...ids, ...open, ...more }
  }
  const sent = [box('A', { tracking: 'T1', shipped: true }), box('B', { tracking: 'T2', shipped: true })]
  const parcel = (tracking: string, of: string) => ({ tracking, state: of })

  it('[E133] what is packed and still here goes before what has left', () => {
    const parts = [box('A', { tracking: 'T1', shipped: true }), box('B')]
    expect(statusOf(state({ shipped: true, cartons: parts }))).toMatchObject({
      status: 'packed',
      packages: [{ label: 'B' }],
    })
    expect(statusOf(state({ shipped: true, cartons: parts.slice(0, 1) }))).toMatchObject({
      status: 'shipped',
      tracking: ['T1'],
    })
  })
  it('[E133] an order is delivered when all its parcels are, and not before all of it has left', () => {
    const words = (more: Partial<OrderState>) =>
      statusOf(state({ state: 'closed', shipped: true, cartons: sent, ...more }))?.status
    expect(words({ parcels: [parcel('T1', 'delivered')] })).toBe('shipped')
    expect(words({ parcels: [parcel('T1', 'delivered'), parcel('T2', 'inTransit')] })).toBe('shipped')
    expect(words({ parcels: [parcel('T1', 'delivered'), parcel('T2', 'returned')] })).toBe('deliveryFailed')
    const all = [parcel('T1', 'delivered'), parcel('T2', 'delivered')]
    expect(words({ parcels: all })).toBe('delivered')
    expect(words({ parcels: all, state: 'started' })).toBe('shipped')
  })
  it('[E133] an order that the ERP has closed itself is no news to it', () => {
    expect(statusOf(state({ state: 'closed' }))).toBeNull()
  })
})
