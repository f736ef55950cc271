import type { SyncStore } from '../../server/sync/ports.ts'
import { NO_NEED } from '../../server/sync/ports.ts'
import type { Document, Item, Line, Location, Task, Worker } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { looseAt, makeWorld, virtualLocation } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { kindsFor, nextWalks } from '../../shared/process/next-task.ts'
import { askedFor, stopsOf } from '../../shared/process/pick-lines.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { isoOf } from '../../shared/time.ts'
import { placeId, testSite } from '../support/site.ts'
import type { SiteSeed } from '../support/site.ts'
import { START } from './floor.ts'
import { makeDice } from './random.ts'
import { serverNow } from './server.ts'
import type { Shift, Stage } from './stage.ts'

const SHELVES = 120
const MOST = 6
/** Beyond what is ordered, so that nobody finds a shelf empty. */
const SPARE = 4

/**
 * Orders of a real shop, picked from shelves by handhelds that are given their work: each walk a few orders, one tote each,
 * one walk ahead for when there is no network. Quantities are drawn.
 */
export const orderShift = (baskets: readonly (readonly string[])[], seed: number): Shift => {
  const dice = makeDice(seed)
  const orders = baskets.map(codes => codes.map(code => ({ code, qty: 1 + dice.int(MOST) })))
  return {
    makeSite: devices => siteOf(orders, devices),
    open: (store, site) => openOrders(store, site, orders),
    drafts: picksOf,
    isLong: true,
    pageRows: 100,
    trouble: 0.1,
    hasDesk: false,
    next: (stage, device) => askForWork(stage, device, orders.length),
    verdict: stage => unpicked(stage, orders.length),
  }
}

type Order = readonly { code: string; qty: number }[]

const siteOf = (orders: readonly Order[], devices: number): SiteSeed => {
  const base = testSite('orders', devices)
  const { id: warehouse } = base.warehouse
  const [client] = base.clients
  if (client === undefined) throw new Error('a site without clients')
  const codes = [...new Set(orders.flatMap(order => order.map(line => line.code)))]
  const place = (code: string, kind: Location['kind'], sequence: number): Location => ({
    id: derivedId('location', warehouse, code),
    kind,
    code,
    zone: kind === 'pickable' ? 'A' : null,
    sequence,
    parent: null,
    active: true,
  })
  const items = codes.map((code): Item => ({
    id: derivedId('item', client.id, code),
    client: client.id,
    sku: code,
    name: `Item ${code}`,
    unit: 'pcs',
    packagings: [],
    codes: [],
    tracking: { lot: false, serial: false, expiry: false },
    active: true,
  }))
  const locations = [
    ...base.locations.filter(location => location.kind !== 'pickable' && location.kind !== 'tote'),
    ...Array.from({ length: SHELVES }, (_, i) => place(shelfCode(i), 'pickable', 10 + i)),
    ...orders.map((_, n) => place(toteCode(n), 'tote', 1000 + n)),
  ]
  const pick = { ...base.policies.warehouse.pick, clusterSize: 4, prefetchTasks: 1 }
  const policies = { ...base.policies, warehouse: { ...base.policies.warehouse, pick } }
  return { ...base, items, locations, policies }
}

const shelfCode = (i: number): string => `A-${String(i + 1).padStart(3, '0')}`
const toteCode = (n: number): string => `XT-${n}`
const numberOf = (n: number): string => `SO-${String(n).padStart(4, '0')}`
const documentId = (n: number): Document['id'] => derivedId('document', 'orders', n)

const openOrders = async (store: SyncStore, site: SiteSeed, orders: readonly Order[]): Promise<readonly Movement[]> => {
  const at = { warehouse: site.warehouse.id, now: isoOf(START) }
  const bySku = new Map(site.items.map((item, i) => [item.sku, { item, shelf: placeId(site, shelfCode(i % SHELVES)) }]))
  const wanted = new Map<string, number>()
  for (const { code, qty } of orders.flat()) wanted.set(code, (wanted.get(code) ?? 0) + qty)
  const times = { takenAt: at.now, at: at.now, unc: null }
  const from = looseAt(virtualLocation(site.warehouse.id, 'adjustment'))
  const movements = [...bySku].map(([code, { item, shelf }]): Movement => ({
    client: item.client,
    item: item.id,
    lot: '',
    serial: '',
    from,
    to: looseAt(shelf),
    qty: (wanted.get(code) ?? 0) + SPARE,
    ...times,
  }))
  const rows = orders.map((order, n) => rowsOf(order, n, bySku))
  await store.decide(at, tx =>
    tx.write({
      body: { kind: 'opening' },
      effects: {
        ...NOTHING,
        movements,
        documents: rows.map(row => row.document),
        lines: rows.flatMap(row => row.lines),
        tasks: rows.map(row => row.task),
      },
    }),
  )
  return movements
}

