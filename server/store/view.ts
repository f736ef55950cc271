import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type {
  AuditAnswer,
  CodesAnswer,
  CountsAnswer,
  DevicesAnswer,
  DocumentAnswer,
  DocumentsAnswer,
  DocumentSort,
  FindAnswer,
  MovementsAnswer,
  NamesAnswer,
  SiteAnswer,
  StockAnswer,
  StockSort,
} from '../../shared/desk/view.ts'
import type { Item } from '../../shared/catalogue.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import type { ViewStore } from '../ports.ts'
import { CALLS_ON_CARD } from './calls.ts'
import { UNSENT } from './late.ts'
import { LOSS_ON_CARD } from './losses.ts'
import { withheldFrom } from './blind.ts'
import { boardRows } from './desk-work.ts'
import type { Withheld } from './blind.ts'
import type { Executor, Names } from './names.ts'
import { parcelsOf } from './view-parcels.ts'
import { ACKED, iso, like, paged, seen, withoutKey } from './view-parts.ts'
import type { Clients } from './view-parts.ts'

/** The name of a client in a column of texts. */
const ofClients = (clients: Clients, column: RawBuilder<unknown>): RawBuilder<unknown> =>
  clients === null ? sql`true` : sql`${column} = any(${[...clients]}::text[])`

const ITEM = sql`i.uid as id, i.body->>'sku' as sku, i.body->>'name' as name, i.body->>'unit' as unit, c.uid as client`
const DOCUMENT = sql`d.id, d.body->>'number' as number, d.body->>'kind' as kind, d.body->>'partner' as partner`

