import { sql } from 'kysely'
import type { Client, Location, Roster } from '../../shared/catalogue.ts'
import type { WarehouseId, WorkerId } from '../../shared/ids.ts'
import { policyFor } from '../../shared/policy.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { blindClients, isReceivedBlind } from '../../shared/sync/expected.ts'
import type { SiteStore } from '../ports.ts'
import { endAccount } from './accounts.ts'
import { writeAudit } from './audit-book.ts'
import { raiseCommit } from './feed.ts'
import { isFar, overBetween, pastSince, showDocuments } from './horizon.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { policyStore } from './policies.ts'
import { transact } from './transaction.ts'

type Change = { kind: string; id: string; client: number | null; body: unknown }

/** Writes change rows of one commit. Master data travels by the same feed as stock. */
export const writeChanges = async (
  db: Executor,
  warehouse: number,
  commit: number,
  changes: readonly Change[],
): Promise<void> => {
  if (changes.length === 0) return
  await sql`
    insert into change (warehouse_id, seq, n, kind, id, client_id, body)
    select ${warehouse}::int, ${commit}::bigint, (select coalesce(max(n), 0) from change where warehouse_id = ${warehouse} and seq = ${commit}) + row_number() over (),
           x.kind, x.id, x.client, x.body
    from jsonb_to_recordset(${json(changes)}) as x(kind text, id text, client int, body jsonb)`.execute(db)
}

const writeRoster = async (
  trx: Executor,
  at: { warehouse: number; seq: number },
  roster: Roster,
  signed: { text: string; sig: string },
): Promise<void> => {
  await sql`
    insert into roster (warehouse_id, version, body, sig, feed_seq)
    values (${at.warehouse}, ${roster.version}, ${signed.text}, ${signed.sig}, ${at.seq})`.execute(trx)
  await writeChanges(trx, at.warehouse, at.seq, [{ kind: 'roster', id: 'roster', client: null, body: signed }])
}

type In = { warehouse: number; seq: number }

/** Clients of a warehouse with their change rows, in a commit that the caller holds. */
export const writeClients = async (
  trx: Executor,
  { warehouse, seq }: In,
  clients: readonly Client[],
): Promise<void> => {
  await sql`
    insert into client (uid, name) select x.id, x.name from jsonb_to_recordset(${json(clients)}) as x(id uuid, name text)
    on conflict (uid) do update set name = excluded.name`.execute(trx)
  await sql`
    insert into warehouse_client (warehouse_id, client_id, feed_seq)
    select ${warehouse}::int, c.id, ${seq}::bigint from client c where c.uid = any(${clients.map(c => c.id)}::uuid[])
    on conflict (warehouse_id, client_id) do update set feed_seq = excluded.feed_seq`.execute(trx)
  const { rows } = await sql<{
    uid: string
    id: number
  }>`select uid, id from client where uid = any(${clients.map(c => c.id)}::uuid[])`.execute(trx)
  const ids = new Map(rows.map(row => [row.uid, row.id]))
  await writeChanges(
    trx,
    warehouse,
    seq,
    clients.map(body => ({ kind: 'client', id: body.id, client: idOf(ids, 'client', body.id), body })),
  )
}

/** Places with their change rows, in a commit that the caller holds. */
export const writePlaces = async (
  trx: Executor,
  { warehouse, seq }: In,
  locations: readonly Location[],
): Promise<void> => {
  await sql`
    insert into location (warehouse_id, uid, body, feed_seq)
    select ${warehouse}::int, x.id, x.body, ${seq}::bigint
    from jsonb_to_recordset(${json(locations.map((body: Location) => ({ id: body.id, body })))}) as x(id uuid, body jsonb)
    on conflict (warehouse_id, uid) do update set body = excluded.body, feed_seq = excluded.feed_seq`.execute(trx)
  await writeChanges(
    trx,
    warehouse,
    seq,
    locations.map(body => ({ kind: 'location', id: body.id, client: null, body })),
  )
}

