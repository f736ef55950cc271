import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How far orders are is told to ERPs that want to know it: what has changed since the last look, and what was told last. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create index work_order_changed on work (warehouse_id, feed_seq) where kind = 'document' and body->>'kind' = 'order'`,
  `create index location_carton_changed on location (warehouse_id, feed_seq) where body->'carton'->>'document' is not null`,
  `create index location_of_order on location (warehouse_id, (body->'carton'->>'document'))
     where body->'carton'->>'document' is not null`,
  `create index location_tracking on location (warehouse_id, (body->'carton'->>'tracking'))
     where body->'carton'->>'tracking' is not null`,
  `create index erp_delivery_at on erp_delivery (at)`,
  `create index outbox_told on outbox (connector, subject, seq) where type in ('orderStatus', 'reservation')`,
]
