import type { WarehouseId } from '../../shared/ids.ts'
import type { SiteStore } from '../ports.ts'

export type HorizonDeps = {
  site: Pick<SiteStore, 'warehouses' | 'turnDay' | 'setting' | 'saveSetting'>
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/**
 * Deliveries that have come near enough for handhelds go out to them, and what left too long ago is forgotten, once a day. Which day was done is noted afterwards:
 * what was sent twice is the same rows. On the first day there is nothing that was held back.
 */
export const horizonRound = async ({ site, now, ring }: HorizonDeps): Promise<void> => {
  const today = now().slice(0, 10)
  for (const { id } of await site.warehouses()) {
    const name = `horizon ${id}`
    const shown = await site.setting(name)
    if (shown === today) continue
    if (typeof shown === 'string' && DAY.test(shown) && (await site.turnDay(id, { today, shown })) > 0) ring(id)
    await site.saveSetting(name, today)
  }
}
