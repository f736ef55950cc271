import { demoPlaces } from '../../server/demo/places.ts'
import type { Document, Line, Location, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DocumentId } from '../../shared/ids.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { clusterOf } from '../../shared/process/cluster.ts'
import { stopsOf } from '../../shared/process/pick-lines.ts'
import { emptyTables } from '../../shared/sync/rows.ts'
import { makeDice } from '../simulation/random.ts'
import { realOrders } from '../support/real-orders.ts'
import { report } from './report.ts'

/** Orders that are open at a time, and how often anew. */
const OPEN = 60
const WAVES = 20
const CLUSTER = 12

/** Metres: aisles side by side, bays along them, a way round at both ends, the packing stations before the middle. */
const AISLE_M = 3
const BAY_M = 1.4
const BAYS = 9
const PACK = { x: 4 * AISLE_M, y: -4 }
const ZONES: Readonly<Record<string, number>> = { A: 0, B: 4, C: 7 }
type Point = { x: number; y: number }

const pointOf = (place: Location): Point => {
  const [, zone = '', aisle, bay] = /^([A-C])(\d)-(\d\d)-\d\d$/.exec(place.code) ?? []
  return { x: ((ZONES[zone] ?? 0) + Number(aisle) - 1) * AISLE_M, y: Number(bay) * BAY_M }
}

/** From aisle to aisle round the nearer end. */
const metres = (a: Point, b: Point): number =>
  a.x === b.x
    ? Math.abs(a.y - b.y)
    : Math.abs(a.x - b.x) +
      Math.min(Math.abs(a.y) + Math.abs(b.y), Math.abs(BAYS * BAY_M - a.y) + Math.abs(BAYS * BAY_M - b.y))

/** From the packing stations past the stops in the order in which the handheld asks for them, and back. */
const walked = (world: World, documents: readonly DocumentId[]): number => {
  const stops = stopsOf(world, documents, 'each', [])
  const points = stops.flatMap(stop => {
    const place = world.location(stop.claim.location)
    return place === undefined ? [] : [pointOf(place)]
  })
  const tour = [PACK, ...points, PACK]
  return tour.reduce((sum, point, i) => sum + (i === 0 ? 0 : metres(tour[i - 1] ?? point, point)), 0)
}

const WAREHOUSE = derivedId<'warehouse'>('warehouse', 'pickpath')
const CLIENT = derivedId<'client'>('client', 'pickpath')
const places = demoPlaces(WAREHOUSE)
const shelves = places.filter(place => place.kind === 'pickable')

/** Orders of stock codes in the demo warehouse; a code lies always in the same place. */
const worldOf = (orders: readonly (readonly string[])[], homeOf: (code: string) => Location): World => {
  const tables = emptyTables(WAREHOUSE)
  for (const place of places) tables.locations.set(place.id, place)
  for (const [n, codes] of orders.entries()) {
    const id = derivedId<'document'>('document', n)
    const document: Document = {
      id,
      kind: 'order',
      client: CLIENT,
      number: `SO-${String(n).padStart(5, '0')}`,
      partner: '',
      state: 'open',
      due: null,
      priority: 0,
      blind: false,
    }
    const task: Task = {
      id: derivedId('task', n),
      kind: 'pick',
      client: CLIENT,
      document: id,
      state: 'ready',
      lease: null,
      tote: null,
    }
    tables.documents.set(id, document)
    tables.tasks.set(task.id, task)
    for (const [no, code] of codes.entries()) {
      const claim = {
        location: homeOf(code).id,
        lpn: NO_LPN,
        status: 'available',
        lot: '',
        serial: '',
        qty: 1,
      } as const
      const line: Line = {
        id: derivedId('line', n, no),
        document: id,
        client: CLIENT,
        item: derivedId('item', code),
        source: null,
        no: no + 1,
        wanted: 1,
        done: 0,
        state: 'open',
        claims: [claim],
        reason: null,
      }
      tables.lines.set(line.id, line)
    }
  }
  return makeWorld(tables)
}

/** Metres of a cluster of orders in one walk against the same orders one after the other, on the layout of the demo. */
export const pickpath = async (): Promise<void> => {
  const real = realOrders()
  const dice = makeDice(12)
  const drawn = (): string[] => Array.from({ length: 1 + dice.int(6) }, () => `${dice.int(600)}`)
  const home = new Map<string, Location>()
  const homeOf = (code: string): Location => {
    const place = home.get(code) ?? shelves[dice.int(shelves.length)]
    if (place === undefined) throw new Error('no shelves')
    home.set(code, place)
    return place
  }
  const sums = { chosen: 0, arrival: 0, alone: 0, aloneArrival: 0 }
  for (let wave = 0; wave < WAVES; wave += 1) {
    const orders = real === null ? Array.from({ length: OPEN }, drawn) : real.slice(wave * 1000, wave * 1000 + OPEN)
    const world = worldOf(orders, homeOf)
    const tasks = [...world.tasks()]
    const [first] = tasks
    if (first === undefined) throw new Error('no orders')
    const ids = (some: readonly Task[]) => some.flatMap(task => task.document ?? [])
    const alone = (some: readonly DocumentId[]) => some.reduce((sum, id) => sum + walked(world, [id]), 0)
    const chosen = ids(clusterOf(world, first, tasks, CLUSTER))
    const arrival = ids(tasks.slice(0, CLUSTER))
    sums.chosen += walked(world, chosen)
    sums.alone += alone(chosen)
    sums.arrival += walked(world, arrival)
    sums.aloneArrival += alone(arrival)
  }
  const row = (what: string, together: number, single: number) => ({
    what,
    'm a walk': Math.round(together / WAVES),
    'm order by order': Math.round(single / WAVES),
    ratio: Math.round((1000 * together) / single) / 1000,
  })
  console.log(real === null ? 'Orders drawn by chance: the real ones are not here.' : 'Orders of a real shop.')
  report(
    [
      row(`${CLUSTER} of ${OPEN} orders, chosen`, sums.chosen, sums.alone),
      row(`the first ${CLUSTER} as they came`, sums.arrival, sums.aloneArrival),
    ],
    { bench: 'pickpath', value: sums.chosen / WAVES, unit: 'm', reference: sums.alone / WAVES },
  )
}
