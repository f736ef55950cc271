import { describe, expect, it } from 'vitest'
import {
  a1,
  a2,
  countTaskOf,
  demoWorld,
  device,
  mug,
  orderOf,
  otherDevice,
  row,
  taskId,
  wants,
  worker,
} from '../../test/support/world.ts'
import type { Worker } from '../catalogue.ts'
import { kindsFor, nextWalks } from './next-task.ts'

const free = { state: 'ready', lease: null } as const
const mugs = row(mug, a1, 30)
const far = row(mug, a2, 30)

const given = (
  orders: readonly ReturnType<typeof orderOf>[],
  as: Partial<Worker> = {},
  more: { tasks?: readonly ReturnType<typeof countTaskOf>[]; near?: typeof a1 } = {},
) => {
  const world = demoWorld({ documents: orders, stock: [mugs, far], tasks: more.tasks ?? [] })
  const who: Worker = { ...worker, ...as }
  const asker = { device, worker: who, kinds: kindsFor(who), near: more.near?.id ?? null }
  const { held, fresh } = nextWalks(world, [...world.tasks()], asker)
  return { held: held.map(walk => walk.map(task => task.id)), fresh: fresh.map(walk => walk.map(task => task.id)) }
}
const ids = (...numbers: readonly string[]) => numbers.map(number => [taskId(number)])

describe('the next work', () => {
  it('[Z3] due first, then priority, then the shorter way from the last scan', () => {
    const orders = [
      orderOf('SO-1', [wants(mug, 1, [far, 1])], free, { due: '2026-12-01' }),
      orderOf(
        'SO-2',
        [wants(mug, 1, [mugs, 1])],
        { ...free, batch: { id: 'b', totes: 'each' } },
        { due: '2026-12-01' },
      ),
      orderOf('SO-3', [wants(mug, 1, [far, 1])], { ...free, state: 'parked' }, { due: '2026-12-01', priority: 2 }),
      orderOf('SO-4', [wants(mug, 1, [far, 1])], { ...free, state: 'parked' }, { due: '2026-11-01' }),
    ]
    expect(given(orders, {}, { near: a1 }).fresh.slice(0, 2)).toEqual(ids('SO-4', 'SO-3'))
    expect(given(orders.slice(0, 2), {}, { near: a1 }).fresh[0]).toEqual([taskId('SO-2')])
    expect(given(orders.slice(0, 2), {}, { near: a2 }).fresh[0]).toEqual([taskId('SO-1')])
  })

  it('[Z4] what the handheld has counts, begun before prepared, and what somebody else has is not given out', () => {
    const lines = [wants(mug, 1, [mugs, 1])]
    const orders = [
      orderOf('SO-1', lines),
      orderOf('SO-2', lines, { state: 'started' }),
      orderOf('SO-3', lines, { lease: { device: otherDevice, worker: null } }),
    ]
    expect(given(orders)).toEqual({ held: ids('SO-2', 'SO-1'), fresh: [] })
  })

  it('[Z18] work that waits for stock keeps nobody from other work, and is next again once stock is reserved', () => {
    const waiting = [orderOf('SO-1', [wants(mug, 1)]), orderOf('SO-2', [wants(mug, 2)], { state: 'started' })]
    const other = orderOf('SO-3', [wants(mug, 1, [mugs, 1])], free)
    expect(given([...waiting, other])).toEqual({ held: [], fresh: ids('SO-3') })
    const come = orderOf('SO-1', [wants(mug, 1), wants(mug, 1, [far, 1])])
    expect(given([come]).held).toEqual(ids('SO-1'))
    // All is picked: what is left to do is to bring it.
    const picked = orderOf('SO-4', [{ ...wants(mug, 1), done: 1, state: 'done' }], { state: 'started' })
    expect(given([picked]).held).toEqual(ids('SO-4'))
  })

  it('[Z6] nobody gets what they may not do: by role, client and zone, nor a count of what they counted', () => {
    const orders = [orderOf('SO-1', [wants(mug, 1, [mugs, 1])], free)]
    const count = countTaskOf('C-1', a1, { notBy: [worker.id] }, free)
    expect(given(orders).fresh).toEqual(ids('SO-1'))
    expect(given(orders, { roles: ['receiver'] }).fresh).toEqual([])
    expect(given(orders, { clients: [] }).fresh).toEqual([])
    expect(given(orders, { zones: ['B'] }).fresh).toEqual([])
    expect(given(orders, { zones: ['A'] }).fresh).toEqual(ids('SO-1'))
    expect(given([], { roles: ['counter'] }, { tasks: [count] }).fresh).toEqual([])
    const again = countTaskOf('C-2', a1, {}, free)
    expect(given([], { roles: ['counter'] }, { tasks: [count, again] }).fresh).toEqual([[again.id]])
  })

  it('[Z6] an order that is cancelled, or has nothing on a shelf, is no work', () => {
    const lines = [wants(mug, 1, [mugs, 1])]
    expect(given([orderOf('SO-1', lines, free, { state: 'cancelled' })]).fresh).toEqual([])
    expect(given([orderOf('SO-1', [wants(mug, 1)], free)]).fresh).toEqual([])
  })
})
