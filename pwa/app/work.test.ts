import { describe, expect, test } from 'vitest'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Lpn, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import {
  demoSeed,
  demoWorld,
  device,
  dock,
  lineId,
  one,
  mug,
  orderOf,
  otherDevice,
  row,
  a1,
  taskId,
  wants,
  worker,
} from '../../test/support/world.ts'
import { putawayTask } from '../../shared/process/putaway-task.ts'
import { heldByOthers, workFor } from './work.ts'

const mugs = row(mug, a1, 30)
const listed = (world: ReturnType<typeof demoWorld>) =>
  workFor(world, worker, device, PROCESSES)
    .filter(work => work.kind === 'pick')
    .map(work => [work.number, work.from, work.waits])

describe('the list of work', () => {
  test('[H46] work that waits for stock is listed last, also when it was begun here, until stock is reserved', () => {
    const begun = { state: 'started' as const, lease: { device, worker: worker.id } }
    const waiting = orderOf('SO-0', [{ ...wants(mug, 5), done: 2 }], begun, { due: '2026-11-01', priority: 9 })
    const world = demoWorld({ documents: [waiting, ...demoSeed().documents] })
    expect(listed(world)).toEqual([
      ['SO-1', 'A-01', false],
      ['SO-0', null, true],
    ])
    const line = world.line(lineId('SO-0', 1))
    if (line === undefined) throw new Error('no line')
    const claim = { location: a1.id, lpn: mugs.lpn, status: 'available' as const, lot: '', serial: '', qty: 3 }
    world.apply({ ...NOTHING, lines: [{ ...line, claims: [claim] }] })
    expect(listed(world)[0]).toEqual(['SO-0', 'A-01', false])
    expect(workFor(world, worker, device, PROCESSES)[0]?.task).toBe(taskId('SO-0'))
  })

  test('[HH10] what others have stands apart, the longest held first, with who has it and since when', () => {
    const held = (since?: string) => ({
      state: 'leased' as const,
      lease: { device: otherDevice, worker: worker.id, ...(since === undefined ? {} : { since }) },
    })
    const documents = [
      orderOf('SO-7', [wants(mug, 1)], held('2027-01-15T10:00:00.000Z')),
      orderOf('SO-8', [wants(mug, 1)], held('2027-01-15T09:00:00.000Z')),
      orderOf('SO-9', [wants(mug, 1)], held()),
    ]
    const world = demoWorld({ documents: [...documents, ...demoSeed().documents] })
    expect(listed(world).map(([number]) => number)).toEqual(['SO-1'])
    expect(heldByOthers(world, worker, device, PROCESSES).map(row => [row.number, row.by, row.since])).toEqual([
      ['SO-8', worker.id, '2027-01-15T09:00:00.000Z'],
      ['SO-7', worker.id, '2027-01-15T10:00:00.000Z'],
      ['SO-9', worker.id, null],
    ])
    expect(heldByOthers(world, { ...worker, clients: [] }, device, PROCESSES)).toEqual([])
  })
})

test('[V13] put-away work in a zone where somebody else works is not listed', () => {
  const world = demoWorld({
    places: demoSeed().places.map(place => (place.id === dock.id ? { ...place, zone: 'A' } : place)),
    stock: [...demoSeed().stock, row(mug, dock, 3)],
  })
  const task = putawayTask(world, row(mug, dock, 3))
  world.apply({ ...NOTHING, tasks: task === null ? [] : [task] })
  const put = (zones: readonly string[] | null): number =>
    workFor(world, { ...worker, zones }, device, PROCESSES).filter(work => work.kind === 'putaway').length
  expect([put(null), put(['A']), put(['B'])]).toEqual([1, 1, 0])
})

test('[H70] work on goods is listed by the item, or by the label of the pallet', () => {
  const world = demoWorld({ stock: [...demoSeed().stock, row(mug, dock, 3)] })
  const loose = putawayTask(world, row(mug, dock, 3))
  if (loose?.goods == null) throw new Error('no task')
  const lpn: Lpn = { id: derivedId('lpn', 'XL00001'), client: one.id, label: 'XL00001' }
  const onPallet: Task = {
    ...loose,
    id: derivedId<'task'>('task', 'pallet'),
    goods: { ...loose.goods, item: null, from: { ...loose.goods.from, lpn: lpn.id } },
  }
  world.apply({ ...NOTHING, lpns: [lpn], tasks: [loose, onPallet] })
  const rows = workFor(world, worker, device, PROCESSES).filter(work => work.kind === 'putaway')
  expect(rows.map(({ number, item, pallet }) => [number, item, pallet])).toEqual(
    expect.arrayContaining([
      ['DOCK-1', mug.id, null],
      ['DOCK-1', null, 'XL00001'],
    ]),
  )
})
