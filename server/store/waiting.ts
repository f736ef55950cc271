import { sql } from 'kysely'
import type { DocumentId } from '../../shared/ids.ts'
import type { WaitingStore } from '../workers/ports.ts'
import type { Executor, Names } from './names.ts'

/** Orders with an open line that is not wholly claimed while free goods of its item lie at a place for picking. */
export const makeWaitingStore = (db: Executor, names: Names): WaitingStore => ({
  orders: async (uid, limit) => {
    const warehouse = await names.warehouse(db, uid)
    const { rows } = await sql<{ id: DocumentId }>`
      select d.id from work d
      where d.warehouse_id = ${warehouse}::int and d.kind = 'document' and d.state in ('open', 'started') and d.body->>'kind' = 'order'
        and exists (
          select 1 from work w
          join item i on i.uid = (w.body->>'item')::uuid
          join balance b on b.warehouse_id = w.warehouse_id and b.item_id = i.id
          join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
          where w.warehouse_id = d.warehouse_id and w.document = d.id and w.kind = 'line' and w.state = 'open'
            and (w.body->>'wanted')::bigint
              > (select coalesce(sum((c->>'qty')::bigint), 0) from jsonb_array_elements(w.body->'claims') c)
            and b.status = 'available' and b.on_hand - b.reserved - b.held > 0 and l.body->>'kind' in ('pickable', 'reserve'))
      order by d.body->>'due' nulls last, (d.body->>'priority')::int desc, d.body->>'number'
      limit ${limit}::int`.execute(db)
    return rows.map(row => row.id)
  },
})
