import { sql } from 'kysely'
import type { Item } from '../../shared/catalogue.ts'
import type { ItemId } from '../../shared/ids.ts'
import { codeKey } from '../../shared/scan/code-key.ts'
import { withCode } from '../sync/link-code.ts'
import type { CodeLink } from '../sync/link-code.ts'
import type { Inbox } from '../sync/settle-exceptions.ts'
import { rebuildBlocks } from './catalogue.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'

type Kept = Pick<CodeLink, 'packaging' | 'code'>

/** Codes that people have given these items. */
export const linksOf = async (
  trx: Executor,
  items: readonly ItemId[],
): Promise<ReadonlyMap<ItemId, readonly Kept[]>> => {
  const { rows } = await sql<Kept & { item: ItemId }>`
    select item, packaging, code from code_link where item = any(${[...items]}::uuid[]) order by at, code`.execute(trx)
  const found = new Map<ItemId, Kept[]>()
  for (const { item, ...link } of rows) found.set(item, [...(found.get(item) ?? []), link])
  return found
}

/** A code for an item, in the item, in the list of codes and in the catalogue that handhelds fetch. */
export const linkCode =
  (trx: Executor, warehouse: number, names: Names): Inbox['link'] =>
  async ({ client: uid, item: id, packaging, code, worker, at }) => {
    const client = idOf(await names.client(trx, [uid]), 'client', uid)
    const forms = [...new Set([code, codeKey(code), code.replace(/^0+/, '')])]
    const { rows: taken } = await sql<{ code: string }>`
      select code from item_code where client_id = ${client} and code = any(${forms}::text[]) and item <> ${id}::uuid`.execute(
      trx,
    )
    if (taken.length > 0) return false
    await sql`
      insert into code_link (client_id, code, item, packaging, worker, at)
      values (${client}, ${code}, ${id}::uuid, ${packaging}, ${worker}::uuid, ${at}::timestamptz)
      on conflict (client_id, code) do update
      set item = excluded.item, packaging = excluded.packaging, worker = excluded.worker, at = excluded.at`.execute(trx)
    await sql`
      insert into item_code (client_id, code, item) values (${client}, ${code}, ${id}::uuid) on conflict do nothing`.execute(
      trx,
    )
    const { rows } = await sql<{ body: Item }>`select body from item where uid = ${id}::uuid for update`.execute(trx)
    const [{ body } = { body: null }] = rows
    if (body === null) throw new Error(`no item ${id}`)
    await sql`update item set body = ${json(withCode(body, { packaging, code }))} where uid = ${id}::uuid`.execute(trx)
    await rebuildBlocks(trx, warehouse, at)
    return true
  }
