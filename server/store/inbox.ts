import { sql } from 'kysely'
import type { Inbox, InboxRow } from '../sync/settle-exceptions.ts'
import { linkCode } from './code-links.ts'
import type { Scope } from './load.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { movementOf, MOVEMENT } from './movement-rows.ts'
import type { MovementRow } from './movement-rows.ts'

/** The inbox inside a decision's transaction. */
export const inboxOf = (trx: Executor, { id: warehouse }: Scope, names: Names): Inbox => ({
  find: async id => {
    const { rows } = await sql<InboxRow>`
      select id, kind, subject, state, hits, body from exception where warehouse_id = ${warehouse} and id = ${id} for update`.execute(
      trx,
    )
    return rows[0] ?? null
  },
  settle: async (id, settlement) => {
    await sql`
      update exception set state = 'settled', settled = ${json(settlement)}, closed_at = ${settlement.at}::timestamptz
      where warehouse_id = ${warehouse} and id = ${id}`.execute(trx)
  },
  moved: async (id, limit) => {
    const { rows } = await sql<MovementRow>`
      select ${MOVEMENT} from exception_command x
      join movement m on m.warehouse_id = x.warehouse_id and m.device_id = x.device_id and m.epoch = x.epoch and m.seq = x.seq
      join client c on c.id = m.client_id join item i on i.id = m.item_id
      join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
      join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
      where x.warehouse_id = ${warehouse} and x.exception_id = ${id}::uuid
      order by m.at desc, m.device_id, m.epoch, m.seq desc, m.n limit ${limit}`.execute(trx)
    return rows.map(movementOf)
  },
  link: linkCode(trx, warehouse, names),
})
