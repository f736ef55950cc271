import { sql } from 'kysely'
import type { ClientId, ConnectorId } from '../../shared/ids.ts'
import type { Renewal } from '../continuity-ports.ts'
import type { Connection, ConnectionStore, Mapping, MappingStore } from '../workers/connection.ts'
import { writeAudit } from './audit-book.ts'
import { keyFor, takesIt } from './message-rows.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

type Raw = Omit<Connection, 'healthAt' | 'held'> & {
  healthAt: Date | null
  heldAt: Date | null
  heldWhy: Renewal | null
  missing: readonly string[] | null
}
/** Of `connector c`, `device d`: it may still bring what the ERP has already. */
const UNREPORTED = sql`d.warehouse_id = c.warehouse_id and d.state = 'active'
  and (d.seen_at is null or d.seen_at <= c.held_at or coalesce((d.head->>'pending')::int, 1) > 0)`
const FIELDS = sql`
  c.uid as id, w.uid as warehouse, c.name, c.kind, c.settings, c.secrets as sealed, c.mode, c.version, c.allow, c.takes, c.circuit,
  c.health, c.health_at as "healthAt", c.held_at as "heldAt",
  (select renewed_why from feed f where f.warehouse_id = c.warehouse_id) as "heldWhy",
  case when c.held_at is not null then (
    select json_agg(d.number::text order by d.number) from device d where ${UNREPORTED}) end as missing`
const connectionOf = ({ heldAt, heldWhy, missing, ...raw }: Raw): Connection => ({
  ...raw,
  healthAt: raw.healthAt?.toISOString() ?? null,
  held: heldAt === null ? null : { since: heldAt.toISOString(), why: heldWhy ?? 'lost', missing: missing ?? [] },
})

export const makeConnectionStore = (db: Executor, names: Names): ConnectionStore => {
  const read = async (at: Executor, id: ConnectorId): Promise<Connection | null> => {
    const { rows } = await sql<Raw>`
      select ${FIELDS} from connector c join warehouse w on w.id = c.warehouse_id where c.uid = ${id}`.execute(at)
    return rows[0] === undefined ? null : connectionOf(rows[0])
  }
  return {
    list: async () => {
      const { rows } = await sql<Raw>`
        select ${FIELDS} from connector c join warehouse w on w.id = c.warehouse_id order by c.name, c.uid`.execute(db)
      return rows.map(connectionOf)
    },
    get: id => read(db, id),
    put: ({ id, warehouse, version }, change) =>
      transact(db, async trx => {
        const at = await names.warehouse(trx, warehouse)
        const { name, kind, settings, sealed, mode, allow, takes } = change
        const { rows } = await (
          version === null
            ? sql`
              insert into connector (uid, warehouse_id, name, kind, settings, secrets, mode, allow, takes)
              values (${id}, ${at}, ${name}, ${kind}, ${json(settings)}, ${sealed}, ${mode}, ${json(allow)}, ${json(takes)})
              on conflict (uid) do nothing returning uid`
            : sql`
              update connector set name = ${name}, kind = ${kind}, settings = ${json(settings)}, secrets = ${sealed}, mode = ${mode},
                allow = ${json(allow)}, takes = ${json(takes)}, version = version + 1
              where uid = ${id} and warehouse_id = ${at} and version = ${version} returning uid`
        ).execute(trx)
        if (rows.length === 0) return { keep: false, answer: null }
        await raiseGrain(trx, id)
        if (change.mode !== 'off') await adopt(trx, at, id, change.takes)
        return { keep: true, answer: await read(trx, id) }
      }),
    letGo: (id, entry) =>
      transact(db, async trx => {
        const { rows } = await sql`
          update connector set held_at = null where uid = ${id} and held_at is not null returning uid`.execute(trx)
        if (rows.length > 0) await writeAudit(trx, names, entry)
        return { keep: rows.length > 0, answer: rows.length > 0 }
      }),
    letGoReported: async (id, comparedFrom) => {
      const { rows } = await sql`
        update connector c set held_at = null
        where c.uid = ${id} and c.held_at < ${comparedFrom}::timestamptz
          and not exists (select from device d where ${UNREPORTED})
        returning c.uid`.execute(db)
      return rows.length > 0
    },
    saveHealth: async (id, health, now) => {
      await sql`update connector set health = ${health === null ? null : json(health)}, health_at = ${now}::timestamptz where uid = ${id}`.execute(
        db,
      )
    },
  }
}

/** Messages that no connection took until now become the new one's, under its own keys. */
const adopt = async (
  trx: Executor,
  warehouse: number,
  connector: ConnectorId,
  takes: Connection['takes'],
): Promise<void> => {
  const { rows } = await sql<{ message: string; type: string; client: ClientId | null }>`
    select message, type, client from outbox where warehouse_id = ${warehouse} and connector is null order by seq`.execute(
    trx,
  )
  const taken = rows
    .filter(row => takesIt(takes, row))
    .map(({ message }) => ({ message, key: keyFor(connector, message) }))
  if (taken.length === 0) return
  await sql`
    update outbox o set connector = ${connector}::uuid, key = x.key
    from jsonb_to_recordset(${json(taken)}) as x(message uuid, key uuid)
    where o.warehouse_id = ${warehouse} and o.connector is null and o.message = x.message`.execute(trx)
}

export const makeMappingStore = (db: Executor): MappingStore => ({
  all: async connector => {
    const { rows } = await sql<Omit<Mapping, 'at'> & { at: Date }>`
      select kind, ours, theirs, version, source, by, at from erp_map where connector = ${connector} order by kind, ours`.execute(
      db,
    )
    return rows.map(row => ({ ...row, at: row.at.toISOString() }))
  },
  put: (connector, rows, by, now) =>
    transact(db, async trx => {
      await sql`
        insert into erp_map as m (connector, kind, ours, theirs, source, by, at)
        select ${connector}::uuid, x.kind, x.ours, x.theirs, x.source, ${by}, ${now}::timestamptz
        from jsonb_to_recordset(${json(rows)}) as x(kind text, ours text, theirs text, source text)
        on conflict (connector, kind, ours) do update
        set theirs = excluded.theirs, source = excluded.source, by = excluded.by, at = excluded.at, version = m.version + 1
        where m.theirs <> excluded.theirs`.execute(trx)
      if (rows.some(row => row.kind === 'location')) await raiseGrain(trx, connector)
      return { keep: true, answer: undefined }
    }),
  remove: (connector, kind, ours) =>
    transact(db, async trx => {
      await sql`delete from erp_map where connector = ${connector} and kind = ${kind} and ours = ${ours}`.execute(trx)
      if (kind === 'location') await raiseGrain(trx, connector)
      return { keep: true, answer: undefined }
    }),
})

/** Says to every process that the mapping of places has changed: see stock-rows.ts. */
const raiseGrain = async (db: Executor, connector: ConnectorId): Promise<void> => {
  await sql`
    update feed set grain = grain + 1 where warehouse_id = (select warehouse_id from connector where uid = ${connector})`.execute(
    db,
  )
}
