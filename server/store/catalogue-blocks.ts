import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import type { Item } from '../../shared/catalogue.ts'
import type { ClientId } from '../../shared/ids.ts'
import { itemCodes } from '../../shared/scan/item-codes.ts'
import { inBlocks, keyHash } from '../../shared/sync/blocks.ts'
import { packFind } from '../../shared/sync/find-index.ts'
import type { FindEntry } from '../../shared/sync/find-index.ts'
import { packItems, readItems, unpackItem } from '../../shared/sync/item-block.ts'
import type { Manifest } from '../../shared/sync/wire.ts'

export type Catalogue = {
  families: Manifest['families']
  /** Compressed bytes by their SHA-256. */
  blocks: ReadonlyMap<string, Uint8Array>
}

/**
 * The catalogue as handhelds store it: of every client the blocks of its items (`item/<client>`) and the index from codes
 * to blocks (`find/<client>`). Compressed once here: bytes are what a first load costs.
 */
export const catalogueOf = (items: readonly Item[]): Catalogue => {
  const families: Manifest['families'] = {}
  const blocks = new Map<string, Uint8Array>()
  const put = (bytes: Uint8Array): string => {
    const small = deflateRawSync(bytes)
    const sha = createHash('sha256').update(small).digest('hex')
    blocks.set(sha, small)
    return sha
  }
  for (const [client, own] of byClient(items)) {
    const built = inBlocks(own, item => item.id)
    const found = built.blocks.flatMap((block, n) =>
      block.flatMap(item => itemCodes(item).map(([key]): FindEntry => [keyHash(key), n])),
    )
    const index = packFind(found)
    families[`item/${client}`] = {
      k: built.k,
      blocks: built.blocks.map(block => (block.length === 0 ? null : put(Buffer.from(packItems(block))))),
    }
    families[`find/${client}`] = { k: index.k, blocks: index.parts.map(part => (part === null ? null : put(part))) }
  }
  return { families, blocks }
}

const byClient = (items: readonly Item[]): ReadonlyMap<ClientId, Item[]> => {
  const found = new Map<ClientId, Item[]>()
  for (const item of items) {
    if (!item.active) continue
    const known = found.get(item.client)
    if (known) known.push(item)
    else found.set(item.client, [item])
  }
  return found
}

/** The items of a block of `item/<client>`. */
export const itemsIn = (block: Uint8Array, client: ClientId): Item[] =>
  readItems(inflateRawSync(block).toString('utf8')).map(item => unpackItem(item, client))
