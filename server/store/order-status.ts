import { sql } from 'kysely'
import * as v from 'valibot'
import type { ClientId, DocumentId } from '../../shared/ids.ts'
import type { OrderState, OrderStatusStore } from '../workers/order-status.ts'
import type { PayloadOf } from '../workers/payload.ts'
import type { Executor, Names } from './names.ts'

/** Up to which change of the warehouse, and up to when carriers were heard. */
const cursorSchema = v.pipe(v.string(), v.parseJson(), v.object({ seq: v.string(), at: v.string() }))
const NEVER = '-infinity'

/** Boxes of the order `t`, with what lies in them. */
const CARTONS = sql`coalesce((
  select jsonb_agg(l.body->'carton' || jsonb_build_object('label', l.body->>'code', 'lines', coalesce((
      select jsonb_agg(jsonb_build_object('item', i.uid, 'lot', b.lot, 'serial', b.serial, 'expiry', o.body->>'expiry',
        'status', b.status, 'place', l.uid, 'qty', b.on_hand) order by i.uid, b.lot, b.serial, b.status)
      from balance b join item i on i.id = b.item_id
        left join lot o on o.warehouse_id = b.warehouse_id and o.client_id = b.client_id and o.item_id = b.item_id and o.lot = b.lot
      where b.warehouse_id = l.warehouse_id and b.location_id = l.id and b.on_hand > 0), '[]'))
    order by (l.body->>'sequence')::int, l.uid)
  from location l
  where l.warehouse_id = d.warehouse_id and l.body->'carton'->>'document' is not null
    and l.body->'carton'->>'document' = d.id::text), '[]')`

export const makeOrderStatusStore = (db: Executor, names: Names): OrderStatusStore => ({
  orders: async ({ warehouse, connector }, since) => {
    const id = await names.warehouse(db, warehouse)
    const read = v.safeParse(cursorSchema, since)
    const { seq, at } = read.success ? read.output : { seq: null, at: NEVER }
    const touched =
      seq === null
        ? sql`select d.id from work d where d.warehouse_id = ${id} and d.kind = 'document' and d.state = 'started'`
        : sql`
          select d.id from work d
          where d.warehouse_id = ${id} and d.kind = 'document' and d.body->>'kind' = 'order' and d.feed_seq > ${seq}::bigint
          union select (l.body->'carton'->>'document')::uuid from location l
          where l.warehouse_id = ${id} and l.body->'carton'->>'document' is not null and l.feed_seq > ${seq}::bigint
          union select e.document from erp_delivery e
          where e.connector <> ${connector} and e.at > ${at}::timestamptz - interval '1 minute'`
    const { rows } = await sql<{ seq: string; at: string | null; order: OrderState | null }>`
      with touched as (${touched})
      select f.seq::text as seq, (select max(e.at)::text from erp_delivery e) as at, o.body as "order"
      from feed f left join lateral (
        select jsonb_build_object('document', d.id, 'client', c.uid, 'state', d.state,
          'ready', coalesce((d.body->>'ready')::boolean, false), 'carrier', d.body->>'carrier',
          'shipped', exists (select 1 from work l where l.warehouse_id = d.warehouse_id and l.document = d.id and l.kind = 'line'
            and coalesce((l.body->>'shipped')::int, 0) > 0),
          'cartons', ${CARTONS},
          'parcels', coalesce((
            select jsonb_agg(jsonb_build_object('tracking', e.body->>'tracking', 'state', e.body->>'state') order by e.remote)
            from erp_delivery e where e.document = d.id and e.connector <> ${connector}), '[]')) as body
        from touched t join work d on d.warehouse_id = f.warehouse_id and d.id = t.id and d.kind = 'document'
          and d.body->>'kind' = 'order'
        join client c on c.id = d.client_id
        join remote r on r.connector = ${connector} and r.kind = 'document' and r.id = d.id) o on true
      where f.warehouse_id = ${id}`.execute(db)
    const [first] = rows
    const next = JSON.stringify({ seq: first?.seq ?? '0', at: first?.at ?? NEVER })
    return { orders: rows.flatMap(row => row.order ?? []), next }
  },
  told: async (connector, documents) => {
    if (documents.length === 0) return new Map()
    const { rows } = await sql<{
      document: DocumentId
      payload: PayloadOf<'orderStatus'> & { client: ClientId }
      n: number
    }>`
      select distinct on (o.subject) substr(o.subject, 8) as document, o.payload,
        count(*) over (partition by o.subject)::int as n
      from outbox o where o.connector = ${connector} and o.type = 'orderStatus'
        and o.subject = any(${documents.map(document => `status/${document}`)}::text[])
      order by o.subject, o.seq desc`.execute(db)
    return new Map(rows.map(({ document, ...row }) => [document, row]))
  },
  saveCursor: async (connector, cursor) => {
    await sql`insert into import_cursor (connector, kind, cursor) values (${connector}, 'orderStatus', ${cursor})
      on conflict (connector, kind) do update set cursor = excluded.cursor`.execute(db)
  },
})
