import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import { maskRows } from '../../shared/sync/blind.ts'
import { emptyTables, frozen, putRow } from '../../shared/sync/rows.ts'
import type { Kind, Manifest, Row } from '../../shared/sync/wire.ts'
import { readAll } from './backend.ts'
import { blindHead, isSameBlind } from './withheld.ts'
import type { CacheHead, CacheStore, CatalogueBlock } from '../sync/ports.ts'

/** A row in its generation. Tombstones stay (`b` null), so that a late page cannot bring the row back. */
type BaseRow = Row & { g: number }
type MetaRow = { k: 'head'; head: CacheHead } | { k: 'manifest'; manifest: Manifest }
type BlockRow = CatalogueBlock

type Stores = {
  db: Dexie
  base: Table<BaseRow, [number, string, string]>
  block: Table<BlockRow, string>
  meta: Table<MetaRow, string>
}

export type OpenCache = { store: CacheStore; close(): void }

const WORK: readonly Kind[] = ['document', 'line', 'task']
/** Beside stock rows: lines that have reserved goods, and tasks that fetch some. */
const TELLING: readonly Kind[] = ['line', 'task']
/** 2: blocks are compressed bytes. */
const SCHEMA = 2

/**
 * The relaxed, disposable database. Whatever keeps it from opening (another schema, damage), it is deleted and fetched
 * again: nothing in here is the only copy of anything.
 */
export const openCache = async (options: { name?: string; onClosed?: () => void } = {}): Promise<OpenCache> => {
  const name = options.name ?? 'stockhand-cache'
  let stores: Stores
  try {
    stores = await open(name)
  } catch {
    await Dexie.delete(name)
    stores = await open(name)
  }
  const { db } = stores
  db.on('versionchange', () => {
    db.close({ disableAutoOpen: true })
    options.onClosed?.()
    return false
  })
  return {
    store: { ...readPart(stores), ...pagePart(stores), ...snapshotPart(stores), ...catalogue(stores) },
    close: () => db.close({ disableAutoOpen: true }),
  }
}

const open = async (name: string): Promise<Stores> => {
  const db = new Dexie(name, { chromeTransactionDurability: 'relaxed' })
  const version = db.version(SCHEMA).stores({ base: '[g+k+id]', block: 'sha', meta: 'k' })
  // Older rows are not read but fetched anew.
  version.upgrade(async old => {
    await Promise.all(['base', 'block', 'meta'].map(name => old.table(name).clear()))
  })
  try {
    await db.open()
    // An upgraded database opens in the newer schema and fails only at the first read: so read once.
    if (db.verno !== SCHEMA) throw new Error(`schema ${db.verno}`)
  } catch (error) {
    db.close({ disableAutoOpen: true })
    throw error
  }
  return { db, base: db.table('base'), block: db.table('block'), meta: db.table('meta') }
}

const headOf = async ({ meta }: Stores): Promise<CacheHead | null> => {
  const row = await meta.get('head')
  return row?.k === 'head' ? row.head : null
}
const manifestOf = async ({ meta }: Stores): Promise<Manifest | null> => {
  const row = await meta.get('manifest')
  return row?.k === 'manifest' ? row.manifest : null
}
const inGeneration = ({ base }: Stores, g: number) => base.where(':id').between([g], [g, []])
const ofKind = ({ base }: Stores, g: number, kind: Kind) => base.where(':id').between([g, kind], [g, kind, []])
/** A stock row's name begins with its place. */
const stockAt = ({ base }: Stores, g: number, place: string) =>
  base.where(':id').between([g, 'balance', place], [g, 'balance', `${place}\uffff`])
const rowOf = ({ c, k, id, b }: BaseRow): Row => ({ c, k, id, b })
const blocksOf = (manifest: Manifest): Set<string> =>
  new Set(Object.values(manifest.families).flatMap(family => family.blocks.flatMap(sha => (sha === null ? [] : [sha]))))

type ReadPart = Pick<CacheStore, 'head' | 'load' | 'rowsOf'>

const readPart = (stores: Stores): ReadPart => ({
  head: () => headOf(stores),
  load: () =>
    stores.db.transaction('r', stores.base, stores.meta, async () => {
      const head = await headOf(stores)
      if (head === null) return null
      const tables = emptyTables(head.warehouse)
      for (const row of await inGeneration(stores, head.generation).toArray()) if (row.b !== null) putRow(tables, row)
      return frozen(tables)
    }),
  rowsOf: kind =>
    stores.db.transaction('r', stores.base, stores.meta, async () => {
      const head = await headOf(stores)
      if (head === null) return []
      const rows = await ofKind(stores, head.generation, kind).toArray()
      return rows.filter(row => row.b !== null).map(rowOf)
    }),
})

