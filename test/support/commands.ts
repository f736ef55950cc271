import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId, SessionId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { Stamp } from '../../pwa/sync/append.ts'

export const device: DeviceId = derivedId('device', 'support')
export const warehouse: WarehouseId = derivedId('warehouse', 'support')
export const worker: WorkerId = derivedId('worker', 'support')
export const session: SessionId = derivedId('session', 'support')
export const stamp: Stamp = { worker, session, roster: 1, policy: 1, app: 'test' }

/** A fact that needs nothing around it. */
export const receiveDraft = (qty: number, over: Partial<Extract<Draft, { type: 'receive' }>> = {}): Draft => ({
  type: 'receive',
  client: derivedId('client', 'support'),
  item: derivedId('item', 'support'),
  lot: '',
  serial: '',
  document: derivedId('document', 'support'),
  blind: true,
  expiry: null,
  to: { location: derivedId('location', 'dock'), lpn: NO_LPN, status: 'available' },
  qty,
  ...over,
})
