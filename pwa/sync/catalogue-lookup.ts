import type { Item } from '../../shared/catalogue.ts'
import type { ClientId, ItemId } from '../../shared/ids.ts'
import { itemCodes, mayHaveKey } from '../../shared/scan/item-codes.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import { blockIndex, keyHash, partOf } from '../../shared/sync/blocks.ts'
import { findBlocks, readFind } from '../../shared/sync/find-index.ts'
import type { FindPart } from '../../shared/sync/find-index.ts'
import { readItems, unpackItem } from '../../shared/sync/item-block.ts'
import type { PackedItem } from '../../shared/sync/item-block.ts'
import type { Manifest } from '../../shared/sync/wire.ts'
import { makeBlockShelf } from './block-shelf.ts'
import type { BlockShelf } from './block-shelf.ts'
import type { Inflate } from './inflate.ts'
import type { CacheStore } from './ports.ts'

/** Looking things up in the catalogue blocks of all clients. Blocks are read at look-up; a few stay read. */
export type CatalogueLookup = {
  codes(keys: readonly string[]): Promise<ReadonlyMap<string, readonly CodeHit[]>>
  items(ids: readonly ItemId[]): Promise<readonly Item[]>
  /** Reads the index of the codes and what fits into memory of the items, so that scans need not. */
  ready(): Promise<void>
  /** The blocks of items of all clients, for whoever goes through them. */
  blockNames(): Promise<readonly BlockName[]>
  /** Null: another catalogue has come meanwhile. */
  block(name: BlockName): Promise<readonly PackedItem[] | null>
  /** Another catalogue is in use. */
  changed(): void
}

type Family = Manifest['families'][string]
/** One client's goods: the index of the codes in memory, and the names of the blocks of items. */
type Shelf = { client: ClientId; item: Family; k: number; parts: readonly (FindPart | null)[] }

/** One block of items of one client. */
export type BlockName = { sha: string; client: ClientId }

/** What was read of one block of items. */
type Block = { client: ClientId; packed: readonly PackedItem[] }

const READ_KEPT = 64

export const makeCatalogueLookup = (
  cache: Pick<CacheStore, 'manifest' | 'blocks'>,
  inflate: Inflate,
): CatalogueLookup => {
  let shelves: Promise<readonly Shelf[]> | null = null
  const kept = makeBlockShelf(cache)
  const { read, forgetRead } = makeReader(kept, inflate)
  const forget = (): void => {
    shelves = null
    forgetRead()
  }
  const ready = async (): Promise<readonly Shelf[]> => {
    shelves ??= shelvesOf(cache, inflate)
    try {
      const known = await shelves
      // No catalogue yet: another tab may be fetching it, so that is not remembered.
      if (known.length === 0) shelves = null
      return known
    } catch (error) {
      shelves = null
      throw error
    }
  }
  /** The items that fit, of the blocks that `wantedOf` names; asked once more where the catalogue has changed underneath. */
  const itemsIn = async (
    wantedOf: (shelf: Shelf) => readonly BlockName[],
    fits: (item: PackedItem) => boolean,
  ): Promise<readonly Item[]> => {
    for (let attempt = 0; ; attempt += 1) {
      const known = await ready()
      const found = await read(distinct(known.flatMap(wantedOf)))
      if (found !== null || attempt > 0)
        return (found ?? []).flatMap(({ client, packed }) => packed.filter(fits).map(item => unpackItem(item, client)))
      forget()
    }
  }
  return {
    codes: async keys => {
      const asked = new Set(keys)
      // The index goes by a hash: the items themselves say whether the code is theirs.
      const items = await itemsIn(
        shelf => [...asked].flatMap(key => blocksOfCode(shelf, key)),
        item => mayHaveKey(item, asked),
      )
      const found = new Map<string, CodeHit[]>()
      for (const item of items)
        for (const [key, hit] of itemCodes(item)) if (asked.has(key)) found.set(key, [...(found.get(key) ?? []), hit])
      return found
    },
    items: async ids => {
      const asked = new Set(ids)
      const blocks = ({ client, item }: Shelf) => [...asked].flatMap(id => wanted(client, item, blockIndex(id, item.k)))
      return asked.size === 0 ? [] : itemsIn(blocks, item => asked.has(item.id))
    },
    ready: async () => {
      const known = await ready()
      await kept.keep(known.flatMap(({ item }) => item.blocks.flatMap(sha => sha ?? [])))
    },
    blockNames: async () =>
      (await ready()).flatMap(({ client, item }) =>
        item.blocks.flatMap(sha => (sha === null ? [] : [{ sha, client }])),
      ),
    block: async ({ sha }) => {
      const [bytes] = await kept.read([sha])
      return bytes == null ? null : parsed(await inflate(bytes))
    },
    changed: forget,
  }
}

const parsed = (bytes: Uint8Array): readonly PackedItem[] => readItems(new TextDecoder().decode(bytes))

/** Blocks unpacked and parsed; the last few stay so. */
const makeReader = (kept: BlockShelf, inflate: Inflate) => {
  const read = new Map<string, Block>()
  return {
    /** Null: a block is gone, because another tab has put a newer catalogue in the place of ours. */
    read: async (blocks: readonly BlockName[]): Promise<readonly Block[] | null> => {
      const unread = blocks.filter(({ sha }) => !read.has(sha))
      const bytes = unread.length === 0 ? [] : await kept.read(unread.map(({ sha }) => sha))
      const fresh = new Map<string, Block>()
      for (const [i, { sha, client }] of unread.entries()) {
        const block = bytes[i]
        if (block == null) return null
        fresh.set(sha, { client, packed: parsed(await inflate(block)) })
      }
      const found = blocks.flatMap(({ sha }) => read.get(sha) ?? fresh.get(sha) ?? [])
      for (const [sha, block] of fresh) read.set(sha, block)
      for (const sha of read.keys()) if (read.size > READ_KEPT) read.delete(sha)
      return found
    },
    forgetRead: (): void => read.clear(),
  }
}

const wanted = (client: ClientId, { blocks }: Family, n: number): BlockName[] => {
  const sha = blocks[n]
  return sha == null ? [] : [{ sha, client }]
}
const blocksOfCode = ({ client, item, k, parts }: Shelf, key: string): BlockName[] => {
  const hash = keyHash(key)
  const part = parts[partOf(hash, k)]
  return part == null ? [] : findBlocks(part, hash).flatMap(n => wanted(client, item, n))
}
const distinct = (blocks: readonly BlockName[]): readonly BlockName[] => [
  ...new Map(blocks.map(one => [one.sha, one])).values(),
]

const shelvesOf = async (
  cache: Pick<CacheStore, 'manifest' | 'blocks'>,
  inflate: Inflate,
): Promise<readonly Shelf[]> => {
  const families = (await cache.manifest())?.families ?? {}
  const clients = Object.keys(families).flatMap(name => (name.startsWith('item/') ? [name.slice('item/'.length)] : []))
  return Promise.all(
    clients.map(async (name): Promise<Shelf> => {
      const client = name as ClientId
      const item = families[`item/${name}`] ?? { k: 0, blocks: [] }
      const find = families[`find/${name}`] ?? { k: 0, blocks: [] }
      const bytes = await cache.blocks(find.blocks.map(sha => sha ?? ''))
      const parts = bytes.map(async part => (part === null ? null : readFind(await inflate(part))))
      return { client, item, k: find.k, parts: await Promise.all(parts) }
    }),
  )
}