type PagePart = Pick<CacheStore, 'applyPage' | 'withhold' | 'forget' | 'clear'>

const pagePart = (stores: Stores): PagePart => ({
  applyPage: (expected, next, rows) =>
    stores.db.transaction('rw', stores.base, stores.meta, async () => {
      const head = await headOf(stores)
      if (head === null || head.cursor !== expected.cursor || head.feedEpoch !== expected.feedEpoch) return false
      if (!isSameBlind(head, expected)) return false
      const g = head.generation
      const newest = new Map<string, Row>()
      for (const row of rows) {
        const key = `${row.k}\u0000${row.id}`
        const before = newest.get(key)
        if (before === undefined || row.c > before.c) newest.set(key, row)
      }
      const all = [...newest.values()]
      const known = await stores.base.bulkGet(all.map((row): [number, string, string] => [g, row.k, row.id]))
      const fresh = all.filter((row, i) => row.c > (known[i]?.c ?? -1))
      await stores.base.bulkPut(fresh.map(row => ({ ...row, g })))
      await stores.meta.put({ k: 'head', head: { ...next, generation: g } })
      return true
    }),
  withhold: blind =>
    stores.db.transaction('rw', stores.base, stores.meta, async () => {
      const head = await headOf(stores)
      const next = head && blindHead(head, blind.spots)
      if (next === null) return
      const rows: BaseRow[] = []
      for (const { location } of blind.spots) rows.push(...(await stockAt(stores, next.generation, location).toArray()))
      for (const kind of TELLING) rows.push(...(await ofKind(stores, next.generation, kind).toArray()))
      const masked = maskRows(rows, blind).filter((row, i) => row !== rows[i])
      await stores.base.bulkPut(masked.map(row => ({ ...row, g: next.generation })))
      await stores.meta.put({ k: 'head', head: next })
    }),
  forget: what =>
    stores.db.transaction('rw', stores.base, stores.meta, async () => {
      const head = await headOf(stores)
      if (head === null) return
      if (what === 'work') for (const kind of WORK) await ofKind(stores, head.generation, kind).delete()
      else
        await inGeneration(stores, head.generation)
          .and(row => row.k !== 'roster')
          .delete()
      await stores.meta.put({ k: 'head', head: { ...head, cursor: null } })
    }),
  clear: () =>
    stores.db.transaction('rw', stores.base, stores.block, stores.meta, async () => {
      await Promise.all([stores.base.clear(), stores.block.clear(), stores.meta.clear()])
    }),
})

type SnapshotPart = Pick<CacheStore, 'beginSnapshot' | 'addSnapshot' | 'finishSnapshot'>

const snapshotPart = (stores: Stores): SnapshotPart => ({
  beginSnapshot: async generation => {
    await inGeneration(stores, generation).delete()
  },
  addSnapshot: async (generation, rows) => {
    await stores.base.bulkPut(rows.map(row => ({ ...row, g: generation })))
  },
  finishSnapshot: async next => {
    const isTaken = await stores.db.transaction('rw', stores.meta, async () => {
      const head = await headOf(stores)
      if (head !== null && !isSameBlind(head, next)) return false
      await stores.meta.put({ k: 'head', head: next })
      return true
    })
    if (!isTaken) return false
    // A crash before this line leaves an old generation that nobody sees; the next snapshot removes it too.
    await stores.base.where(':id').below([next.generation]).or(':id').above([next.generation, []]).delete()
    return true
  },
})

type CataloguePart = Pick<CacheStore, 'manifest' | 'missingBlocks' | 'putBlocks' | 'useManifest' | 'blocks'>

const catalogue = (stores: Stores): CataloguePart => ({
  manifest: () => manifestOf(stores),
  missingBlocks: async manifest => {
    const have = new Set(await stores.block.toCollection().primaryKeys())
    return [...blocksOf(manifest)].filter(sha => !have.has(sha))
  },
  putBlocks: async blocks => {
    await stores.block.bulkPut([...blocks])
  },
  useManifest: manifest =>
    stores.db.transaction('rw', stores.block, stores.meta, async () => {
      const named = blocksOf(manifest)
      await stores.meta.put({ k: 'manifest', manifest })
      const head = await headOf(stores)
      if (head !== null) await stores.meta.put({ k: 'head', head: { ...head, catalogue: manifest.version } })
      const all = await stores.block.toCollection().primaryKeys()
      await stores.block.bulkDelete(all.filter(sha => !named.has(sha)))
    }),
  blocks: async shas => (await readAll<BlockRow>(stores.db, 'block', shas)).map(row => row?.bytes ?? null),
})
