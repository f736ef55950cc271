import type { ItemId } from '../../shared/ids.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import type { CatalogueLookup } from './catalogue-lookup.ts'
import type { Handheld } from './handheld.ts'
import type { ItemSearch } from './item-search.ts'
import { localHits, placeCodes } from './local-codes.ts'
import type { Overlay } from './overlay.ts'

export type Goods = Pick<Handheld, 'loadItems' | 'lookup' | 'search'>

/** Catalogue and local rows together. The places' index is built again only when the places have changed. */
export const makeGoods = (overlay: Overlay, catalogue: CatalogueLookup): Goods => {
  let searching: ItemSearch | null = null
  let places = overlay.places()
  let byCode = placeCodes(places.values())
  const lookup: Handheld['lookup'] = async keys => {
    if (places !== overlay.places()) {
      places = overlay.places()
      byCode = placeCodes(places.values())
    }
    const local = localHits(overlay.world(), byCode, places, new Set(keys))
    const listed = await catalogue.codes(keys)
    const items = new Set<ItemId>()
    for (const hits of listed.values()) for (const hit of hits) if (hit.kind === 'item') items.add(hit.item)
    overlay.addItems(await catalogue.items([...items].filter(id => !overlay.hasItem(id))))
    return {
      find: (key: string): readonly CodeHit[] => [...(local.get(key) ?? []), ...(listed.get(key) ?? [])],
    }
  }
  return {
    lookup,
    // Nobody types before the first scan.
    search: async (text, most) => {
      const { makeItemSearch } = await import('./item-search.ts')
      searching ??= makeItemSearch(catalogue)
      return searching.find(text, most)
    },
    loadItems: async ids => {
      overlay.addItems(await catalogue.items(ids.filter(id => !overlay.hasItem(id))))
      return ids.flatMap(id => overlay.world().item(id) ?? [])
    },
  }
}