/** What the desk looks at. Nothing is locked; every question is cut to the clients of whoever asks. */
export const makeViewStore = (db: Executor, names: Names): ViewStore => ({
  site: async ({ warehouse, clients }) => {
    const id = await names.warehouse(db, warehouse)
    const places = await sql<SiteAnswer['places'][number]>`
      select uid as id, body->>'code' as code, body->>'kind' as kind, body->>'zone' as zone from location
      where warehouse_id = ${id} order by (body->>'sequence')::int, body->>'code'`.execute(db)
    const owners = await sql<SiteAnswer['clients'][number]>`
      select c.uid as id, c.name from warehouse_client w join client c on c.id = w.client_id
      where w.warehouse_id = ${id} and ${ofClients(clients, sql`c.uid::text`)} order by c.name`.execute(db)
    return { places: places.rows, clients: owners.rows }
  },
  names: async ({ warehouse, clients }, { items, documents }) => {
    const id = await names.warehouse(db, warehouse)
    const found = await sql<NamesAnswer['items'][number]>`
      select ${ITEM} from item i join client c on c.id = i.client_id
      where i.uid = any(${[...items]}::uuid[]) and ${seen(clients, 'i')}`.execute(db)
    const papers = await sql<NamesAnswer['documents'][number]>`
      select ${DOCUMENT} from work d
      where d.warehouse_id = ${id} and d.kind = 'document' and d.id = any(${[...documents]}::uuid[]) and ${seen(clients, 'd')}`.execute(
      db,
    )
    return { items: found.rows, documents: papers.rows }
  },
  counts: async ({ warehouse, clients }, at) => {
    const id = await names.warehouse(db, warehouse)
    // Queues and handhelds hold the goods of all clients.
    const ofAll = clients === null ? sql`true` : sql`false`
    const { rows } = await sql<Omit<CountsAnswer, 'asOf'>>`
      select
        (select count(*)::int from variance v where v.warehouse_id = ${id} and v.state = 'review' and ${seen(clients, 'v')}) as approvals,
        (select count(*)::int from exception e where e.warehouse_id = ${id} and e.state = 'open'
           and ${ofClients(clients, sql`e.body->>'client'`)}) as exceptions,
        (select count(*)::int from outbox o where o.warehouse_id = ${id} and o.state in ('held', 'parked', 'dead')
           and ${ofAll}) as stopped,
        (select count(*)::int from device d where d.warehouse_id = ${id} and d.state = 'active'
           and (d.head->>'pending')::int > 0 and d.seen_at < ${at}::timestamptz - interval '10 minutes' and ${ofAll}) as silent`.execute(
      db,
    )
    const [row = { approvals: 0, exceptions: 0, stopped: 0, silent: 0 }] = rows
    return row
  },
  ...goodsViews(db, names),
  documents: async ({ warehouse, clients }, { kind, state, q, sort = 'due', after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const rows = await documentRows(db, id, clients, {
      where: sql`d.body->>'kind' = ${kind}::text
        and ${state === 'all' ? sql`true` : state === 'open' ? sql`d.state in ('open', 'started')` : sql`not d.state in ('open', 'started')`}
        and ${q === '' ? sql`true` : sql`(d.body->>'number' ilike ${like(q)} or d.body->>'partner' ilike ${like(q)})`}`,
      sort,
      after,
      limit,
    })
    const { rows: shown, next } = paged(rows, limit)
    return { rows: shown.map(withoutKey), next }
  },
  document: async ({ warehouse, clients, worker }, document) => {
    const id = await names.warehouse(db, warehouse)
    const want = { where: sql`d.id = ${document}::uuid`, sort: 'due', after: '', limit: 1 } as const
    const [found] = await documentRows(db, id, clients, want)
    if (found === undefined) return null
    return {
      document: withoutKey(found),
      ...(await documentParts(db, id, document, await withheldFrom(db, id, worker))),
    }
  },
  devices: async warehouse => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<DevicesAnswer['rows'][number]>`
      select d.uid as id, d.number, d.state, d.worker, ${iso(sql`d.seen_at`)} as "seenAt", d.app, coalesce(d.agent, '') as agent,
        coalesce((d.head->>'pending')::int, 0) as pending, d.head->>'oldest' as oldest,
        coalesce((d.head->>'lost')::boolean, false) as lost, (d.head->>'persisted')::boolean as persisted,
        case when d.clock_wrong_since is not null then round(d.clock_off / 60000)::int end as "clockOff",
        greatest(0, coalesce((d.head->>'seq')::int, 0) - ${ACKED}) as missing,
        (select count(*)::int from late_step where warehouse_id = ${id} and device_id = d.id and state = 'kept' and ${UNSENT}) as kept,
        ${LOSS_ON_CARD} as loss, ${CALLS_ON_CARD} as calls
      from device d where d.warehouse_id = ${id} and d.id > 0 order by d.number`.execute(db)
    return rows
  },
  audit: async (warehouse, { after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<AuditAnswer['rows'][number]>`
      with row as (
        select concat_ws('~', ${iso(sql`d.at`)}, d.id) as key, ${iso(sql`d.at`)} as at, d.worker, d.kind, d.target as subject,
          case when d.result->>'outcome' = 'done' then 'done' else coalesce(d.result->>'code', 'refused') end as outcome
        from decision d where d.warehouse_id = ${id}
        union all
        select concat_ws('~', ${iso(sql`a.at`)}, lpad(a.id::text, 12, '0')), ${iso(sql`a.at`)}, a.worker, a.kind, a.subject, 'done'
        from audit a where a.warehouse_id = ${id})
      select * from row where ${after === '' ? sql`true` : sql`key collate "C" < ${after}`}
      order by key collate "C" desc limit ${limit}`.execute(db)
    return paged(rows, limit)
  },
  find: async ({ warehouse, clients }, { text, codes, place, lot }) => {
    const id = await names.warehouse(db, warehouse)
    const part = like(text)
    const isCode = (number: RawBuilder<unknown>) =>
      sql`(${number} = any(${[...codes]}::text[]) or upper(${number}) = ${text.toUpperCase()}::text)`
    const known = sql`(i.uid in (select item from item_code where code = any(${[...codes]}::text[])) or ${isCode(sql`i.body->>'sku'`)})`
    const items = await sql<FindAnswer['items'][number]>`
      select ${ITEM}, ${known} as exact from item i join client c on c.id = i.client_id
      where ${seen(clients, 'i')} and i.client_id in (select client_id from warehouse_client where warehouse_id = ${id})
        and (${known} or i.body->>'sku' ilike ${part} or i.body->>'name' ilike ${part})
      order by exact desc, i.body->>'name' limit 10`.execute(db)
    const number = isCode(sql`d.body->>'number'`)
    const documents = await sql<FindAnswer['documents'][number]>`
      select ${DOCUMENT}, ${number} as exact from work d
      where d.warehouse_id = ${id} and d.kind = 'document' and ${seen(clients, 'd')}
        and (${number} or d.body->>'number' ilike ${part} or d.body->>'partner' ilike ${part})
      order by exact desc, d.body->>'number' limit 10`.execute(db)
    // What keyboards move about is not on a label.
    const printed = sql`regexp_replace(upper(body->>'code'), '[^0-9A-HJ-NP-Z]', '', 'g') = ${place}::text`
    const there = sql`(${isCode(sql`body->>'code'`)} or coalesce(${printed}, false))`
    const places = await sql<FindAnswer['places'][number]>`
      select uid as id, body->>'code' as code, ${there} as exact from location
      where warehouse_id = ${id} and (${there} or body->>'code' ilike ${part}) and not body->>'kind' = any(${[...VIRTUAL_KINDS]}::text[])
      order by exact desc, body->>'code' limit 10`.execute(db)
    const pallets = await sql<FindAnswer['pallets'][number]>`
      select d.id, d.body->>'label' as label from work d where d.warehouse_id = ${id} and d.kind = 'lpn' and ${seen(clients, 'd')}
        and d.id = any(${codes.map(code => lpnId(warehouse, code))}::uuid[]) limit 10`.execute(db)
    return { items: items.rows, documents: documents.rows, places: places.rows, pallets: pallets.rows, lot }
  },
  codes: async ({ warehouse, clients }, q) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<CodesAnswer['rows'][number] & { body: Pick<Item, 'codes' | 'packagings'> }>`
      select ${ITEM}, i.body from item i join client c on c.id = i.client_id
      where ${seen(clients, 'i')} and i.client_id in (select client_id from warehouse_client where warehouse_id = ${id})
        and (i.uid in (select item from item_code where code = ${q}) or i.body->>'sku' ilike ${like(q)} or i.body->>'name' ilike ${like(q)})
      order by (i.body->>'sku' = ${q}) desc, i.body->>'name' limit 50`.execute(db)
    return rows.map(({ body, ...item }) => ({ ...item, codes: codesOf(item, body) }))
  },
})

