import type { WarehouseId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { PhotoStore } from '../photo-ports.ts'
import type { SiteStore } from '../ports.ts'

export type PhotoDeps = {
  site: Pick<SiteStore, 'warehouses' | 'policies'>
  photos: Pick<PhotoStore, 'forget'>
  now: () => string
}

const DAY_MS = 86_400_000

/** Photos that are older than the warehouse keeps them; where no policy says how long, all stay. Gives how many went. */
export const photoRound = async ({ site, photos, now }: PhotoDeps): Promise<number> => {
  let gone = 0
  const forget = async (id: WarehouseId): Promise<void> => {
    const days = (await site.policies(id))?.warehouse.photo.keepDays
    if (days !== undefined) gone += await photos.forget(id, isoOf(msOf(now()) - days * DAY_MS))
  }
  for (const { id } of await site.warehouses()) await forget(id)
  return gone
}
