import { sql } from 'kysely'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { CarrierLabelStore, DueLabel } from '../print-ports.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

/**
 * Of the boxes that are closed and still here. A label names its box, or its order has one box: the first. `version` is when it
 * came with the how-manieth time it was asked for, so that a new label or a wish to have it again makes it due once more. One
 * that nothing can be done about yet, because no printer takes it, is not due: it would stand before all the others.
 */
const DUE = sql`
  with box as (
    select l.warehouse_id, l.uid, l.body, (l.body->'carton'->>'document')::uuid as document,
      row_number() over (partition by l.warehouse_id, l.body->'carton'->>'document' order by (l.body->>'sequence')::int, l.uid) as n
    from location l where l.body->'carton'->>'closed' = 'true' and l.body->'carton'->>'shipped' = 'false'
  ), label as (
    select x.*, b.warehouse_id, b.uid, b.body as box, x.at::text || '/' || coalesce(b.body->'carton'->>'prints', '0') as version
    from box b join erp_label x on x.document = b.document
      and (x.body->>'package' = b.body->>'code' or (x.body->>'package' is null and b.n = 1))
  )
  select w.uid as warehouse, x.connector, x.remote, x.version, x.body->>'format' as format, x.body->>'content' as content,
    x.body->>'tracking' as tracking, jsonb_build_object('id', x.uid, 'code', x.box->>'code', 'station', x.box->>'parent',
    'tracking', x.box->'carton'->>'tracking') as carton
  from label x join warehouse w on w.id = x.warehouse_id
  where x.printed is distinct from x.version and (
    x.body->>'format' <> 'zpl' or (x.body->>'tracking' is not null and x.box->'carton'->>'tracking' is null)
    or exists (select 1 from printer p where p.warehouse_id = x.warehouse_id and p.active
      and (p.station::text = x.box->>'parent' or (p.station is null and p.size = '100x150'))))`

export const makeCarrierLabelStore = (db: Executor, names: Names): CarrierLabelStore => ({
  due: async limit => {
    const { rows } = await sql<DueLabel>`${DUE} order by x.at, x.connector, x.remote limit ${limit}`.execute(db)
    return rows
  },
  printed: async ({ connector, remote, version }) => {
    await sql`update erp_label set printed = ${version} where connector = ${connector}::uuid and remote = ${remote}`.execute(
      db,
    )
  },
  track: ({ warehouse, now, carton, tracking }) =>
    transact(db, trx =>
      decideIn(trx, names, { warehouse, now }, async tx => {
        const box = (await tx.load({ ...NO_NEED, locations: [carton] })).locations.get(carton)
        if (!box?.carton || box.carton.tracking !== null) return false
        const locations = [{ ...box, carton: { ...box.carton, tracking } }]
        await tx.write({ body: { kind: 'carton.tracking', carton, tracking }, effects: { ...NOTHING, locations } })
        return true
      }),
    ),
  of: async (uid, document) => {
    const warehouse = await names.warehouse(db, uid)
    const { rows } = await sql<Awaited<ReturnType<CarrierLabelStore['of']>>[number]>`
      select x.remote, x.body->>'format' as format, x.body->>'content' as content, x.body->>'tracking' as tracking
      from erp_label x join work d on d.id = x.document and d.kind = 'document' and d.warehouse_id = ${warehouse}
      where x.document = ${document}::uuid order by x.at desc, x.remote limit 100`.execute(db)
    return rows
  },
})
