import type { Item } from '../../shared/catalogue.ts'
import type { ItemId } from '../../shared/ids.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import { blockIndex } from '../../shared/sync/blocks.ts'
import type { Manifest } from '../../shared/sync/wire.ts'
import type { CacheStore } from './ports.ts'

/** Looking things up in the catalogue blocks of all clients. Blocks are parsed at look-up; a few stay parsed. */
export type CatalogueLookup = {
  codes(keys: readonly string[]): Promise<ReadonlyMap<string, readonly CodeHit[]>>
  items(ids: readonly ItemId[]): Promise<readonly Item[]>
  /** Another catalogue is in use. */
  changed(): void
}

type CodeEntry = readonly [string, readonly CodeHit[]]

const PARSED_KEPT = 64

export const makeCatalogueLookup = (cache: Pick<CacheStore, 'manifest' | 'block'>): CatalogueLookup => {
  let manifest: Promise<Manifest | null> | null = null
  const parsed = new Map<string, readonly unknown[]>()

  const block = async (sha: string): Promise<readonly unknown[]> => {
    const known = parsed.get(sha)
    if (known !== undefined) return known
    const text = await cache.block(sha)
    const entries: unknown = text === null ? [] : JSON.parse(text)
    const list = Array.isArray(entries) ? entries : []
    parsed.set(sha, list)
    const oldest = parsed.keys().next()
    if (parsed.size > PARSED_KEPT && !oldest.done) parsed.delete(oldest.value)
    return list
  }
  /** The block of every family of a kind that may hold the key. */
  const blocksFor = async (kind: 'code' | 'item', key: string): Promise<(readonly unknown[])[]> => {
    manifest ??= cache.manifest()
    const families = Object.entries((await manifest)?.families ?? {})
    const shas = families.flatMap(([name, family]) => {
      const sha = name.startsWith(`${kind}/`) ? family.blocks[blockIndex(key, family.k)] : null
      return sha == null ? [] : [sha]
    })
    return Promise.all(shas.map(block))
  }
  return {
    codes: async keys => {
      const found = new Map<string, CodeHit[]>()
      for (const key of new Set(keys)) {
        const blocks = await blocksFor('code', key)
        // Blocks are verified by their hash and come from our own server: their shape is known.
        const hits = blocks.flatMap(list =>
          (list as CodeEntry[]).filter(([code]) => code === key).flatMap(entry => entry[1]),
        )
        if (hits.length > 0) found.set(key, hits)
      }
      return found
    },
    items: async ids => {
      const found: Item[] = []
      for (const id of new Set(ids)) {
        const blocks = await blocksFor('item', id)
        const item = blocks.flatMap(list => list as Item[]).find(one => one.id === id)
        if (item !== undefined) found.push(item)
      }
      return found
    },
    changed: () => {
      manifest = null
    },
  }
}
