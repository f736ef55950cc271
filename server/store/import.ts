import { sql } from 'kysely'
import type { Item } from '../../shared/catalogue.ts'
import type { ConnectorId, WarehouseId } from '../../shared/ids.ts'
import type { ImportStore, Remote } from '../workers/ports.ts'
import { rebuildBlocks } from './catalogue.ts'
import { raiseCommit } from './feed.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

const saveCursor = async (trx: Executor, connector: ConnectorId, kind: string, cursor: string): Promise<void> => {
  await sql`insert into import_cursor (connector, kind, cursor) values (${connector}, ${kind}, ${cursor})
    on conflict (connector, kind) do update set cursor = excluded.cursor`.execute(trx)
}

const saveRemotes = async (trx: Executor, connector: ConnectorId, remotes: readonly Remote[]): Promise<void> => {
  if (remotes.length === 0) return
  await sql`
    insert into remote (connector, kind, remote, id, hash)
    select ${connector}::uuid, x.kind, x.remote, x.id, x.hash from jsonb_to_recordset(${json(remotes)}) as x(kind text, remote text, id uuid, hash text)
    on conflict (connector, kind, remote) do update set id = excluded.id, hash = excluded.hash`.execute(trx)
}

/** What the import worker keeps. A page and its cursor are one transaction: a crash repeats a page, never loses one. */
export const makeImportStore = (db: Executor, names: Names): ImportStore => ({
  addConnector: async ({ id, warehouse, name }) => {
    await sql`insert into connector (uid, warehouse_id, name) values (${id}, ${await names.warehouse(db, warehouse)}, ${name})
      on conflict (uid) do update set name = excluded.name`.execute(db)
  },
  cursor: async (connector, kind) =>
    (
      await sql<{
        cursor: string
      }>`select cursor from import_cursor where connector = ${connector} and kind = ${kind}`.execute(db)
    ).rows[0]?.cursor ?? null,
  known: async (connector, kind, remotes) => {
    const { rows } = await sql<{ remote: string; id: string; hash: string }>`
      select remote, id, hash from remote where connector = ${connector} and kind = ${kind} and remote = any(${[...remotes]}::text[])`.execute(
      db,
    )
    return new Map(rows.map(row => [row.remote, { id: row.id, hash: row.hash }]))
  },
  putItems: (at, items, cursor) =>
    transact(db, async trx => {
      const clients = await names.client(
        trx,
        items.map(({ item }) => item.client),
      )
      if (items.length > 0)
        await sql`
          insert into item (uid, client_id, body)
          select x.id, x.client, x.body
          from jsonb_to_recordset(${json(items.map(({ item }) => ({ id: item.id, client: idOf(clients, 'client', item.client), body: item })))})
               as x(id uuid, client int, body jsonb)
          on conflict (uid) do update set body = excluded.body`.execute(trx)
      await saveRemotes(
        trx,
        at.connector,
        items.map(({ remote }) => remote),
      )
      await saveCursor(trx, at.connector, 'item', cursor)
      return { keep: true, answer: undefined }
    }),
  putDocuments: (at, remotes, cursor, run) =>
    transact(db, async trx => {
      if (run !== null) await decideIn(trx, names, at, run)
      await saveRemotes(trx, at.connector, remotes)
      await saveCursor(trx, at.connector, at.kind, cursor)
      return { keep: true, answer: undefined }
    }),
  rebuildCatalogue: (warehouse, now) => rebuildCatalogue(db, names, warehouse, now),
  ledgerIsEmpty: async warehouse => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{
      empty: boolean
    }>`select not exists (select 1 from movement where warehouse_id = ${id}) as empty`.execute(db)
    return rows[0]?.empty ?? false
  },
  remoteOf: async (connector, ids) => {
    const { rows } = await sql<{ id: string; remote: string }>`
      select id, remote from remote where connector = ${connector} and id = any(${[...ids]}::uuid[])`.execute(db)
    return new Map(rows.map(row => [row.id, row.remote]))
  },
  itemsByRemote: async (connector, remotes) => {
    const { rows } = await sql<{ remote: string; body: Item }>`
      select r.remote, i.body from remote r join item i on i.uid = r.id
      where r.connector = ${connector} and r.kind = 'item' and r.remote = any(${[...remotes]}::text[])`.execute(db)
    return new Map(rows.map(row => [row.remote, row.body]))
  },
})

/** A new catalogue takes a commit number of its own, although it holds no rows: that is what rings the doorbells. */
const rebuildCatalogue = (db: Executor, names: Names, uid: WarehouseId, now: string): Promise<{ changed: boolean }> =>
  transact(db, async trx => {
    const warehouse = await names.warehouse(trx, uid)
    await raiseCommit(trx, warehouse)
    const changed = await rebuildBlocks(trx, warehouse, now)
    return { keep: changed, answer: { changed } }
  })
