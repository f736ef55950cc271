import type { WarehouseId } from '../../shared/ids.ts'
import type { RecallStore } from '../desk-ports.ts'
import type { SyncStore } from '../sync/ports.ts'

export type RecallDeps = {
  warehouses: () => Promise<readonly { id: WarehouseId }[]>
  recalls: Pick<RecallStore, 'sweep'>
  sync: Pick<SyncStore, 'feed'>
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

/** What turns up of a recalled lot is blocked where it lies. Looks only where something was booked after the last look. */
export const makeRecallRound = (deps: RecallDeps): (() => Promise<void>) => {
  const lookedAt = new Map<WarehouseId, string>()
  return async () => {
    for (const { id } of await deps.warehouses()) {
      const { epoch, seq } = await deps.sync.feed(id)
      const mark = `${epoch}.${seq}`
      if (lookedAt.get(id) === mark) continue
      if ((await deps.recalls.sweep({ warehouse: id, now: deps.now() })) > 0) deps.ring(id)
      lookedAt.set(id, mark)
    }
  }
}