const rowsOf = (
  order: Order,
  n: number,
  bySku: ReadonlyMap<string, { item: Item; shelf: Location['id'] }>,
): { document: Document; lines: readonly Line[]; task: Task } => {
  const id = documentId(n)
  const found = order.flatMap(({ code, qty }) => {
    const known = bySku.get(code)
    return known === undefined ? [] : [{ ...known, qty }]
  })
  const client = found[0]?.item.client
  if (client === undefined) throw new Error('an order of nothing')
  const about = { id, client, number: numberOf(n), partner: 'P', due: null, priority: 0, blind: false }
  return {
    document: { ...about, kind: 'order', state: 'open' },
    task: {
      id: derivedId('task', 'orders', n),
      kind: 'pick',
      client,
      document: id,
      state: 'ready',
      lease: null,
      tote: null,
    },
    lines: found.map(({ item, shelf, qty }, i) => ({
      id: derivedId('line', 'orders', n, i),
      document: id,
      client,
      item: item.id,
      source: `${i}`,
      no: i + 1,
      wanted: qty,
      done: 0,
      state: 'open',
      claims: [{ location: shelf, lpn: NO_LPN, status: 'available', lot: '', serial: '', qty }],
      reason: null,
    })),
  }
}

/** The stop that is next on the handheld's own walk, into the order's own tote. */
const picksOf = (stage: Stage, device: { id: DeviceId }, world: World): readonly Draft[] => {
  const mine = [...world.tasks()].filter(task => task.kind === 'pick' && task.lease?.device === device.id)
  const [stop] = stopsOf(
    world,
    mine.flatMap(task => task.document ?? []),
    'each',
    [],
  )
  const task = mine.find(one => one.document === stop?.document.id)
  if (stop === undefined || task === undefined) return []
  const n = Number(stop.document.number.slice(3))
  const to = looseAt(placeId(stage.site, toteCode(n)))
  return askedFor(stop).map(({ line, claim, qty }): Draft => ({
    type: 'pick',
    client: line.client,
    item: line.item,
    lot: '',
    serial: '',
    task: task.id,
    document: line.document,
    line: line.id,
    from: looseAt(claim.location),
    to,
    qty,
  }))
}

/** What POST /api/leases does for `next`, on the store in memory. */
const askForWork = (stage: Stage, device: DeviceId, orders: number): Promise<boolean> => {
  const at = { warehouse: stage.site.warehouse.id, now: serverNow(stage) }
  const worker: Worker | undefined = stage.site.roster.workers[0]
  if (worker === undefined) throw new Error('nobody works here')
  return stage.store.decide(at, async tx => {
    const documents = Array.from({ length: orders }, (_, n) => documentId(n))
    const tables = await tx.load({ ...NO_NEED, documents })
    const asker = { device, worker, kinds: kindsFor(worker), near: null }
    const { fresh } = nextWalks(makeWorld(tables), [...tables.tasks.values()].filter(isOpen), asker)
    if (fresh.length === 0) return false
    const tasks = fresh.flat().map((task): Task => ({ ...task, state: 'leased', lease: { device, worker: worker.id } }))
    await tx.write({ body: { kind: 'next', device }, effects: { ...NOTHING, tasks } })
    return true
  })
}
const isOpen = (task: Task): boolean => task.state !== 'done' && task.state !== 'cancelled'

/** What is wrong at the end: lines that are not picked exactly as ordered. */
const unpicked = (stage: Stage, orders: number): string | null => {
  const lines = [...stage.memory.state().rows.values()].flatMap(row => (row.k === 'line' ? [row.b as Line] : []))
  const open = lines.filter(line => line.done !== line.wanted)
  return open.length === 0 && lines.length > 0
    ? null
    : `${open.length} of ${lines.length} lines of ${orders} orders are not picked as they were ordered`
}
