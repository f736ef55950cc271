import { describe, expect, it } from 'vitest'
import {
  bowl,
  demoWorld,
  mug,
  NO_STATIONS,
  one,
  orderOf,
  otherDevice,
  place,
  row,
  theirMug,
  two,
  wants,
} from '../../test/support/world.ts'
import { clusterOf } from './cluster.ts'

/** Shelves along the walk: the number is the place in the walking order. */
const shelves = [1, 2, 3, 4, 50, 51].map(n => place(`W-${n}`, 'pickable', n))
const at = (n: number) => {
  const found = shelves.find(shelf => shelf.sequence === n)
  if (found === undefined) throw new Error('no shelf')
  return found
}
const stock = shelves.flatMap(shelf => [row(mug, shelf, 90), row(bowl, shelf, 90), row(theirMug, shelf, 90)])
const from = (...places: readonly number[]) => places.map(n => wants(mug, 1, [row(mug, at(n), 90), 1]))

/** An order that nobody has yet. */
const free = (
  number: string,
  lines: Parameters<typeof orderOf>[1],
  task: Parameters<typeof orderOf>[2] = {},
  more: Parameters<typeof orderOf>[3] = {},
  client: Parameters<typeof orderOf>[4] = one,
) => orderOf(number, lines, { state: 'ready', lease: null, ...task }, more, client)

const cluster = (orders: readonly ReturnType<typeof orderOf>[], size: number): string[] => {
  const world = demoWorld({ documents: orders, stock, places: [...NO_STATIONS, ...shelves] })
  const tasks = orders.flatMap(({ document }) => world.taskOf(document.id, 'pick') ?? [])
  const [first] = tasks
  if (first === undefined) throw new Error('no task')
  return clusterOf(world, first, tasks, size).flatMap(({ document }) =>
    document === null ? [] : (world.document(document)?.number ?? []),
  )
}

describe('orders that go together', () => {
  it('[Z1] the walk grows least: first along the stretch that is walked anyway, then by places, then by urgency', () => {
    const orders = [
      free('SO-1', from(1, 4)),
      free('SO-2', from(50)),
      free('SO-3', from(2, 3)),
      free('SO-4', from(1)),
      free('SO-5', from(4), {}, { priority: 3 }),
      free('SO-6', from(51)),
    ]
    expect(cluster(orders, 3)).toEqual(['SO-1', 'SO-5', 'SO-4'])
    expect(cluster(orders, 6)).toEqual(['SO-1', 'SO-5', 'SO-4', 'SO-3', 'SO-2', 'SO-6'])
    expect(cluster(orders, 1)).toEqual(['SO-1'])
  })

  it('[Z2] what is somebody else’s, in another walk, begun, cancelled, or has nothing on a shelf stays out', () => {
    const theirs = wants(theirMug, 1, [row(theirMug, at(2), 90), 1])
    const orders = [
      free('SO-1', from(2)),
      free('SO-2', from(2), { lease: { device: otherDevice, worker: null } }),
      free('SO-3', from(2), { batch: { id: 'b', totes: 'each' } }),
      free('SO-4', from(2), { state: 'parked' }),
      free('SO-5', from(2), {}, { state: 'cancelled' }),
      free('SO-6', [wants(mug, 1)]),
      free('SO-7', [theirs], {}, {}, two),
      free('SO-8', from(2)),
    ]
    expect(cluster(orders, 9)).toEqual(['SO-1', 'SO-8'])
  })

  it('[Z2] an order that has nothing to fetch goes alone', () => {
    expect(cluster([free('SO-1', [wants(mug, 1)]), free('SO-2', from(1))], 4)).toEqual(['SO-1'])
  })
})
