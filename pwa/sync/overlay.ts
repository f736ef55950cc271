import type { Item, Location } from '../../shared/catalogue.ts'
import type { ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { Tables, World } from '../../shared/ledger/world.ts'
import { foldOwn, isPending, rebase } from '../../shared/sync/rebase.ts'
import type { OwnCommand, Through } from '../../shared/sync/rebase.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import type { Row } from '../../shared/sync/wire.ts'
import type { CacheHead, CacheStore, QueueRow, QueueStore } from './ports.ts'
import { allRows, ownOf } from './own-commands.ts'
import type { RulesPort } from './rules.ts'

/** What is on the screen: confirmed rows in memory, and the own commands that they do not contain folded in. */
export type Overlay = {
  world(): World
  pending(): readonly OwnCommand[]
  /** Confirmed places; another map after each change of them. */
  places(): ReadonlyMap<LocationId, Location>
  /** The own commands are folded in anew: the rules have come. */
  refold(): void
  /** All rows anew from both stores: at the start, after a snapshot, after forgetting. */
  reload(): Promise<void>
  /**
   * A page of ours is in the store. `from`: where the store stood before it. A tab that was robbed may have finished a
   * round since we last read: then memory stands elsewhere, and all is read anew.
   */
  pageTaken(rows: readonly Row[], head: CacheHead, from: CacheHead): Promise<void>
  appended(rows: readonly QueueRow[]): void
  addItems(items: readonly Item[]): void
  hasItem(id: ItemId): boolean
  /** A new catalogue: the items known so far are read again. */
  replaceItems(load: (ids: readonly ItemId[]) => Promise<readonly Item[]>): Promise<void>
}

const nameOf = (own: OwnCommand): string => `${own.key.epoch}/${own.key.seq}`

export const makeOverlay = (
  stores: { queue: QueueStore; cache: CacheStore },
  rules: RulesPort,
  warehouse: WarehouseId,
  /** Corrected now, ISO. */
  now: () => string,
  loadItems: (ids: readonly ItemId[]) => Promise<readonly Item[]>,
): Overlay => {
  const items = new Map<ItemId, Item>()
  let tables: MutableTables = { ...emptyTables(warehouse), items }
  let through: Through = {}
  let cursor: string | null = null
  let pending = new Map<string, OwnCommand>()
  let world = makeWorld(tables)
  let appends = 0
  let lastAt: string | null = null

  const redraw = (): void => {
    pending = new Map([...pending].filter(([, own]) => isPending(own, through)))
    world = makeWorld(tables)
    lastAt = folded(rules, world, [...pending.values()], through, now())
  }
  const reload = async (): Promise<void> => {
    const { loaded, head } = await readBase(stores.cache)
    const here = loaded !== null && head !== null && head.warehouse === warehouse ? loaded : emptyTables(warehouse)
    const known = head?.warehouse === warehouse ? head.through : {}
    const own = await steady(
      () => appends,
      () => readKnown(stores.queue, warehouse, known, items, loadItems),
    )
    tables = mutable(here, items)
    through = known
    cursor = head?.cursor ?? null
    pending = new Map(own.map(one => [nameOf(one), one]))
    redraw()
  }
  return {
    world: () => world,
    pending: () => [...pending.values()],
    places: () => tables.locations,
    refold: redraw,
    reload,
    pageTaken: async (rows, head, from) => {
      if (from.cursor !== cursor) return reload()
      if (rows.some(row => row.k === 'location')) tables.locations = new Map(tables.locations)
      for (const row of rows) putRow(tables, row)
      through = head.through
      cursor = head.cursor
      redraw()
    },
    appended: rows => {
      appends += 1
      for (const row of rows) {
        const own = ownOf(row)
        if (own === null || row.warehouse !== warehouse || pending.has(nameOf(own)) || !isPending(own, through))
          continue
        pending.set(nameOf(own), own)
        const judge = rules.loaded()?.judge
        if (judge !== undefined) lastAt = foldOwn(judge, world, own, { notBefore: lastAt, notAfter: now() })
      }
    },
    addItems: added => {
      for (const item of added) items.set(item.id, item)
    },
    hasItem: id => items.has(id),
    replaceItems: async load => {
      // Also what waits: after a power cut the catalogue may come later than the commands that name its items.
      const fresh = await load([...new Set([...items.keys(), ...itemsOf([...pending.values()])])])
      for (const item of fresh) items.set(item.id, item)
      redraw()
    },
  }
}

/** Before the rules are there nobody is logged in: what waits is folded in when they come. */
const folded = (rules: RulesPort, ...[world, own, through, now]: Fold): string | null => {
  const judge = rules.loaded()?.judge
  return judge === undefined ? null : rebase(judge, world, own, through, now)
}
type Fold = [world: World, own: readonly OwnCommand[], through: Through, now: string]

const itemsOf = (own: readonly OwnCommand[]): ItemId[] => [
  ...new Set(own.flatMap(({ command }) => ('item' in command ? [command.item] : []))),
]

/** Own commands and their items. Rules ask for the item of a command: without it the fold would differ from the server's. */
const readKnown = async (
  queue: QueueStore,
  warehouse: WarehouseId,
  through: Through,
  items: Map<ItemId, Item>,
  loadItems: (ids: readonly ItemId[]) => Promise<readonly Item[]>,
): Promise<OwnCommand[]> => {
  const own = await readOwn(queue, warehouse, through)
  for (const item of await loadItems(itemsOf(own).filter(id => !items.has(id)))) items.set(item.id, item)
  return own
}

/** A scan may be appended while the queue is read; it must be in the list that is folded. */
const steady = async <T>(count: () => number, read: () => Promise<T>): Promise<T> => {
  for (;;) {
    const seen = count()
    const found = await read()
    if (seen === count()) return found
  }
}

/** Rows and head are read one after the other: again, when another tab has written in between. */
const readBase = async (cache: CacheStore): Promise<{ loaded: Tables | null; head: CacheHead | null }> => {
  for (;;) {
    const before = await cache.head()
    const loaded = await cache.load()
    const head = await cache.head()
    if (before?.cursor === head?.cursor && before?.generation === head?.generation) return { loaded, head }
  }
}

/** All own commands of the warehouse above `through`, oldest epoch first. */
const readOwn = async (queue: QueueStore, warehouse: WarehouseId, through: Through): Promise<OwnCommand[]> => {
  const own: OwnCommand[] = []
  for (const epoch of await queue.epochs()) {
    for (const row of await allRows(queue, epoch, through[epoch] ?? 0)) {
      if (row.warehouse !== warehouse) break
      const command = ownOf(row)
      if (command !== null) own.push(command)
    }
  }
  return own
}

/** A copy that pages may be written into. */
const mutable = (tables: Tables, items: Map<ItemId, Item>): MutableTables => ({
  warehouse: tables.warehouse,
  policies: tables.policies,
  items,
  locations: new Map(tables.locations),
  lots: new Map(tables.lots),
  documents: new Map(tables.documents),
  lines: new Map(tables.lines),
  tasks: new Map(tables.tasks),
  stock: new Map(tables.stock),
  lpns: new Map(tables.lpns),
  undone: new Set(tables.undone),
})
