import { sql } from 'kysely'
import type { Item } from '../../shared/catalogue.ts'
import type { ConnectorId, DocumentId, ItemId, WarehouseId } from '../../shared/ids.ts'
import { withCode } from '../sync/link-code.ts'
import type { FlawRow, ImportStore, PageWrite, Remote, WaitingRecord } from '../workers/import-port.ts'
import { codesOf } from '../workers/quality.ts'
import { rebuildBlocks } from './catalogue.ts'
import { linksOf } from './code-links.ts'
import { raiseCommit } from './feed.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

/** What the import worker keeps. A page and its cursor are one transaction: a crash repeats a page, never loses one. */
export const makeImportStore = (db: Executor, names: Names): ImportStore => ({
  cursor: async (connector, kind) =>
    (
      await sql<{
        cursor: string
      }>`select cursor from import_cursor where connector = ${connector} and kind = ${kind}`.execute(db)
    ).rows[0]?.cursor ?? null,
  known: async (connector, kind, remotes) => {
    const { rows } = await sql<{ remote: string; id: string; hash: string; record: unknown }>`
      select remote, id, hash, record from remote where connector = ${connector} and kind = ${kind} and remote = any(${[...remotes]}::text[])`.execute(
      db,
    )
    return new Map(rows.map(({ remote, ...row }) => [remote, row]))
  },
  putPage: (at, page, run) =>
    transact(db, async trx => {
      await savePictures(trx, page)
      await saveItems(trx, names, page, at.now)
      if (run !== null) await decideIn(trx, names, at, run)
      await saveRemotes(trx, at.connector, page.remotes)
      await saveFlaws(trx, at, page)
      await saveBodies(trx, at, 'erp_delivery', page.deliveries ?? [])
      await saveBodies(trx, at, 'erp_label', page.labels ?? [])
      if (page.cursor !== null) await saveCursor(trx, at.connector, page.kind, page.cursor)
      return { keep: true, answer: undefined }
    }),
  rebuildCatalogue: (warehouse, now) => rebuildCatalogue(db, names, warehouse, now),
  ...reading(db, names),
  ...upkeep(db),
})

const reading = (
  db: Executor,
  names: Names,
): Pick<
  ImportStore,
  | 'codes'
  | 'unbound'
  | 'waiting'
  | 'flaws'
  | 'flawCounts'
  | 'ledgerIsEmpty'
  | 'remoteOf'
  | 'itemsByRemote'
  | 'unitsOf'
  | 'deliveries'
  | 'labels'
  | 'documentsByTracking'
> => ({
  codes: async (client, codes) => {
    const { rows } = await sql<{ code: string; item: ItemId }>`
      select k.code, k.item from item_code k join client c on c.id = k.client_id
      where c.uid = ${client} and k.code = any(${[...codes]}::text[])`.execute(db)
    return new Map(rows.map(row => [row.code, row.item]))
  },
  unbound: async (connector, client, skus) => {
    const { rows } = await sql<{ sku: string; item: ItemId }>`
      select k.code as sku, k.item from client c join item_code k on k.client_id = c.id join item i on i.uid = k.item
      where c.uid = ${client} and k.code = any(${[...skus]}::text[]) and i.body->>'sku' = k.code
        and not exists (select 1 from remote r where r.connector = ${connector} and r.kind = 'item' and r.id = k.item)`.execute(
      db,
    )
    return new Map(rows.map(row => [row.sku, row.item]))
  },
  waiting: async (connector, kind, limit, first = 'oldest') => {
    const { rows } = await sql<WaitingRecord>`
      select kind, remote, record from erp_waiting where connector = ${connector} and kind = ${kind}
      order by ${first === 'oldest' ? sql`at` : sql`at desc`}, remote limit ${limit}`.execute(db)
    return rows
  },
  flaws: async (connector, { after, limit }) => {
    const { rows } = await sql<Omit<FlawRow, 'firstAt' | 'lastAt'> & { firstAt: Date; lastAt: Date }>`
      select kind, remote, name, field, problem, value, effect, first_at as "firstAt", last_at as "lastAt" from erp_flaw
      where connector = ${connector} and (${after}::text is null or kind || ' ' || remote > ${after}::text)
      order by kind || ' ' || remote, field, problem limit ${limit}`.execute(db)
    return rows.map(row => ({ ...row, firstAt: row.firstAt.toISOString(), lastAt: row.lastAt.toISOString() }))
  },
  flawCounts: async connector => {
    const { rows } = await sql<{ problem: FlawRow['problem']; effect: string; n: number }>`
      select problem, effect, count(*) as n from erp_flaw where connector = ${connector} group by problem, effect order by problem`.execute(
      db,
    )
    return rows
  },
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
  unitsOf: async items => {
    const { rows } = await sql<{ uid: string; unit: string }>`
      select uid, body->>'unit' as unit from item where uid = any(${[...items]}::uuid[])`.execute(db)
    return new Map(rows.map(row => [row.uid, row.unit]))
  },
  itemsByRemote: async (connector, remotes) => {
    const { rows } = await sql<{ remote: string; body: Item }>`
      select r.remote, i.body from remote r join item i on i.uid = r.id
      where r.connector = ${connector} and r.kind = 'item' and r.remote = any(${[...remotes]}::text[])`.execute(db)
    return new Map(rows.map(row => [row.remote, row.body]))
  },
  documentsByTracking: async (warehouse, tracking) => {
    if (tracking.length === 0) return new Map()
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ tracking: string; document: DocumentId }>`
      select l.body->'carton'->>'tracking' as tracking, l.body->'carton'->>'document' as document from location l
      where l.warehouse_id = ${id} and l.body->'carton'->>'tracking' is not null
        and l.body->'carton'->>'tracking' = any(${[...tracking]}::text[])`.execute(db)
    return new Map(rows.map(row => [row.tracking, row.document]))
  },
  deliveries: async (connector, document) => bodies(db, 'erp_delivery', connector, document),
  labels: async (connector, document) => bodies(db, 'erp_label', connector, document),
})

