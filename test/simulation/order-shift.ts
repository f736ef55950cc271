import type { SyncStore } from '../../server/sync/ports.ts'
import type { Document, Item, Line, Location, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { isoOf } from '../../shared/time.ts'
import { placeId, testSite } from '../support/site.ts'
import type { SiteSeed } from '../support/site.ts'
import { BADGE, START } from './floor.ts'
import { rowKey } from './memory-state.ts'
import { numberOf, totesOf } from './order-names.ts'
import { pickTurn } from './pick-walk.ts'
import { makeDice } from './random.ts'
import type { Dice } from './random.ts'
import type { Shift, Stage } from './stage.ts'
import type { Leg } from './truth.ts'

/** Of the real orders: so few that goods of several kinds lie on most of them. */
const SHELVES = 120
const MOST = 6
/** Beyond what is ordered. */
const SPARE = 4
/** Of every so many items some pieces are not where the books have them; of every second of those there is enough elsewhere. */
const MISSING = 7

/**
 * Orders of a real shop, picked from shelves by handhelds that are given their work: each walk a few orders, one tote each,
 * one walk ahead for when there is no network. Every step is a scan, a key or a number into the product's own process.
 * Quantities are drawn, and so is what is missing on the shelves.
 */
export const orderShift = (baskets: readonly (readonly string[])[], seed: number, shelves = SHELVES): Shift => {
  const dice = makeDice(seed)
  const orders = baskets.map(codes => codes.map(code => ({ code, qty: 1 + dice.int(MOST) })))
  return {
    makeSite: devices => siteOf(orders, devices, shelves),
    open: (store, site) => openOrders(store, site, orders, shelves),
    lost: (site, opening) => lostOf(site, opening, dice),
    turn: pickTurn,
    badges: [BADGE],
    isGivenOut: true,
    isLong: true,
    looksEvery: 5,
    pageRows: 100,
    trouble: 0.1,
    hasDesk: false,
    isOver: stage => linesOf(stage).every(line => line.state !== 'open'),
    verdict: stage => unpicked(stage, orders.length),
  }
}

/** Some orders on two shelves, so that goods of many kinds lie on each. */
export const FEW_ORDERS = Array.from({ length: 16 }, (_, n) =>
  Array.from({ length: 4 + (n % 3) }, (_line, i) => `${(n * 5 + i) % 20}`),
)
export const fewOrders = (seed: number): Shift => orderShift(FEW_ORDERS, seed, 2)

type Order = readonly { code: string; qty: number }[]

const siteOf = (orders: readonly Order[], devices: number, shelves: number): SiteSeed => {
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
    ...Array.from({ length: shelves }, (_, i) => place(shelfCode(i), 'pickable', 10 + i)),
    ...orders.flatMap((_, n) => totesOf(n).map((code, i) => place(code, 'tote', 1000 + 10 * n + i))),
  ]
  const pick = { ...base.policies.warehouse.pick, clusterSize: 4, prefetchTasks: 1 }
  const policies = { ...base.policies, warehouse: { ...base.policies.warehouse, pick } }
  return { ...base, items, locations, policies }
}

const shelfCode = (i: number): string => `A-${String(i + 1).padStart(3, '0')}`
const documentId = (n: number): Document['id'] => derivedId('document', 'orders', n)

const openOrders = async (
  store: SyncStore,
  site: SiteSeed,
  orders: readonly Order[],
  shelves: number,
): Promise<readonly Movement[]> => {
  const at = { warehouse: site.warehouse.id, now: isoOf(START) }
  const bySku = new Map(site.items.map((item, i) => [item.sku, { item, shelf: placeId(site, shelfCode(i % shelves)) }]))
  const wanted = new Map<string, number>()
  for (const { code, qty } of orders.flat()) wanted.set(code, (wanted.get(code) ?? 0) + qty)
  const times = { takenAt: at.now, at: at.now, unc: null }
  const from = looseAt(virtualLocation(site.warehouse.id, 'adjustment'))
  const movements = [...bySku].flatMap(([code, { item, shelf }], i): readonly Movement[] => {
    const goods = { client: item.client, item: item.id, lot: '', serial: '', from, ...times }
    const qty = (wanted.get(code) ?? 0) + SPARE
    const here = { ...goods, to: looseAt(shelf), qty }
    const more = looseAt(placeId(site, shelfCode((i + 7) % shelves)))
    return i % (2 * MISSING) === 0 ? [here, { ...goods, to: more, qty }] : [here]
  })
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

/** What the books have and the shelves do not, from the beginning. */
const lostOf = (site: SiteSeed, opening: readonly Movement[], dice: Dice): readonly Leg[] => {
  const told = new Set<string>()
  return opening.flatMap(m => {
    const n = site.items.findIndex(item => item.id === m.item)
    if (n % MISSING !== 0 || told.has(m.item)) return []
    told.add(m.item)
    return [{ key: stockKeyText({ ...m, ...m.to }), qty: -Math.min(m.qty, SPARE + 1 + dice.int(MOST)) }]
  })
}

const linesOf = (stage: Stage): readonly Line[] =>
  [...stage.memory.state().rows.values()].flatMap(row => (row.k === 'line' ? [row.b as Line] : []))

/** So many of the lines that are wrong are named. */
const NAMED = 5

/** What is wrong at the end: lines that are not picked as ordered though there is something on a shelf. */
const unpicked = (stage: Stage, orders: number): string | null => {
  const lines = linesOf(stage)
  const left = leftOnShelves(stage)
  const wrong = lines.filter(
    line => line.done > line.wanted || (line.done < line.wanted && (left.get(line.item)?.qty ?? 0) > 0),
  )
  if (wrong.length === 0 && lines.length > 0) return null
  const named = wrong.slice(0, NAMED).map(line => {
    const { qty = 0, places = [] } = left.get(line.item) ?? {}
    const name = `${numberIn(stage, line)}/${line.no}`
    return `${name}: ${line.done} of ${line.wanted}, ${line.reason ?? line.state}, ${qty} lie at ${places.join(' ')}`
  })
  const sum = `${wrong.length} of ${lines.length} lines of ${orders} orders are not picked as they were ordered`
  return [sum, ...named].join('; ')
}

/** What really lies on the shelves, by item, and where. */
const leftOnShelves = ({ memory, site, truth }: Stage): ReadonlyMap<string, { qty: number; places: string[] }> => {
  const left = new Map<string, { qty: number; places: string[] }>()
  const shelves = new Map(site.locations.flatMap(({ id, kind, code }) => (kind === 'pickable' ? [[id, code]] : [])))
  for (const row of memory.state().stock.values()) {
    const code = shelves.get(row.location)
    const lies = truth.lies.get(stockKeyText(row)) ?? 0
    if (code === undefined || row.status !== 'available' || lies === 0) continue
    const known = left.get(row.item) ?? { qty: 0, places: [] }
    left.set(row.item, { qty: known.qty + lies, places: [...known.places, code] })
  }
  return left
}

const numberIn = (stage: Stage, line: Line): string => {
  const row = stage.memory.state().rows.get(rowKey('document', line.document))
  return row?.k === 'document' ? (row.b as Document).number : line.document
}
