import { sql } from 'kysely'
import type { ClientId, DeviceId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { PublicKey } from '../../shared/sync/enrol.ts'
import type { SyncRequest } from '../../shared/sync/wire.ts'
import type { Device, DeviceStore } from '../ports.ts'
import { isClockWrong } from '../sync/watch-devices.ts'
import { writeAudit } from './audit-book.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

type DeviceRow = {
  id: DeviceId
  number: number
  publicKey: PublicKey
  warehouse: WarehouseId
  state: Device['state']
  clients: ClientId[] | null
  worker: WorkerId | null
  seenAt: Date | null
  head: SyncRequest['head'] | null
  acked: number | null
  call: number | null
}

const COLUMNS = sql`d.uid as id, d.number, d.public_key as "publicKey", w.uid as warehouse, d.state, d.clients, d.worker,
  (select max(k.n) from device_call k where k.device_id = d.id and k.read_at is null) as call`

/** Handhelds and the codes that set them up. The server's own device (row 0) never shows here. */
export const makeDeviceStore = (db: Executor, names: Names): DeviceStore => ({
  addCode: async code => {
    await sql`
      insert into enrol_code (hash, warehouse_id, expires_at, reusable)
      values (${code.hash}, ${await names.warehouse(db, code.warehouse)}, ${code.expiresAt}::timestamptz, ${code.reusable})
      on conflict (hash) do update set expires_at = excluded.expires_at, reusable = excluded.reusable, spent_at = null`.execute(
      db,
    )
  },
  spendCode: async (hash, now) => {
    const { rows } = await sql<{ warehouse: WarehouseId }>`
      update enrol_code c set spent_at = ${now}::timestamptz from warehouse w
      where c.hash = ${hash} and w.id = c.warehouse_id and (c.reusable or c.spent_at is null)
        and (c.expires_at is null or c.expires_at > ${now}::timestamptz)
      returning w.uid as warehouse`.execute(db)
    return rows[0]?.warehouse ?? null
  },
  add: async ({ id, publicKey, warehouse, agent, now }) => {
    const row = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ number: number }>`
      insert into device (uid, number, warehouse_id, public_key, state, agent, enrolled_at)
      select ${id}::uuid, coalesce(max(number), 0) + 1, ${row}::int, ${json(publicKey)}, 'active', ${agent}::text, ${now}::timestamptz
      from device where warehouse_id = ${row}::int
      returning number`.execute(db)
    return {
      id,
      number: rows[0]?.number ?? 0,
      publicKey,
      warehouse,
      state: 'active',
      clients: null,
      call: null,
      worker: null,
    }
  },
  get: async id => {
    const { rows } = await sql<DeviceRow>`
      select ${COLUMNS} from device d join warehouse w on w.id = d.warehouse_id where d.uid = ${id}`.execute(db)
    return rows[0] ?? null
  },
  list: async warehouse => {
    const { rows } = await sql<DeviceRow>`
      select ${COLUMNS}, d.seen_at as "seenAt", d.head, (select sum(c.last_seq)::bigint from device_cursor c where c.device_id = d.id) as acked
      from device d join warehouse w on w.id = d.warehouse_id where w.uid = ${warehouse} order by d.number`.execute(db)
    return rows.map(row => ({ ...row, seenAt: row.seenAt?.toISOString() ?? null, acked: row.acked ?? 0 }))
  },
  revoke: (id, state, entry) =>
    transact(db, async trx => {
      await sql`update device set state = ${state}, version = version + 1
        where uid = ${id} and (state = 'active' or ${state} = 'revoked')`.execute(trx)
      if (entry !== null) await writeAudit(trx, names, entry)
      return { keep: true, answer: undefined }
    }),
  seen: async (id, at) => {
    const off = at.clockOff ?? null
    // A heartbeat that a power cut takes is made up for by the next: nobody waits until it is flushed.
    await sql`
      with unflushed as materialized (select set_config('synchronous_commit', 'off', true))
      update device set seen_at = ${at.now}::timestamptz, head = ${json(at.head)}, app = ${at.app}, worker = ${at.worker}::uuid,
             clients = ${at.clients === null ? null : JSON.stringify(at.clients)}::jsonb,
             clock_off = coalesce(${off}::double precision, clock_off),
             clock_wrong_since = case when ${off}::double precision is null then clock_wrong_since
               when ${off !== null && isClockWrong(off)}::boolean then coalesce(clock_wrong_since, ${at.now}::timestamptz) end
      from unflushed where uid = ${id}`.execute(db)
  },
})