const bodies = async <T>(
  db: Executor,
  table: 'erp_delivery' | 'erp_label',
  connector: ConnectorId,
  document: string,
): Promise<T[]> => {
  const { rows } = await sql<{ body: T }>`
    select body from ${sql.table(table)} where connector = ${connector} and document = ${document} order by at, remote`.execute(
    db,
  )
  return rows.map(row => row.body)
}

const upkeep = (db: Executor): Pick<ImportStore, 'remotes' | 'deactivate' | 'newHint' | 'hasHint'> => ({
  remotes: async (connector, kind, { after, limit }) => {
    const { rows } = await sql<{ remote: string; id: string }>`
      select remote, id from remote where connector = ${connector} and kind = ${kind} and remote > ${after} order by remote limit ${limit}`.execute(
      db,
    )
    return rows
  },
  deactivate: async (connector, items) => {
    const { numAffectedRows } = await sql`
      with gone as (
        update item set body = jsonb_set(body, '{active}', 'false')
        where uid = any(${[...items]}::uuid[]) and (body->>'active')::boolean returning uid
      )
      update remote set hash = '' from gone where remote.connector = ${connector} and remote.kind = 'item' and remote.id = gone.uid`.execute(
      db,
    )
    return Number(numAffectedRows ?? 0n)
  },
  hasHint: async (connector, id) => {
    const { rows } = await sql`select 1 from erp_hint where connector = ${connector} and id = ${id}`.execute(db)
    return rows.length > 0
  },
  newHint: async (connector, id, now) => {
    await sql`delete from erp_hint where connector = ${connector} and at < ${now}::timestamptz - interval '7 days'`.execute(
      db,
    )
    const { rows } = await sql`
      insert into erp_hint (connector, id, at) values (${connector}, ${id}, ${now}::timestamptz) on conflict do nothing returning id`.execute(
      db,
    )
    return rows.length > 0
  },
})

const saveCursor = async (trx: Executor, connector: ConnectorId, kind: string, cursor: string): Promise<void> => {
  await sql`insert into import_cursor (connector, kind, cursor) values (${connector}, ${kind}, ${cursor})
    on conflict (connector, kind) do update set cursor = excluded.cursor`.execute(trx)
}

const saveRemotes = async (trx: Executor, connector: ConnectorId, remotes: readonly Remote[]): Promise<void> => {
  if (remotes.length === 0) return
  await sql`
    insert into remote (connector, kind, remote, id, hash, record)
    select ${connector}::uuid, x.kind, x.remote, x.id, x.hash, x.record
    from jsonb_to_recordset(${json(remotes)}) as x(kind text, remote text, id uuid, hash text, record jsonb)
    on conflict (connector, kind, remote) do update set id = excluded.id, hash = excluded.hash, record = excluded.record`.execute(
    trx,
  )
}

/** Items as the ERP or a file has them, in a transaction that the caller holds, with the codes that people here have given them. */
export const saveItems = async (
  trx: Executor,
  names: Names,
  page: Pick<PageWrite, 'items'>,
  now: string,
): Promise<void> => {
  const given = page.items ?? []
  if (given.length === 0) return
  const links = await linksOf(
    trx,
    given.map(({ item }) => item.id),
  )
  const items = given.map(({ item, cost }) => ({ item: (links.get(item.id) ?? []).reduce(withCode, item), cost }))
  const clients = await names.client(
    trx,
    items.map(({ item }) => item.client),
  )
  const client = (item: Item): number => idOf(clients, 'client', item.client)
  const rows = items.map(({ item, cost }) => ({ id: item.id, client: client(item), body: item, cost }))
  await sql`
    insert into item (uid, client_id, body, cost)
    select x.id, x.client, x.body, x.cost from jsonb_to_recordset(${json(rows)}) as x(id uuid, client int, body jsonb, cost bigint)
    on conflict (uid) do update set body = item.body || excluded.body, cost = excluded.cost`.execute(trx)
  await saveCosts(
    trx,
    items.map(({ item }) => item.id),
    now,
  )
  const codes = items.flatMap(({ item }) => codesOf(item).map(code => ({ id: item.id, client: client(item), code })))
  await sql`delete from item_code where item = any(${items.map(({ item }) => item.id)}::uuid[])`.execute(trx)
  await sql`
    insert into item_code (client_id, code, item)
    select x.client, x.code, x.id from jsonb_to_recordset(${json(codes)}) as x(id uuid, client int, code text)
    on conflict do nothing`.execute(trx)
}