/** Its own codes, then those of its packagings; the SKU where the base unit has none. */
const codesOf = (
  item: { sku: string; unit: string },
  { codes, packagings }: Pick<Item, 'codes' | 'packagings'>,
): CodesAnswer['rows'][number]['codes'] => [
  ...(codes.length === 0 ? [item.sku] : codes).map(code => ({ code, packaging: item.unit, quantity: 1 })),
  ...packagings.flatMap(({ name, quantity, codes: theirs }) =>
    theirs.map(code => ({ code, packaging: name, quantity })),
  ),
]

/** What comes first in the key of a page, before what makes it one row's. */
const STOCK_FIRST: Readonly<Record<StockSort, RawBuilder<unknown>>> = {
  place: sql`''`,
  sku: sql`left(i.body->>'sku', 80)`,
  expiry: sql`coalesce(t.body->>'expiry', '9999')`,
}
const DOCUMENT_FIRST: Readonly<Record<DocumentSort, RawBuilder<unknown>>> = {
  due: sql`coalesce(d.body->>'due', '9999')`,
  number: sql`''`,
  partner: sql`left(coalesce(d.body->>'partner', ''), 80)`,
}

/** A figure where `h` says that it may be seen. */
const shown = (figure: RawBuilder<unknown>): RawBuilder<unknown> => sql`case when h.blind then null else ${figure} end`

