import { afterAll, describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { CONNECTOR, NOW, sqlSite } from '../../test/support/sql-site.ts'
import { rest } from '../erp/rest.ts'
import { makeConnector } from '../erp/settings.ts'
import { openDatabase } from '../store/open.ts'
import { makeBridge } from './bridge.ts'
import { deliverRound } from './deliver.ts'
import { promiseRound } from './promise.ts'
import { makeReserveRound } from './reserve.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const never = new AbortController().signal
const SECRETS = { token: 't', signing: `whsec_${Buffer.alloc(24, 7).toString('base64')}` }

describe('what is promised', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  const site = testSite('promising')
  const stores = await sqlSite(opened, site)
  const warehouse = site.warehouse.id
  const [item] = site.items
  if (!item) throw new Error('no item')
  const remote = `item,${item.id}`
  let ms = Date.parse(NOW)
  const now = (): string => new Date((ms += 1)).toISOString()
  /** What the ERP was told, in order, and whether it answers. */
  const told: { item: string; location: string | null; reserved: number }[] = []
  const keys = new Set<string>()
  let isAway = false
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (isAway) throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    if (pathname.endsWith('/info')) return Response.json({ serverTime: now() })
    if (request.method === 'POST') {
      const {
        key = '',
        type,
        item: of = '',
        location = null,
        reserved,
      } = (await request.json()) as Record<string, string> & { reserved: number }
      expect(type).toBe('reservation')
      if (!keys.has(key)) told.push({ item: of, location, reserved })
      keys.add(key)
      return Response.json({}, { status: 201 })
    }
    return keys.has(pathname.split('/').at(-1) ?? '')
      ? Response.json({ state: 'posted', id: 'R-1' })
      : Response.json({ error: { code: 'unknown_document' } }, { status: 404 })
  }
  const bridgeFor = async (settings: object, mode: 'live' | 'shadow' = 'live') => {
    const all = { url: 'https://erp.example', ...settings }
    const version = (await stores.connections.get(CONNECTOR))?.version ?? null
    const about = { name: 'Shop', kind: 'rest', settings: all, sealed: null, mode, allow: {}, takes: {} }
    const connection = await stores.connections.put({ id: CONNECTOR, warehouse, version }, about)
    if (connection === null) throw new Error('no connection')
    const connector = makeConnector(rest, { id: CONNECTOR, settings: all, secrets: SECRETS, fetch, now })
    const deps = { stores, connect: () => connector, ring: () => {}, now, random: () => 0.5, log: quiet }
    const every = { importMs: 20, deliverMs: 20, compareMs: 20 }
    return makeBridge({ ...deps, newId: () => crypto.randomUUID(), every }, connection, connector)
  }
  await stores.mappings.put(
    CONNECTOR,
    site.clients.map(({ id }, i) => ({ kind: 'client', ours: id, theirs: `${i}`, source: 'person' })),
    'test',
    NOW,
  )
  const write = (effects: Partial<Effects>) =>
    stores.sync.decide({ warehouse, now: NOW }, tx =>
      tx.write({ body: {}, silent: true, effects: { ...NOTHING, ...effects } }),
    )
  const { client, id } = item
  const arrive = (qty: number) => {
    const from = looseAt(virtualLocation(warehouse, 'supplier'))
    const to = looseAt(placeId(site, 'A-01'))
    const times = { takenAt: NOW, at: NOW, unc: null }
    return write({ movements: [{ client, item: id, lot: '', serial: '', from, to, qty, ...times }] })
  }
  const order = async (number: string, wanted: number) => {
    const [document, line] = [derivedId<'document'>('document', number), derivedId<'line'>('line', number)]
    const about = { kind: 'order' as const, client, number, partner: 'P', due: NOW, priority: 0, blind: false }
    await write({
      documents: [{ id: document, ...about, state: 'open' }],
      tasks: [
        { id: derivedId('task', number), kind: 'pick', client, document, state: 'ready', lease: null, tote: null },
      ],
      lines: [
        {
          id: line,
          document,
          client,
          item: id,
          wanted,
          source: null,
          no: 1,
          done: 0,
          state: 'open',
          claims: [],
          reason: null,
        },
      ],
    })
  }
  const reserve = makeReserveRound({
    warehouses: () => stores.site.warehouses(),
    waiting: stores.waiting,
    sync: stores.sync,
    now,
    ring: () => {},
  })
  const deliver = async (bridge: Awaited<ReturnType<typeof bridgeFor>>): Promise<void> => {
    for (let n = 0; n < 6; n += 1) {
      ms += 60_000
      await deliverRound(bridge.delivering, 50, never)
    }
  }

  it('[E132] is told to an ERP that takes it, once for each new figure; to no other', async () => {
    await arrive(9)
    await order('ONE', 4)
    await reserve()
    for (const bridge of [await bridgeFor({}), await bridgeFor({ reservations: true }, 'shadow')])
      expect(await promiseRound(bridge.promising)).toBe(0)
    const bridge = await bridgeFor({ reservations: true })
    expect(await promiseRound(bridge.promising)).toBe(1)
    await deliver(bridge)
    expect(told).toEqual([{ item: remote, location: null, reserved: 4 }])
    expect(await promiseRound(bridge.promising)).toBe(0)
  })
  it('[E132] while one figure is on its way the next waits, and then the newest is told', async () => {
    const bridge = await bridgeFor({ reservations: true })
    isAway = true
    await order('TWO', 3)
    await reserve()
    expect(await promiseRound(bridge.promising)).toBe(1)
    await deliver(bridge)
    await order('THREE', 2)
    await reserve()
    expect(await promiseRound(bridge.promising)).toBe(0)
    isAway = false
    await stores.outbox.dueNow(CONNECTOR, now())
    await deliver(bridge)
    expect(await promiseRound(bridge.promising)).toBe(1)
    await deliver(bridge)
    expect(told.map(row => row.reserved)).toEqual([4, 7, 9])
  })
  it('[E132] it goes by the ERP’s own places; of one that has nothing promised any more nothing is said to be', async () => {
    const bridge = await bridgeFor({ reservations: true })
    const rule = { kind: 'location', ours: '* *', theirs: 'SHOP', source: 'person' } as const
    await stores.mappings.put(CONNECTOR, [rule], 'test', now())
    ms += 2000
    expect(await promiseRound(bridge.promising)).toBe(2)
    await deliver(bridge)
    expect(told.slice(3).sort((a, b) => a.reserved - b.reserved)).toEqual([
      { item: remote, location: null, reserved: 0 },
      { item: remote, location: 'SHOP', reserved: 9 },
    ])
    expect(await promiseRound(bridge.promising)).toBe(0)
  })
})
