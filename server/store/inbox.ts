import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Roster } from '../../shared/catalogue.ts'
import type { ClientId, ItemId } from '../../shared/ids.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { lotKey } from '../../shared/ledger/world.ts'
import type { KeptCommand, Quarantine } from '../sync/reprocess.ts'
import type { Inbox, InboxRow } from '../sync/settle-exceptions.ts'
import { linkCode } from './code-links.ts'
import type { Scope } from './load.ts'
import { doubtedBy } from './losses.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { movementOf, MOVEMENT } from './movement-rows.ts'
import type { MovementRow } from './movement-rows.ts'
import { SERVER_DEVICE_ROW } from './server-device.ts'

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
  moved: (id, limit) => movedBy(trx, warehouse, id, sql`not ${TAKEN_BACK}`, limit),
  recalled: async () => {
    const { rows } = await sql<{ client: ClientId; item: ItemId; lot: string }>`
      select c.uid as client, i.uid as item, r.lot from recall r join client c on c.id = r.client_id join item i on i.id = r.item_id
      where r.warehouse_id = ${warehouse} and r.state = 'open'`.execute(trx)
    return new Set(rows.map(row => lotKey(row.client, row.item, row.lot)))
  },
  doubted: device => doubtedBy(trx, warehouse, device),
  revoke: async device => {
    await sql`
      update device set state = 'revoked', version = version + 1 where uid = ${device}::uuid and warehouse_id = ${warehouse}`.execute(
      trx,
    )
  },
  link: linkCode(trx, warehouse, names),
})

/** An undo that had to be judged once more has the key of that decision. */
const TAKEN_BACK = sql`exists (
  select 1 from command u where u.warehouse_id = x.warehouse_id and u.device_id in (x.device_id, ${SERVER_DEVICE_ROW})
    and u.undoes = x.epoch || '/' || x.seq)`

const movedBy = async (
  trx: Executor,
  warehouse: number,
  id: string,
  which: RawBuilder<unknown>,
  limit: number,
): Promise<readonly Movement[]> => {
  const { rows } = await sql<MovementRow>`
    select ${MOVEMENT} from exception_command x
    join movement m on m.warehouse_id = x.warehouse_id and m.device_id = x.device_id and m.epoch = x.epoch and m.seq = x.seq
    join client c on c.id = m.client_id join item i on i.id = m.item_id
    join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
    join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
    where x.warehouse_id = ${warehouse} and x.exception_id = ${id}::uuid and ${which}
    order by m.at desc, m.device_id, m.epoch, m.seq desc, m.n limit ${limit}`.execute(trx)
  return rows.map(movementOf)
}

/** The inbox, and the one command that a quarantine speaks of. */
export const quarantineOf = (trx: Executor, scope: Scope, names: Names): Quarantine => ({
  ...inboxOf(trx, scope, names),
  command: async id => {
    const { rows } = await sql<Omit<KeptCommand, 'receivedAt' | 'movements'> & { receivedAt: Date }>`
      select d.uid as device, k.epoch, k.seq::int as seq, k.v, k.body, k.received_at as "receivedAt", ${TAKEN_BACK} as "isTakenBack"
      from exception_command x join command k using (warehouse_id, device_id, epoch, seq) join device d on d.id = k.device_id
      where x.warehouse_id = ${scope.id} and x.exception_id = ${id}::uuid and k.outcome = 'quarantined'
      order by k.feed_seq desc limit 1`.execute(trx)
    const [row] = rows
    if (row === undefined) return null
    return {
      ...row,
      receivedAt: row.receivedAt.toISOString(),
      movements: await movedBy(trx, scope.id, id, sql`true`, KEPT_MOVES),
    }
  },
  worker: rosterWorker(trx, scope.id),
})

export const rosterWorker =
  (trx: Executor, warehouse: number): Quarantine['worker'] =>
  async (id, version) => {
    const { rows } = await sql<{ body: string }>`
      select body from roster where warehouse_id = ${warehouse} and version = ${version}`.execute(trx)
    const workers = rows.map(({ body }) => (JSON.parse(body) as Roster).workers)
    return workers[0]?.find(worker => worker.id === id) ?? null
  }

/** One command never moves more. */
const KEPT_MOVES = 1000