/** A cost that differs from the last one begins now, the first one known of an item has always been. */
const saveCosts = async (trx: Executor, items: readonly ItemId[], now: string): Promise<void> => {
  await sql`
    insert into item_cost (item_id, since, cost)
    select i.id, case when last.item_id is null then '-infinity' else ${now}::timestamptz end, i.cost
    from item i left join lateral (
      select c.item_id, c.cost from item_cost c where c.item_id = i.id order by c.since desc limit 1) last on true
    where i.uid = any(${[...items]}::uuid[]) and i.cost is distinct from last.cost
    on conflict (item_id, since) do update set cost = excluded.cost`.execute(trx)
}

/** As text: the two drivers hand bytes on differently. */
const savePictures = async (trx: Executor, { pictures = [] }: PageWrite): Promise<void> => {
  if (pictures.length === 0) return
  const rows = pictures.map(({ sha, type, bytes }) => ({ sha, type, bytes: Buffer.from(bytes).toString('base64') }))
  await sql`
    insert into picture (sha, type, bytes) select x.sha, x.type, decode(x.bytes, 'base64')
    from jsonb_to_recordset(${json(rows)}) as x(sha text, type text, bytes text) on conflict (sha) do nothing`.execute(
    trx,
  )
}

type At = { warehouse: WarehouseId; connector: ConnectorId; now: string }

/** A record's flaws of before are replaced by those of now; it waits no longer unless it is said to. */
const saveFlaws = async (trx: Executor, { connector, now }: At, page: PageWrite): Promise<void> => {
  const seen = [...page.seen]
  if (seen.length === 0) return
  const flaws = page.flaws.map(flaw => ({ ...flaw, kind: page.kind }))
  await sql`
    with kept as (
      insert into erp_flaw (connector, kind, remote, field, problem, name, value, effect, first_at, last_at)
      select distinct on (x.remote, x.field, x.problem) ${connector}::uuid, x.kind, x.remote, x.field, x.problem, x.name, x.value, x.effect,
             ${now}::timestamptz, ${now}::timestamptz
      from jsonb_to_recordset(${json(flaws)}) as x(kind text, remote text, field text, problem text, name text, value text, effect text)
      on conflict (connector, kind, remote, field, problem)
      do update set name = excluded.name, value = excluded.value, effect = excluded.effect, last_at = excluded.last_at
      returning remote, field, problem
    )
    delete from erp_flaw f where f.connector = ${connector} and f.kind = ${page.kind} and f.remote = any(${seen}::text[])
      and not exists (select 1 from kept k where k.remote = f.remote and k.field = f.field and k.problem = f.problem)`.execute(
    trx,
  )
  await sql`delete from erp_waiting where connector = ${connector} and kind = ${page.kind} and remote = any(${seen}::text[])`.execute(
    trx,
  )
  if (page.waits.length > 0)
    await sql`
      insert into erp_waiting (connector, kind, remote, record, at)
      select ${connector}::uuid, x.kind, x.remote, x.record, ${now}::timestamptz
      from jsonb_to_recordset(${json(page.waits)}) as x(kind text, remote text, record jsonb)
      on conflict (connector, kind, remote) do update set record = excluded.record`.execute(trx)
}

const saveBodies = async (
  trx: Executor,
  { connector, now }: At,
  table: 'erp_delivery' | 'erp_label',
  rows: readonly { id: string; document: string }[],
): Promise<void> => {
  if (rows.length === 0) return
  const given = rows.map(row => ({ remote: row.id, document: row.document, body: row }))
  await sql`
    insert into ${sql.table(table)} (connector, remote, document, body, at)
    select ${connector}::uuid, x.remote, x.document, x.body, ${now}::timestamptz
    from jsonb_to_recordset(${json(given)}) as x(remote text, document uuid, body jsonb)
    on conflict (connector, remote) do update set document = excluded.document, body = excluded.body, at = excluded.at`.execute(
    trx,
  )
}

/** A new catalogue takes a commit number of its own, although it holds no rows: that is what rings the doorbells. */
const rebuildCatalogue = (db: Executor, names: Names, uid: WarehouseId, now: string): Promise<{ changed: boolean }> =>
  transact(db, async trx => {
    const warehouse = await names.warehouse(trx, uid)
    await raiseCommit(trx, warehouse)
    const changed = await rebuildBlocks(trx, warehouse, now)
    return { keep: changed, answer: { changed } }
  })
