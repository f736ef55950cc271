import type { WarehouseId } from '../../shared/ids.ts'
import type { DeskStore } from '../inbox-ports.ts'
import type { SyncStore } from '../sync/ports.ts'
import { settleCounts } from '../sync/settle-counts.ts'

export type SettleDeps = {
  warehouses: () => Promise<readonly { id: WarehouseId }[]>
  desk: Pick<DeskStore, 'variances'>
  sync: SyncStore
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

/** Those that time alone can bring further. */
const WAITING = ['counting', 'again', 'provisional', 'approved'] as const

/** Variances whose time has come, one look in each warehouse; the counter row is left alone where nothing waits. */
export const settleRound = async ({ warehouses, desk, sync, now, ring }: SettleDeps): Promise<void> => {
  for (const { id } of await warehouses()) {
    const waiting = await desk.variances({
      warehouse: id,
      device: null,
      worker: null,
      clients: null,
      states: WAITING,
      after: null,
      limit: 1,
    })
    if (waiting.length === 0) continue
    const { posted, looked } = await settleCounts(sync, { warehouse: id, now: now() })
    if (posted + looked > 0) ring(id)
  }
}
