import { sql } from 'kysely'
import type { Item } from '../../shared/catalogue.ts'
import { codeKey } from '../../shared/scan/code-key.ts'
import type { CodeHit } from '../../shared/scan/scan.ts'
import { buildBlocks } from '../../shared/sync/blocks.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Manifest } from '../../shared/sync/wire.ts'
import type { CatalogueStore } from '../ports.ts'
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
  block: async sha =>
    (await sql<{ body: string }>`select body from block where sha = ${sha}`.execute(db)).rows[0]?.body ?? null,
})

/** Every code that means this item, by the key that the handheld looks up. */
const hitsOf = (item: Item): [string, CodeHit][] => {
  const hit = (packaging: string | null, quantity: number): CodeHit => ({
    kind: 'item',
    client: item.client,
    item: item.id,
    packaging,
    quantity,
  })
  const base: [string, CodeHit][] = [item.sku, ...item.codes].map(code => [codeKey(code), hit(null, 1)])
  const packs = item.packagings.flatMap(p =>
    p.codes.map((code): [string, CodeHit] => [codeKey(code), hit(p.id, p.quantity)]),
  )
  return [...new Map([...base, ...packs].map(entry => [entry[0] + JSON.stringify(entry[1]), entry])).values()]
}

/** Both block families of every client: texts by their SHA-256, and which of them make up which family. */
export const catalogueOf = (
  items: readonly Item[],
): { families: Manifest['families']; blocks: ReadonlyMap<string, string> } => {
  const byClient = new Map<string, Item[]>()
  for (const item of items) {
    if (!item.active) continue
    const known = byClient.get(item.client)
    if (known) known.push(item)
    else byClient.set(item.client, [item])
  }
  const families: Manifest['families'] = {}
  const blocks = new Map<string, string>()
  for (const [client, own] of byClient) {
    const codes = new Map<string, CodeHit[]>()
    for (const item of own) for (const [key, hit] of hitsOf(item)) codes.set(key, [...(codes.get(key) ?? []), hit])
    for (const [family, built] of [
      [`code/${client}`, buildBlocks([...codes], ([key]) => key)],
      [`item/${client}`, buildBlocks(own, item => item.id)],
    ] as const) {
      families[family] = { k: built.k, blocks: built.blocks.map(block => block?.sha ?? null) }
      for (const block of built.blocks) if (block) blocks.set(block.sha, block.text)
    }
  }
  return { families, blocks }
}

/**
 * Builds both block families of every client of a warehouse anew and publishes the manifest. Blocks are named by their
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

const PIECE = 500

const writeBlocks = async (db: Executor, blocks: ReadonlyMap<string, string>): Promise<void> => {
  const all = [...blocks].map(([sha, body]) => ({ sha, body }))
  for (let i = 0; i < all.length; i += PIECE) {
    await sql`insert into block (sha, body) select x.sha, x.body
      from jsonb_to_recordset(${json(all.slice(i, i + PIECE))}) as x(sha text, body text) on conflict (sha) do nothing`.execute(
      db,
    )
  }
}
