import { sql } from 'kysely'
import type { Item } from '../../shared/catalogue.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Manifest } from '../../shared/sync/wire.ts'
import type { CatalogueStore } from '../ports.ts'
import { catalogueOf } from './catalogue-blocks.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'

export const EMPTY: Manifest = { version: 'sha256-empty', asOf: '1970-01-01T00:00:00.000Z', families: {} }

export const makeCatalogueStore = (db: Executor, names: Names): CatalogueStore => ({
  manifest: async warehouse => {
    const id = await names.warehouse(db, warehouse)
    return (
      (await sql<{ body: Manifest }>`select body from manifest where warehouse_id = ${id}`.execute(db)).rows[0]?.body ??
      EMPTY
    )
  },
  blocks: async shas => {
    if (shas.length === 0) return []
    const { rows } = await sql<{ sha: string; body: Uint8Array }>`
      select sha, body from block where sha in (${sql.join([...shas])})`.execute(db)
    const found = new Map(rows.map(row => [row.sha, row.body]))
    return shas.map(sha => found.get(sha) ?? null)
  },
  picture: async ({ warehouse, sha, clients }) => {
    const id = await names.warehouse(db, warehouse)
    const theirs = clients === null ? sql`true` : sql`c.uid = any(${[...clients]}::uuid[])`
    const { rows } = await sql<{ type: string; bytes: Uint8Array }>`
      select type, bytes from picture p where sha = ${sha} and exists (
        select from item i join client c on c.id = i.client_id join warehouse_client w on w.client_id = c.id
        where w.warehouse_id = ${id} and i.body->>'picture' = p.sha and ${theirs})`.execute(db)
    return rows[0] ?? null
  },
})

/**
 * Builds the blocks of every client of a warehouse anew and publishes the manifest. Blocks are named by their
 * content, so only changed ones are new rows and only those are fetched by handhelds.
 */
export const rebuildBlocks = async (db: Executor, warehouse: number, asOf: string): Promise<boolean> => {
  const { rows } = await sql<{ body: Item }>`
    select i.body from item i join warehouse_client w on w.client_id = i.client_id
    where w.warehouse_id = ${warehouse} order by i.id`.execute(db)
  const { families, blocks } = catalogueOf(rows.map(row => row.body))
  const version = `sha256-${sha256Hex(JSON.stringify(families))}`
  const before = (
    await sql<{ version: string }>`select version from manifest where warehouse_id = ${warehouse}`.execute(db)
  ).rows[0]?.version
  if (before === version) return false
  await writeBlocks(db, blocks)
  const manifest: Manifest = { version, asOf, families }
  await sql`insert into manifest (warehouse_id, version, body) values (${warehouse}, ${version}, ${json(manifest)})
    on conflict (warehouse_id) do update set version = excluded.version, body = excluded.body`.execute(db)
  return true
}

const PIECE = 100

const writeBlocks = async (db: Executor, blocks: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  const all = [...blocks].map(([sha, body]) => ({ sha, body: Buffer.from(body).toString('base64') }))
  for (let i = 0; i < all.length; i += PIECE) {
    await sql`insert into block (sha, body) select x.sha, decode(x.body, 'base64')
      from jsonb_to_recordset(${json(all.slice(i, i + PIECE))}) as x(sha text, body text) on conflict (sha) do nothing`.execute(
      db,
    )
  }
}