/** Warehouses, clients, places, policies and rosters; each write is a commit of its own in the feed. */
export const makeSiteStore = (db: Executor, names: Names): SiteStore => {
  const commit = (
    uid: WarehouseId,
    run: (trx: Executor, warehouse: number, seq: number) => Promise<void>,
  ): Promise<void> =>
    transact(db, async trx => {
      const warehouse = await names.warehouse(trx, uid)
      const feed = await raiseCommit(trx, warehouse)
      await run(trx, warehouse, feed.seq)
      return { keep: true, answer: undefined }
    })

  return {
    warehouses: async () =>
      (await sql<{ id: WarehouseId; name: string }>`select uid as id, name from warehouse order by name`.execute(db))
        .rows,
    clients: async uid => {
      const warehouse = await names.warehouse(db, uid)
      const { rows } = await sql<Client>`
        select c.uid as id, c.name from warehouse_client w join client c on c.id = w.client_id where w.warehouse_id = ${warehouse} order by c.name`.execute(
        db,
      )
      return rows
    },
    addWarehouse: ({ id, name, feedEpoch }) =>
      transact(db, async trx => {
        const { rows } = await sql<{
          id: number
        }>`insert into warehouse (uid, name) values (${id}, ${name}) returning id`.execute(trx)
        await sql`insert into feed (warehouse_id, epoch) values (${rows[0]?.id}, ${feedEpoch})`.execute(trx)
        return { keep: true, answer: undefined }
      }),
    putClients: (uid, clients) => commit(uid, (trx, warehouse, seq) => writeClients(trx, { warehouse, seq }, clients)),
    putLocations: (uid, locations) =>
      commit(uid, (trx, warehouse, seq) => writePlaces(trx, { warehouse, seq }, locations)),
    putPolicies: (uid, policies) =>
      commit(uid, async (trx, warehouse, seq) =>
        writePolicies(trx, { warehouse, seq }, policies, { worker: null, at: null, restored: null }),
      ),
    policies: async uid => {
      const warehouse = await names.warehouse(db, uid)
      const { rows } = await sql<{
        body: PolicySet
      }>`select body from policy where warehouse_id = ${warehouse}`.execute(db)
      return rows[0]?.body ?? null
    },
    ...policyStore(db, names, writePolicies),
    turnDay: async (uid, { today, shown }) => {
      const warehouse = await names.warehouse(db, uid)
      const past = await pastSince(db, warehouse, { today, shown })
      return transact(db, async trx => {
        const { seq } = await raiseCommit(trx, warehouse)
        const near = await showDocuments(trx, { warehouse, seq }, sql`${isFar(shown)} and not (${isFar(today)})`)
        const gone =
          past.length === 0 ? 0 : await showDocuments(trx, { warehouse, seq }, sql`d.id = any(${[...past]}::uuid[])`)
        return { keep: near + gone > 0, answer: near + gone }
      })
    },
    putRoster: (uid, roster, signed) =>
      commit(uid, (trx, warehouse, seq) => writeRoster(trx, { warehouse, seq }, roster, signed)),
    replaceRoster: (uid, roster, signed, { entry, ends }) =>
      transact(db, async trx => {
        const warehouse = await names.warehouse(trx, uid)
        // Its lock makes of two changes at once one that comes too late.
        const { seq } = await raiseCommit(trx, warehouse)
        const { rows } = await sql<{ version: number | null }>`
          select max(version) as version from roster where warehouse_id = ${warehouse}`.execute(trx)
        if ((rows[0]?.version ?? 0) + 1 !== roster.version) return { keep: false, answer: false }
        await writeRoster(trx, { warehouse, seq }, roster, signed)
        if (ends !== null) await endAccount(trx, ends)
        await writeAudit(trx, names, entry)
        return { keep: true, answer: true }
      }),
    roster: async uid => {
      const warehouse = await names.warehouse(db, uid)
      const { rows } = await sql<{ body: string; sig: string }>`
        select body, sig from roster where warehouse_id = ${warehouse} order by version desc limit 1`.execute(db)
      const row = rows[0]
      return row ? { roster: JSON.parse(row.body) as Roster, signed: { text: row.body, sig: row.sig } } : null
    },
    setting: async name =>
      (await sql<{ value: unknown }>`select value from setting where name = ${name}`.execute(db)).rows[0]?.value ??
      null,
    saveSetting: async (name, value) => {
      await sql`insert into setting (name, value) values (${name}, ${json(value)})
        on conflict (name) do update set value = excluded.value`.execute(db)
    },
    changeSetting: (name, change) =>
      transact(db, async trx => {
        // The row is there to be locked, also the first time.
        await sql`insert into setting (name, value) values (${name}, 'null') on conflict (name) do nothing`.execute(trx)
        const { rows } = await sql<{
          value: unknown
        }>`select value from setting where name = ${name} for update`.execute(trx)
        const answer = change(rows[0]?.value ?? null)
        await sql`update setting set value = ${json(answer)} where name = ${name}`.execute(trx)
        return { keep: true, answer }
      }),
  }
}

