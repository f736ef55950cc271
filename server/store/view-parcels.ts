import { sql } from 'kysely'
import type { DocumentAnswer } from '../../shared/desk/view.ts'
import type { Executor } from './names.ts'
import { iso } from './view-parts.ts'

type Parcel = DocumentAnswer['parcels'][number]
const MOST = 500

/**
 * Cartons of an order with the last word of a carrier about each: by the parcel's number, or where the order has one carton
 * and the word no number. Then words about parcels that no carton here has.
 */
export const parcelsOf = async (db: Executor, warehouse: number, document: string): Promise<Parcel[]> => {
  const { rows } = await sql<Parcel & { heard: string | null; no: number | null }>`
    with box as (
      select l.body->>'code' as carton, l.body->'carton'->>'tracking' as tracking, (l.body->>'sequence')::int as no,
        case when l.body->'carton'->>'shipped' = 'true' then 'shipped'
             when l.body->'carton'->>'closed' = 'true' then 'packed' else 'packing' end as state,
        count(*) over () as boxes
      from location l
      where l.warehouse_id = ${warehouse} and l.body->'carton'->>'document' is not null
        and l.body->'carton'->>'document' = ${document}::text
    ), said as (
      select distinct on (coalesce(e.body->>'tracking', '')) coalesce(e.body->>'tracking', '') as number,
        e.body->>'carrier' as carrier, e.body->>'tracking' as tracking, e.body->>'state' as state, e.body->>'at' as at, e.at as heard
      from erp_delivery e where e.document = ${document}::uuid
      order by coalesce(e.body->>'tracking', ''), e.at desc, e.remote
    ), joined as (
      select box.no, box.carton, said.carrier, coalesce(box.tracking, said.tracking) as tracking, coalesce(said.state, box.state) as state,
        said.at, said.heard, said.number
      from box left join said on said.number = coalesce(box.tracking, '') or (said.number = '' and box.boxes = 1)
    )
    select carton, carrier, tracking, state, at, ${iso(sql`heard`)} as heard, no from joined
    union all
    select null, carrier, tracking, state, at, ${iso(sql`heard`)}, null from said
    where not exists (select 1 from joined where joined.number = said.number)
    order by no nulls last, carton, tracking limit ${MOST}`.execute(db)
  // Carriers write times in their own ways; when we heard it is a time in any case.
  return rows.map(({ heard, at, no: _no, ...row }) => ({
    ...row,
    at: at === null || Number.isNaN(Date.parse(at)) ? heard : at,
  }))
}
