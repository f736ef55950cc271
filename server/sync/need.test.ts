import { expect, test } from 'vitest'
import { dock, documentId, mug, one, row, stamped, device, EPOCH, warehouse } from '../../test/support/world.ts'
import { keyOf } from '../../shared/ledger/stock.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { putawayTaskId } from '../../shared/process/putaway-task.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { needOf } from './need.ts'

test('[R32] [R48] to judge goods that a label gathers, their pallet, its lines and both put-away tasks are loaded', () => {
  const lpn = lpnId(warehouse, 'PLT-7')
  const loose = keyOf(row(mug, dock, 0))
  const { location, status } = loose
  const draft: Draft = {
    type: 'move',
    process: 'receive',
    label: 'PLT-7',
    client: one.id,
    item: mug.id,
    lot: '',
    serial: '',
    task: null,
    line: null,
    document: documentId('PO-1'),
    from: { location, lpn: loose.lpn, status },
    to: { location, lpn, status },
    qty: 3,
  }
  const need = needOf(warehouse, [stamped(draft, { device, epoch: EPOCH, seq: 1 })])
  expect([need.lpns, need.documents]).toEqual([[lpn], [documentId('PO-1')]])
  expect(new Set(need.tasks)).toEqual(new Set([putawayTaskId(loose), putawayTaskId({ ...loose, lpn })]))
})
