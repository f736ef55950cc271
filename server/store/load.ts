import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Document, Item, Line, Location, Lot, Lpn, Task } from '../../shared/catalogue.ts'
import type { ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockRow } from '../../shared/ledger/stock.ts'
import { commandText, lotKey } from '../../shared/ledger/world.ts'
import { isVirtual, VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import type { CommandKey } from '../../shared/sync/command.ts'
import { emptyTables } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import type { PolicySet } from '../../shared/policy.ts'
import type { Need } from '../sync/ports.ts'
import type { Executor } from './names.ts'

export type Scope = { warehouse: WarehouseId; id: number }

const claimedLots = (tables: MutableTables): Need['lots'] =>
  [...tables.lines.values()].flatMap(line =>
    line.claims.flatMap(claim => (claim.lot === '' ? [] : [{ client: line.client, item: line.item, lot: claim.lot }])),
  )

/** What was loaded, and the integers of the places, items and clients among it. */
export type Loaded = { tables: MutableTables; ids: ReadonlyMap<string, number> }

/**
 * Everything that judging these commands needs, inside the transaction that has the counter row: so it is the newest state
 * and nothing can change under it. Others wait meanwhile, so most of it comes by one question; `also` adds values to it.
 */
export const loadTables = async <T = unknown>(
  db: Executor,
  at: Scope,
  need: Need,
  also: RawBuilder<T> = sql``,
): Promise<Loaded & { also: T }> => {
  const tables = emptyTables(at.warehouse)
  const onPallets = await loadPallets(db, at, need.lpns, tables)
  const { rows } = await question(at, need, onPallets, also).execute(db)
  const found = rows[0]?.found
  if (found === undefined) throw new Error('the question has no answer')
  putFound(tables, found)
  await loadUndone(db, at, need.undone, tables)
  const before = tables.lines.size + tables.tasks.size
  if (need.batches) await loadBatches(db, at, tables)
  await loadRivals(db, at, need, onPallets, tables)
  if (need.everywhere || tables.lines.size + tables.tasks.size > before) await loadAround(db, at, need, tables)
  return { tables, ids: new Map(Object.entries(found.ids ?? {})), also: found }
}

/** The surroundings of work that came with a second question. */
const loadAround = async (db: Executor, at: Scope, need: Need, tables: MutableTables): Promise<void> => {
  await loadLocations(
    db,
    at,
    claimedPlaces(tables).filter(place => !tables.locations.has(place)),
    tables,
  )
  if (need.everywhere) await loadStockEverywhere(db, at, tables)
  await loadLots(db, at, [...need.lots, ...claimedLots(tables)], tables)
  await loadStock(db, at, need, tables)
}

type Found = {
  policies: PolicySet | null
  items: readonly Item[] | null
  work: readonly { kind: string; body: unknown }[] | null
  places: readonly Location[] | null
  lots: readonly Lot[] | null
  stock: readonly StockRow[] | null
  ids: Record<string, number> | null
}

const putFound = (tables: MutableTables, found: Found): void => {
  if (found.policies !== null) tables.policies = found.policies
  for (const item of found.items ?? []) tables.items.set(item.id, item)
  for (const row of found.work ?? []) putWork(tables, row)
  for (const place of found.places ?? []) tables.locations.set(place.id, place)
  for (const lot of found.lots ?? []) tables.lots.set(lotKey(lot.client, lot.item, lot.lot), lot)
  for (const row of found.stock ?? []) {
    // JSON would hand over a rounded number without a word.
    if (![row.onHand, row.reserved, row.held].every(Number.isSafeInteger)) throw new RangeError('stock beyond 2^53')
    tables.stock.set(stockKeyText(row), row)
  }
}

/**
 * Policies; the named items; the named work with all lines and tasks of the named documents; the named places and those that
 * lines have reserved goods at; their lots; the stock rows of items and lines at the places that are real. One value of JSON:
 * each part is small, and what costs is the way there and back.
 */
const question = <T>(
  at: Scope,
  need: Need,
  onPallets: OnPallets,
  also: RawBuilder<T>,
): RawBuilder<{ found: Found & T }> => {
  const documents = [...need.documents]
  const ids = [...new Set([...documents, ...need.tasks, ...need.lines])]
  const items = [...new Set([...need.items, ...onPallets.items])]
  const places = [...new Set([...need.locations, ...onPallets.places])]
  const serials = [...need.serials]
  const contents = [...need.contents]
  return sql<{ found: Found & T }>`
    with w as materialized (
      select kind, body from work where warehouse_id = ${at.id} and id = any(${ids}::uuid[])
      union all
      select kind, body from work where warehouse_id = ${at.id} and document = any(${documents}::uuid[]) and id <> all(${ids}::uuid[])
    ), claimed as materialized (
      select (w.body->>'client')::uuid as client, (w.body->>'item')::uuid as item, c->>'lot' as lot, (c->>'location')::uuid as location
      from w, jsonb_array_elements(w.body->'claims') c where w.kind = 'line'
    ), place as materialized (
      select id, uid, body from location where warehouse_id = ${at.id} and uid = any(
        ${places}::uuid[] || array(select location from claimed)
        || array(select (body->>'tote')::uuid from w where kind = 'task' and body->>'tote' is not null))
    ), goods as materialized (
      select id, uid, client_id, body from item where uid = any(
        ${items}::uuid[] || array(select (body->>'item')::uuid from w where kind = 'line'))
    ), stock as (
      select ${ROW} from balance b
      where b.warehouse_id = ${at.id} and b.item_id = any(array(select id from goods))
        and b.location_id = any(array(select id from place where not body->>'kind' = any(${[...VIRTUAL_KINDS]}::text[])))
      union
      select ${ROW} from balance b
      where cardinality(${serials}::text[]) > 0 and b.warehouse_id = ${at.id} and b.item_id = any(array(select id from goods))
        and b.serial <> '' and b.serial = any(${serials}::text[])
      union
      select ${ROW} from balance b
      where cardinality(${contents}::uuid[]) > 0 and b.warehouse_id = ${at.id}
        and b.location_id = any(array(select id from location where warehouse_id = ${at.id} and uid = any(${contents}::uuid[])))
    )
    select json_build_object(
      'policies', (select body from policy where warehouse_id = ${at.id}),
      'items', (select json_agg(body) from goods where uid = any(${items}::uuid[])),
      'work', (select json_agg(w) from w),
      'places', (select json_agg(body) from place),
      'lots', (select json_agg(l.body) from (
          select client, item, lot from jsonb_to_recordset(${JSON.stringify(need.lots)}::jsonb) as x(client uuid, item uuid, lot text)
          union select client, item, lot from claimed where lot <> '') x
        join client c on c.uid = x.client join item i on i.uid = x.item
        join lot l on l.warehouse_id = ${at.id} and l.client_id = c.id and l.item_id = i.id and l.lot = x.lot),
      'stock', (select json_agg(s) from (
        select l.uid as location, b.lpn, c.uid as client, i.uid as item, b.lot, b.serial, b.status,
               b.on_hand as "onHand", b.reserved, b.held
        from stock b join location l on l.warehouse_id = ${at.id} and l.id = b.location_id
        join client c on c.id = b.client_id join item i on i.id = b.item_id) s),
      'ids', (select json_object_agg(uid, id) from (
        select uid, id from place union all select uid, id from goods
        union all select c.uid, c.id from client c where c.id = any(array(select client_id from goods))) n)
      ${also}) as found`
}

const ROW = sql`b.location_id, b.lpn, b.client_id, b.item_id, b.lot, b.serial, b.status, b.on_hand, b.reserved, b.held`

const claimedPlaces = (tables: MutableTables): LocationId[] => {
  const places = [...tables.lines.values()].flatMap(line => line.claims.map(claim => claim.location))
  const totes = [...tables.tasks.values()].flatMap(task => (task.tote ? [task.tote] : []))
  return [...places, ...totes]
}

const loadPolicies = async (db: Executor, at: Scope, tables: MutableTables): Promise<void> => {
  const { rows } = await sql<{ body: PolicySet }>`select body from policy where warehouse_id = ${at.id}`.execute(db)
  const set = rows[0]?.body
  if (set) tables.policies = set
}

export const loadItems = async (db: Executor, ids: readonly ItemId[], tables: MutableTables): Promise<void> => {
  if (ids.length === 0) return
  const { rows } = await sql<{ body: Item }>`select body from item where uid = any(${[...ids]}::uuid[])`.execute(db)
  for (const { body } of rows) tables.items.set(body.id, body)
}

/** Everything of the orders that are picked in one walk with those that are loaded. */
const loadBatches = async (db: Executor, at: Scope, tables: MutableTables): Promise<void> => {
  const ids = [...tables.tasks.values()].flatMap(task => (task.batch ? [task.batch.id] : []))
  if (ids.length === 0) return
  const { rows } = await sql<{ kind: string; body: unknown }>`
    select kind, body from work where warehouse_id = ${at.id} and document in (
      select document from work where warehouse_id = ${at.id} and kind = 'task' and body->'batch'->>'id' = any(${ids}::text[]))`.execute(
    db,
  )
  for (const row of rows) putWork(tables, row)
}

const putWork = (tables: MutableTables, { kind, body }: { kind: string; body: unknown }): void => {
  if (kind === 'document') tables.documents.set((body as Document).id, body as Document)
  if (kind === 'line') tables.lines.set((body as Line).id, body as Line)
  if (kind === 'task') tables.tasks.set((body as Task).id, body as Task)
  if (kind === 'lpn') tables.lpns.set((body as Lpn).id, body as Lpn)
}

type OnPallets = { items: readonly ItemId[]; places: readonly LocationId[] }

/** The pallets themselves, and what is on them wherever it lies: its items and places are needed as if they were named. */
const loadPallets = async (db: Executor, at: Scope, lpns: Need['lpns'], tables: MutableTables): Promise<OnPallets> => {
  if (lpns.length === 0) return { items: [], places: [] }
  const ids = [...lpns]
  const known = await sql<{ kind: string; body: unknown }>`
    select kind, body from work where warehouse_id = ${at.id} and id = any(${ids}::uuid[])`.execute(db)
  for (const row of known.rows) putWork(tables, row)
  const { rows } = await sql<StockRow>`
    select ${STOCK_COLUMNS} from ${STOCK_JOINS} where b.warehouse_id = ${at.id} and b.lpn = any(${ids}::uuid[])`.execute(
    db,
  )
  for (const row of rows) tables.stock.set(stockKeyText(row), row)
  return { items: rows.map(row => row.item), places: rows.map(row => row.location) }
}

/** Which of these commands have been taken back already. */
const loadUndone = async (db: Executor, at: Scope, keys: Need['undone'], tables: MutableTables): Promise<void> => {
  if (keys.length === 0) return
  const { rows } = await sql<CommandKey>`
    select x.device, x.epoch, x.seq
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as x(device uuid, epoch text, seq bigint)
    join device d on d.uid = x.device
    join command c on c.warehouse_id = ${at.id} and c.device_id = d.id and c.undoes = x.epoch || '/' || x.seq`.execute(
    db,
  )
  for (const key of rows) tables.undone.add(commandText(key))
}

/**
 * What other people's work has to do with these commands: tasks that hold the same totes, lines that have reserved the
 * rows goods are taken from, and counts of the places that are open. Without them the server would miss what only it can see.
 */
const loadRivals = async (
  db: Executor,
  at: Scope,
  need: Need,
  onPallets: OnPallets,
  tables: MutableTables,
): Promise<void> => {
  if (need.lpns.length === 0 && !need.takes) return
  const places = [...need.locations, ...onPallets.places]
  const { rows } = await sql<{ kind: string; body: unknown }>`
    with rival as (
      select distinct c.owner from claim c
      join location l on l.warehouse_id = c.warehouse_id and l.id = c.location_id
      join item i on i.id = c.item_id
      where c.warehouse_id = ${at.id} and c.kind = 'reserve' and c.qty > 0
        and l.uid = any(${places}::uuid[]) and i.uid = any(${[...need.items, ...onPallets.items]}::uuid[])
    ), line as (select w.document, w.kind, w.body from work w join rival r on r.owner = w.id where w.warehouse_id = ${at.id})
    select kind, body from line
    union all
    select w.kind, w.body from work w where w.warehouse_id = ${at.id} and w.kind = 'document' and w.id in (select document from line)
    union all
    select w.kind, w.body from work w where w.warehouse_id = ${at.id} and w.kind = 'task' and w.body->>'tote' = any(${places}::text[])
    union all
    select w.kind, w.body from work w where w.warehouse_id = ${at.id} and w.kind = 'task'
      and w.body->'count'->>'location' = any(${places}::text[]) and w.state not in ('done', 'cancelled')`.execute(db)
  for (const row of rows) putWork(tables, row)
}

const loadLocations = async (
  db: Executor,
  at: Scope,
  ids: readonly LocationId[],
  tables: MutableTables,
): Promise<void> => {
  if (ids.length === 0) return
  const { rows } = await sql<{ body: Location }>`
    select body from location where warehouse_id = ${at.id} and uid = any(${[...new Set(ids)]}::uuid[])`.execute(db)
  for (const { body } of rows) tables.locations.set(body.id, body)
}

const loadLots = async (db: Executor, at: Scope, lots: Need['lots'], tables: MutableTables): Promise<void> => {
  if (lots.length === 0) return
  const { rows } = await sql<{ body: Lot }>`
    select l.body from lot l
    join item i on i.id = l.item_id join client c on c.id = l.client_id
    join jsonb_to_recordset(${JSON.stringify(lots)}::jsonb) as x(client uuid, item uuid, lot text)
      on x.client = c.uid and x.item = i.uid and x.lot = l.lot
    where l.warehouse_id = ${at.id}`.execute(db)
  for (const { body } of rows) tables.lots.set(lotKey(body.client, body.item, body.lot), body)
}

const STOCK_COLUMNS = sql`l.uid as location, b.lpn, c.uid as client, i.uid as item, b.lot, b.serial, b.status,
  b.on_hand as "onHand", b.reserved, b.held`
const STOCK_JOINS = sql`balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
  join client c on c.id = b.client_id join item i on i.id = b.item_id`

/** Stock rows of the loaded items at the loaded real places. Virtual places have no row that a rule looks at. */
const loadStock = async (db: Executor, at: Scope, need: Need, tables: MutableTables): Promise<void> => {
  const places = [...tables.locations.values()].filter(location => !isVirtual(location)).map(location => location.id)
  const items = [...new Set([...tables.items.keys(), ...[...tables.lines.values()].map(line => line.item)])]
  if (places.length === 0 || items.length === 0) return
  const { rows } = await sql<StockRow>`
    select ${STOCK_COLUMNS} from ${STOCK_JOINS}
    where b.warehouse_id = ${at.id} and i.uid = any(${items}::uuid[])
      and (l.uid = any(${places}::uuid[]) or (b.serial <> '' and b.serial = any(${[...need.serials]}::text[])))
    union
    select ${STOCK_COLUMNS} from ${STOCK_JOINS}
    where b.warehouse_id = ${at.id} and l.uid = any(${[...need.contents]}::uuid[])`.execute(db)
  for (const row of rows) tables.stock.set(stockKeyText(row), row)
}

/** All stock rows, places and lots of these items, for allocation. */
export const loadStockOf = async (db: Executor, at: Scope, items: readonly ItemId[]): Promise<MutableTables> => {
  const tables = emptyTables(at.warehouse)
  await loadPolicies(db, at, tables)
  await loadItems(db, items, tables)
  await loadStockEverywhere(db, at, tables)
  return tables
}

/** Every stock row of the loaded items with its place and lot. */
const loadStockEverywhere = async (db: Executor, at: Scope, tables: MutableTables): Promise<void> => {
  const uids = [...tables.items.keys()]
  const stock = await sql<StockRow>`
    select ${STOCK_COLUMNS} from ${STOCK_JOINS} where b.warehouse_id = ${at.id} and i.uid = any(${uids}::uuid[])`.execute(
    db,
  )
  for (const row of stock.rows) tables.stock.set(stockKeyText(row), row)
  await loadLocations(
    db,
    at,
    [...tables.stock.values()].map(row => row.location),
    tables,
  )
  const lots = await sql<{ body: Lot }>`
    select l.body from lot l join item i on i.id = l.item_id where l.warehouse_id = ${at.id} and i.uid = any(${uids}::uuid[])`.execute(
    db,
  )
  for (const { body } of lots.rows) tables.lots.set(lotKey(body.client, body.item, body.lot), body)
}