/** Goods: what lies where, and how it came there. A blind counter sees the serials of it as one row: their number is the figure. */
const goodsViews = (db: Executor, names: Names): Pick<ViewStore, 'stock' | 'movements'> => ({
  stock: async ({ warehouse, clients, worker }, { q, sort = 'place', after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const blind = (await withheldFrom(db, id, worker))({ location: sql`l.uid`, item: sql`i.uid` })
    const { rows } = await sql<StockAnswer['rows'][number] & { key: string }>`
      with row as (
        select i.uid as item, i.body->>'sku' as sku, i.body->>'name' as name, i.body->>'unit' as unit, c.uid as client,
          l.uid as location, l.body->>'code' as place,
          coalesce(l.body->'face'->>'item' = i.uid::text, false) as face, b.lpn, coalesce(p.body->>'label', '') as label, b.lot, s.serial,
          t.body->>'expiry' as expiry, b.status, ${shown(sql`b.on_hand`)} as "onHand", ${shown(sql`b.reserved`)} as reserved,
          ${shown(sql`b.held`)} as held, concat_ws(chr(1), ${STOCK_FIRST[sort]}, l.body->>'code', i.body->>'sku', b.lot, s.serial, b.status, b.lpn, c.uid) as key
        from balance b
        join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
        join item i on i.id = b.item_id
        join client c on c.id = b.client_id
        left join lot t on t.warehouse_id = b.warehouse_id and t.client_id = b.client_id and t.item_id = b.item_id and t.lot = b.lot
        left join work p on p.warehouse_id = b.warehouse_id and p.kind = 'lpn' and p.id = b.lpn
        cross join lateral (select ${blind} as blind) h
        cross join lateral (select case when h.blind then '' else b.serial end as serial) s
        where b.warehouse_id = ${id} and (b.on_hand <> 0 or b.reserved <> 0 or b.held <> 0)
          and not l.body->>'kind' = any(${[...VIRTUAL_KINDS]}::text[]) and ${seen(clients, 'b')}
          and ${q === '' ? sql`true` : matches(q)})
      select distinct on (key collate "C") * from row where key collate "C" > ${after} order by key collate "C" limit ${limit}`.execute(
      db,
    )
    const page = paged(rows, limit)
    return { rows: page.rows.map(withoutKey), next: page.next }
  },
  movements: async ({ warehouse, clients, worker }, { item, location, after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const withheld = await withheldFrom(db, id, worker)
    const blind = sql`(${withheld({ location: sql`f.uid`, item: sql`i.uid` })} or ${withheld({ location: sql`t.uid`, item: sql`i.uid` })})`
    const { rows } = await sql<MovementsAnswer['rows'][number]>`
      with row as (
        select concat_ws('~', ${iso(sql`m.at`)}, lpad(m.device_id::text, 8, '0'), m.epoch, lpad(m.seq::text, 12, '0'), lpad(m.n::text, 5, '0')) as key,
          ${iso(sql`m.at`)} as at, ${iso(sql`k.received_at`)} as "receivedAt", k.worker, d.number as device,
          i.uid as item, i.body->>'sku' as sku, i.body->>'name' as name, m.lot, m.serial,
          f.body->>'code' as "from", m.from_status as "fromStatus", t.body->>'code' as "to", m.to_status as "toStatus",
          case when ${blind} then null else m.qty end as qty
        from movement m
        join command k using (warehouse_id, device_id, epoch, seq)
        join device d on d.id = m.device_id
        join item i on i.id = m.item_id
        join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
        join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
        where m.warehouse_id = ${id} and ${seen(clients, 'm')}
          and ${item === '' ? sql`true` : sql`i.uid = ${item}::uuid`}
          and ${location === '' ? sql`true` : sql`(f.uid = ${location}::uuid or t.uid = ${location}::uuid)`})
      select * from row where ${after === '' ? sql`true` : sql`key collate "C" < ${after}`}
      order by key collate "C" desc limit ${limit}`.execute(db)
    return paged(rows, limit)
  },
})

/** Every word that was typed is in the place, the SKU, the name, the lot, the serial or the pallet label. */
const matches = (q: string): RawBuilder<unknown> =>
  sql.join(
    q
      .split(/\s+/)
      .filter(word => word !== '')
      .slice(0, 6)
      .map(
        word =>
          sql`concat_ws(' ', l.body->>'code', i.body->>'sku', i.body->>'name', b.lot, s.serial, p.body->>'label') ilike ${like(word)}`,
      ),
    sql` and `,
  )

const documentRows = async (
  db: Executor,
  warehouse: number,
  clients: Clients,
  want: { where: RawBuilder<unknown>; sort: DocumentSort; after: string; limit: number },
): Promise<readonly (DocumentsAnswer['rows'][number] & { key: string })[]> => {
  const { rows } = await sql<DocumentsAnswer['rows'][number] & { key: string }>`
    with row as (
      select d.id, d.body->>'number' as number, d.body->>'partner' as partner, c.uid as client, d.state, d.version, d.body->>'due' as due,
        (d.body->>'priority')::int as priority, d.body->>'turn' as turn, d.body->'hold'->>'reason' as hold,
        concat_ws(chr(1), ${DOCUMENT_FIRST[want.sort]}, d.body->>'number', d.id) as key
      from work d join client c on c.id = d.client_id
      where d.warehouse_id = ${warehouse} and d.kind = 'document' and ${seen(clients, 'd')} and ${want.where}),
    page as (select * from row where key collate "C" > ${want.after} order by key collate "C" limit ${want.limit})
    select p.*,
      count(l.id)::int as lines, (count(l.id) filter (where l.state <> 'open'))::int as "linesDone",
      coalesce(sum((l.body->>'wanted')::bigint), 0)::bigint as wanted, coalesce(sum((l.body->>'done')::bigint), 0)::bigint as done,
      (count(l.id) filter (where l.state = 'short'))::int as short,
      (select t.body->'lease'->>'worker' from work t where t.warehouse_id = ${warehouse} and t.document = p.id and t.kind = 'task'
         and t.state in ('leased', 'started', 'parked') limit 1) as worker
    from page p left join work l on l.warehouse_id = ${warehouse} and l.document = p.id and l.kind = 'line' and l.state <> 'cancelled'
    group by p.id, p.number, p.partner, p.client, p.state, p.version, p.due, p.priority, p.turn, p.hold, p.key order by p.key collate "C"`.execute(
    db,
  )
  return rows
}

/** Of one document: its own, and those that carry goods of it. */
const MOST_TASKS = 200

const documentParts = async (
  db: Executor,
  warehouse: number,
  document: string,
  withheld: Withheld,
): Promise<Omit<DocumentAnswer, 'document'>> => {
  const lines = await sql<DocumentAnswer['lines'][number]>`
    select l.id, (l.body->>'no')::int as no, i.uid as item, i.body->>'sku' as sku, i.body->>'name' as name, i.body->>'unit' as unit,
      (l.body->>'wanted')::int as wanted, (l.body->>'done')::int as done, coalesce((l.body->>'shipped')::int, 0) as shipped,
      l.state, l.body->>'reason' as reason,
      coalesce((
        select jsonb_agg(jsonb_build_object('place', o.body->>'code', 'lot', x->>'lot',
          'qty', case when ${withheld({ location: sql`o.uid`, item: sql`i.uid` })} then null else (x->>'qty')::int end))
        from jsonb_array_elements(l.body->'claims') x
        join location o on o.warehouse_id = l.warehouse_id and o.uid = (x->>'location')::uuid), '[]') as claims
    from work l join item i on i.uid = (l.body->>'item')::uuid
    where l.warehouse_id = ${warehouse} and l.document = ${document}::uuid and l.kind = 'line' order by 2`.execute(db)
  const tasks = await boardRows(db, warehouse, null, {
    where: sql`t.document = ${document}::uuid`,
    after: '',
    limit: MOST_TASKS,
  })
  const messages = await sql<DocumentAnswer['messages'][number]>`
    select o.type, o.state, ${iso(sql`o.created_at`)} as at, ${iso(sql`o.posted_at`)} as "postedAt",
      coalesce((
        select jsonb_agg(jsonb_build_object('name', r.name, 'url', r.url) order by r.no)
        from (select coalesce(nullif(x->>'number', ''), x->>'id') as name,
                     min(case when x->>'url' ~ '^https?://' then x->>'url' end) as url, min(n) as no
              from jsonb_array_elements(
                case when o.remote_ref is null then o.documents else jsonb_build_array(o.remote_ref) || o.documents end)
                with ordinality as e(x, n) group by 1) r), '[]') as records
    from outbox o
    where o.warehouse_id = ${warehouse} and o.payload->>'document' = ${document}::text order by o.seq`.execute(db)
  const parcels = await parcelsOf(db, warehouse, document)
  return { lines: lines.rows, tasks: tasks.map(withoutKey), parcels, messages: messages.rows }
}
