import { describe, expect, test } from 'vitest'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import {
  demoSeed,
  demoWorld,
  device,
  lineId,
  mug,
  orderOf,
  row,
  a1,
  taskId,
  wants,
  worker,
} from '../../test/support/world.ts'
import { workFor } from './work.ts'

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
})