/** Who has made a version, when (null = now), and which one it has gone back to. */
type Version = { worker: WorkerId | null; at: string | null; restored: number | null }

/** The present ones, the version that commands will name, and the change row for all handhelds. */
const writePolicies = async (
  trx: Executor,
  { warehouse, seq }: { warehouse: number; seq: number },
  policies: PolicySet,
  { worker, at, restored }: Version,
): Promise<void> => {
  const before = await sql<{ body: PolicySet }>`select body from policy where warehouse_id = ${warehouse}`.execute(trx)
  await sql`
    insert into policy (warehouse_id, body, feed_seq) values (${warehouse}, ${json(policies)}, ${seq})
    on conflict (warehouse_id) do update set body = excluded.body, feed_seq = excluded.feed_seq`.execute(trx)
  await sql`
    insert into policy_version (warehouse_id, version, body, worker, at, restored)
    values (${warehouse}, ${policies.version}, ${json(policies)}, ${worker}, coalesce(${at}::timestamptz, now()), ${restored}::int)
    on conflict (warehouse_id, version) do update set body = excluded.body`.execute(trx)
  await writeChanges(trx, warehouse, seq, [{ kind: 'policy', id: 'policy', client: null, body: policies }])
  const [was] = before.rows
  if (was === undefined) return
  await showDeliveries(trx, { warehouse, seq }, was.body, policies)
  await showPast(trx, { warehouse, seq, at }, was.body, policies)
}

/** Clients of the warehouse by both of their names. */
const clientsOf = async (trx: Executor, warehouse: number): Promise<readonly { id: number; uid: string }[]> =>
  (
    await sql<{ id: number; uid: string }>`
      select c.id, c.uid::text from warehouse_client wc join client c on c.id = wc.client_id
      where wc.warehouse_id = ${warehouse}`.execute(trx)
  ).rows

/** Where handhelds are to know orders for longer or shorter after they have left, those between go out anew. */
const showPast = async (
  trx: Executor,
  { warehouse, seq, at }: { warehouse: number; seq: number; at: string | null },
  before: PolicySet,
  now: PolicySet,
): Promise<void> => {
  const today = at === null ? sql`(now() at time zone 'utc')::date` : sql`${at.slice(0, 10)}::date`
  for (const { id, uid } of await clientsOf(trx, warehouse)) {
    const [was, is] = [before, now].map(set => policyFor(set, uid).return.horizonDays)
    if (was === undefined || is === undefined || was === is) continue
    const days = { today, from: Math.min(was, is), to: Math.max(was, is) }
    await showDocuments(trx, { warehouse, seq }, overBetween(id, days))
  }
}

/** Where deliveries are received blind from now on, or are known earlier or later, they go out anew: handhelds may know less or more. */
const showDeliveries = async (
  trx: Executor,
  { warehouse, seq }: { warehouse: number; seq: number },
  before: PolicySet,
  now: PolicySet,
): Promise<void> => {
  const [was, is] = [blindClients(before), blindClients(now)]
  const rows = await clientsOf(trx, warehouse)
  const horizon = (set: PolicySet, uid: string): number => policyFor(set, uid).receive.horizonDays
  const changed = rows
    .filter(
      ({ uid }) => isReceivedBlind(was, uid) !== isReceivedBlind(is, uid) || horizon(before, uid) !== horizon(now, uid),
    )
    .map(({ id }) => id)
  if (changed.length === 0) return
  await showDocuments(
    trx,
    { warehouse, seq },
    sql`d.client_id = any(${changed}::int[]) and d.body->>'kind' = 'receipt' and d.state in ('open', 'started')`,
  )
}
