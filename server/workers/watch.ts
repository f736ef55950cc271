import type { WarehouseId } from '../../shared/ids.ts'
import { SILENT_MINUTES } from '../../shared/policy.ts'
import type { SiteStore } from '../ports.ts'

export interface WatchStore {
  /** Raises and closes what stands for handhelds that are silent or whose clocks are wrong; gives how many rows have changed. */
  sweep(at: { warehouse: WarehouseId; now: string; silentMinutes: number }): Promise<number>
}

export type WatchDeps = {
  site: Pick<SiteStore, 'warehouses' | 'policies'>
  watch: WatchStore
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

/** Looks how the handhelds of each warehouse were last heard of. */
export const watchRound = async ({ site, watch, now, ring }: WatchDeps): Promise<void> => {
  for (const { id: warehouse } of await site.warehouses()) {
    const policies = await site.policies(warehouse)
    const silentMinutes = policies?.warehouse.device?.silentMinutes ?? SILENT_MINUTES
    if ((await watch.sweep({ warehouse, now: now(), silentMinutes })) > 0) ring(warehouse)
  }
}
