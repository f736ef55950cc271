import { sql } from 'kysely'
import type { Client, Item, Location, Lot } from '../../shared/catalogue.ts'
import type { GoingLive } from '../../shared/desk/intake.ts'
import type { ClientId, ItemId, LocationId, LpnId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import type { IntakeWrite } from '../intake/plan.ts'
import type { IntakeBook, IntakeLook, IntakeStore } from '../intake-ports.ts'
import { writeAudit } from './audit-book.ts'
import { rebuildBlocks } from './catalogue.ts'
import { raiseCommit } from './feed.ts'
import { saveItems } from './import.ts'
import { makeNames } from './names.ts'
import type { Executor, Names } from './names.ts'
import { writeClients, writePlaces } from './site.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

/** Movements of one command; their numbers are small integers, and one statement books them. */
const PAGE = 5_000
const FILES = 20

const virtual = sql`${[...VIRTUAL_KINDS]}::text[]`

/** `id`: the warehouse's integer. */
const makeLook = (db: Executor, warehouse: () => Promise<number>): IntakeLook => ({
  clients: async () =>
    (
      await sql<Client>`select c.uid as id, c.name from warehouse_client w join client c on c.id = w.client_id
        where w.warehouse_id = ${await warehouse()}`.execute(db)
    ).rows,
  places: async () =>
    (
      await sql<{ body: Location }>`select body from location where warehouse_id = ${await warehouse()}`.execute(db)
    ).rows.map(row => row.body),
  itemsBySku: async skus =>
    (
      await sql<{ item: Item; cost: number | null; hasStock: boolean }>`
        select i.body as item, i.cost, exists (
          select 1 from warehouse h join balance b on b.warehouse_id = h.id and b.item_id = i.id
          join location p on p.warehouse_id = h.id and p.id = b.location_id
          where b.on_hand <> 0 and not p.body->>'kind' = any(${virtual})) as "hasStock"
        from item i where i.uid in (select item from item_code where code = any(${[...skus]}::text[]))
          and i.body->>'sku' = any(${[...skus]}::text[])`.execute(db)
    ).rows,
  codeOwners: async codes =>
    (
      await sql<{ client: ClientId; code: string; item: ItemId }>`
        select c.uid as client, k.code, k.item from client c join item_code k on k.client_id = c.id
        where k.code = any(${[...codes]}::text[])`.execute(db)
    ).rows,
  before: async hash => {
    const { rows } = await sql<{ at: Date; worker: WorkerId | null }>`
      select at, worker from intake_file where warehouse_id = ${await warehouse()} and hash = ${hash}`.execute(db)
    return rows[0] === undefined ? null : { at: rows[0].at.toISOString(), worker: rows[0].worker }
  },
  ...goods(db, warehouse),
})

const goods = (db: Executor, warehouse: () => Promise<number>): Pick<IntakeLook, 'lots' | 'pallets' | 'stock'> => ({
  lots: async items =>
    (
      await sql<{ body: Lot }>`
        select l.body from lot l join item i on i.id = l.item_id
        where l.warehouse_id = ${await warehouse()} and i.uid = any(${[...items]}::uuid[])`.execute(db)
    ).rows.map(row => row.body),
  pallets: async ids => {
    const id = await warehouse()
    const { rows } = await sql<{ id: LpnId; client: ClientId; location: LocationId | null }>`
      select w.id, c.uid as client, (select p.uid from balance b join location p on p.warehouse_id = ${id} and p.id = b.location_id
        where b.warehouse_id = ${id} and b.lpn = w.id and b.on_hand <> 0 and not p.body->>'kind' = any(${virtual}) limit 1) as location
      from work w join client c on c.id = w.client_id
      where w.warehouse_id = ${id} and w.kind = 'lpn' and w.id = any(${[...ids]}::uuid[])`.execute(db)
    return rows
  },
  stock: async items => {
    const id = await warehouse()
    const { rows } = await sql<StockKey>`
      select c.uid as client, i.uid as item, b.lot, b.serial, p.uid as location, b.lpn, b.status
      from balance b join item i on i.id = b.item_id join client c on c.id = b.client_id
      join location p on p.warehouse_id = ${id} and p.id = b.location_id
      where b.warehouse_id = ${id} and b.on_hand <> 0 and i.uid = any(${[...items]}::uuid[])
        and not p.body->>'kind' = any(${virtual})`.execute(db)
    return rows
  },
})

/** Integers of names are read anew for each file: what a transaction has made may be taken back with it. */
export const makeIntakeStore = (db: Executor): IntakeStore => ({
  look: uid => makeLook(db, () => makeNames().warehouse(db, uid)),
  apply: (at, run) =>
    transact(db, async trx => {
      const names = makeNames()
      const warehouse = await names.warehouse(trx, at.warehouse)
      const { seq } = await raiseCommit(trx, warehouse)
      let wrote = false
      const answer = await run(
        makeLook(trx, () => Promise.resolve(warehouse)),
        async (what, book) => {
          wrote = true
          await writeAll(trx, names, { ...at, id: warehouse, seq }, what)
          await keep(trx, names, { ...at, id: warehouse }, book)
        },
      )
      return { keep: wrote, answer }
    }),
  files: async uid => {
    const { rows } = await sql<GoingLive['files'][number] & { when: Date }>`
      select f.kind, f.name, f.rows, f.worker, f.at as when from intake_file f join warehouse w on w.id = f.warehouse_id
      where w.uid = ${uid} order by f.at desc limit ${FILES}`.execute(db)
    return rows.map(({ when, ...file }) => ({ ...file, at: when.toISOString() }))
  },
  counts: async uid => {
    const id = await makeNames().warehouse(db, uid)
    const { rows } = await sql<{ places: number; items: number; stock: number; handhelds: number; people: number }>`
      select
        (select count(*) from location where warehouse_id = ${id} and not body->>'kind' = any(${virtual})) as places,
        (select count(*) from item where client_id in (select client_id from warehouse_client where warehouse_id = ${id})) as items,
        (select count(*) from balance b join location p on p.warehouse_id = b.warehouse_id and p.id = b.location_id
          where b.warehouse_id = ${id} and b.on_hand > 0 and not p.body->>'kind' = any(${virtual})) as stock,
        (select count(*) from device where warehouse_id = ${id} and state = 'active') as handhelds,
        (select coalesce(max(jsonb_array_length(r.body::jsonb->'workers')), 0) from roster r where r.warehouse_id = ${id}
          and r.version = (select max(version) from roster where warehouse_id = ${id})) as people`.execute(db)
    return rows[0] ?? { places: 0, items: 0, stock: 0, handhelds: 0, people: 0 }
  },
})

type At = { warehouse: WarehouseId; worker: WorkerId; now: string; id: number }

const writeAll = async (trx: Executor, names: Names, at: At & { seq: number }, what: IntakeWrite): Promise<void> => {
  const commit = { warehouse: at.id, seq: at.seq }
  if (what.clients.length > 0) await writeClients(trx, commit, what.clients)
  if (what.locations.length > 0) await writePlaces(trx, commit, what.locations)
  if (what.items.length > 0) {
    await saveItems(trx, names, what, at.now)
    await rebuildBlocks(trx, at.id, at.now)
  }
  for (let from = 0; from < what.movements.length; from += PAGE)
    await decideIn(trx, names, at, tx =>
      tx.write({
        body: { kind: 'openingStock', worker: at.worker, from },
        // Whoever connects an ERP has the figures there already.
        silent: true,
        effects: {
          ...NOTHING,
          movements: what.movements.slice(from, from + PAGE),
          lots: from === 0 ? what.lots : [],
          lpns: from === 0 ? what.lpns : [],
        },
      }),
    )
}

const keep = async (trx: Executor, names: Names, at: At, { hash, kind, name, rows }: IntakeBook): Promise<void> => {
  await sql`
    insert into intake_file (warehouse_id, hash, kind, name, rows, worker, at)
    values (${at.id}, ${hash}, ${kind}, ${name}, ${rows}, ${at.worker}, ${at.now}::timestamptz)`.execute(trx)
  await writeAudit(trx, names, {
    warehouse: at.warehouse,
    at: at.now,
    worker: at.worker,
    kind: `intake.${kind}`,
    subject: name,
    body: { hash, rows },
  })
}
