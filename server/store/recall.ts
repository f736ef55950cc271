import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { LotKey, LotsAnswer, RecallAnswer, Trace } from '../../shared/desk/recall.ts'
import type { DocumentId, TaskId } from '../../shared/ids.ts'
import type { StockStatus } from '../../shared/ledger/stock.ts'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import type { RecallStore } from '../desk-ports.ts'
import { blockArrived, decideRecall } from '../sync/recall-lot.ts'
import type { BlockedRow, Recall, RecallBook } from '../sync/recall-lot.ts'
import { withheldFrom } from './blind.ts'
import { rowNames } from './change-rows.ts'
import { reading } from './feed.ts'
import type { Scope } from './load.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'
import { iso, like, seen } from './view-parts.ts'

const MOBILE = ['tote', 'carton', 'cart']
const VIRTUAL = [...VIRTUAL_KINDS]

type Ids = { warehouse: number; client: number; item: number; lot: string }
const idsOf = async (db: Executor, names: Names, warehouse: number, { client, item, lot }: LotKey): Promise<Ids> => ({
  warehouse,
  client: idOf(await names.client(db, [client]), 'client', client),
  item: idOf(await names.item(db, [item]), 'item', item),
  lot,
})

export const makeRecallStore = (db: Executor, names: Names): RecallStore => ({
  lots: async ({ warehouse, clients, worker }, q, limit) => {
    const id = await names.warehouse(db, warehouse)
    const blind = (await withheldFrom(db, id, worker))({ location: sql`l.uid`, item: sql`i.uid` })
    const typed = like(q)
    const { rows } = await sql<LotsAnswer['rows'][number]>`
      with known as (
        select t.client_id, t.item_id, t.lot from lot t where t.warehouse_id = ${id} and t.lot <> '' and ${seen(clients, 't')}
        union
        select b.client_id, b.item_id, b.lot from balance b where b.warehouse_id = ${id} and b.lot <> '' and ${seen(clients, 'b')})
      select c.uid as client, i.uid as item, k.lot, i.body->>'sku' as sku, i.body->>'name' as name, i.body->>'unit' as unit,
        t.body->>'expiry' as expiry,
        (select case when bool_or(${blind}) then null else coalesce(sum(b.on_hand), 0) end::bigint
          from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
          where b.warehouse_id = ${id} and b.client_id = k.client_id and b.item_id = k.item_id and b.lot = k.lot
            and not l.body->>'kind' = any(${VIRTUAL}::text[])) as "onHand",
        exists (select 1 from recall r where r.warehouse_id = ${id} and r.client_id = k.client_id and r.item_id = k.item_id
          and r.lot = k.lot and r.state = 'open') as recalled
      from known k join client c on c.id = k.client_id join item i on i.id = k.item_id
      left join lot t on t.warehouse_id = ${id} and t.client_id = k.client_id and t.item_id = k.item_id and t.lot = k.lot
      where concat_ws(' ', k.lot, i.body->>'sku', i.body->>'name') ilike ${typed}
      order by recalled desc, (k.lot = ${q}) desc, i.body->>'sku', k.lot limit ${limit}`.execute(db)
    return rows
  },
  lot: async ({ clients }, { client, item, lot }) => {
    const { rows } = await sql<RecallAnswer['lot']>`
      select c.uid as client, i.uid as item, ${lot}::text as lot, i.body->>'sku' as sku, i.body->>'name' as name,
        i.body->>'unit' as unit, (select max(t.body->>'expiry') from lot t where t.client_id = c.id and t.item_id = i.id and t.lot = ${lot}) as expiry
      from item i join client c on c.id = i.client_id
      where i.uid = ${item}::uuid and c.uid = ${client}::uuid and ${seen(clients, 'i')}
        and (exists (select 1 from lot t where t.client_id = c.id and t.item_id = i.id and t.lot = ${lot})
          or exists (select 1 from balance b where b.client_id = c.id and b.item_id = i.id and b.lot = ${lot}))`.execute(
      db,
    )
    return rows[0] ?? null
  },
  trace: (warehouse, lot, worker) =>
    reading(db, async trx => {
      const at = await idsOf(trx, names, await names.warehouse(trx, warehouse), lot)
      const blind = (await withheldFrom(trx, at.warehouse, worker))({
        location: sql`l.uid`,
        item: sql`${lot.item}::uuid`,
      })
      return told({
        recall: await recallOf(trx, at),
        lies: await liesOf(trx, at, blind),
        came: await cameOf(trx, at),
        went: await wentOf(trx, at),
        otherwise: await otherwiseOf(trx, at),
        orders: await ordersOf(trx, at, blind),
      })
    }),
  decide: (at, who, ask) =>
    transact(db, trx =>
      decideIn(trx, names, at, async tx => {
        const id = await names.warehouse(trx, at.warehouse)
        return decideRecall(tx, bookOf(trx, names, { warehouse: at.warehouse, id }), ask, { who, now: at.now })
      }),
    ),
  sweep: async at => {
    const id = await names.warehouse(db, at.warehouse)
    const found = await turnedUp(db, id)
    let blocked = 0
    for (const { recall, ...lot } of found) {
      const isBlocked = await transact(db, trx =>
        decideIn(trx, names, at, tx =>
          blockArrived(tx, bookOf(trx, names, { warehouse: at.warehouse, id }), lot, recall, at.now),
        ),
      )
      if (isBlocked) blocked += 1
    }
    return blocked
  },
})

type Parts = Omit<Trace, 'warehouse' | 'warehouseName' | 'totals'>

/** With its totals; where a part of it is withheld, without whatever it could be worked out from. Who received it stays. */
const told = (parts: Parts): Parts & Pick<Trace, 'totals'> => {
  const { lies, came, went, otherwise } = parts
  if (lies.some(row => row.onHand === null))
    return { ...parts, came: came.map(row => ({ ...row, qty: null })), otherwise: [], totals: null }
  const sum = (figures: readonly (number | null)[]): number => figures.reduce<number>((all, n) => all + (n ?? 0), 0)
  const totals = {
    lies: sum(lies.map(row => row.onHand)),
    came: sum(came.map(row => row.qty)),
    went: sum(went.map(row => row.qty)),
    otherwise: sum(otherwise.map(row => row.qty)),
  }
  return { ...parts, totals }
}

/** Lots under a recall of which something may still be taken; what an order has in a tote waits for its put-back. */
const turnedUp = async (db: Executor, warehouse: number): Promise<readonly (LotKey & { recall: string })[]> => {
  const { rows } = await sql<LotKey & { recall: string }>`
    select r.id as recall, c.uid as client, i.uid as item, r.lot from recall r
    join client c on c.id = r.client_id join item i on i.id = r.item_id
    left join lot t on t.warehouse_id = r.warehouse_id and t.client_id = r.client_id and t.item_id = r.item_id and t.lot = r.lot
    where r.warehouse_id = ${warehouse} and r.state = 'open' and (t.body->>'blocked' = 'false' or exists (
      select 1 from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      where b.warehouse_id = r.warehouse_id and b.item_id = r.item_id and b.lot = r.lot and b.client_id = r.client_id
        and b.status in ('available', 'inspection') and not l.body->>'kind' = any(${VIRTUAL}::text[])
        and b.on_hand > case when l.body->>'kind' = any(${MOBILE}::text[]) then greatest(b.reserved, 0) else 0 end))
    order by r.at limit 50`.execute(db)
  return rows
}

const MINE = ({ warehouse, client, item, lot }: Ids, table: string) =>
  sql`${sql.ref(`${table}.warehouse_id`)} = ${warehouse} and ${sql.ref(`${table}.client_id`)} = ${client}
    and ${sql.ref(`${table}.item_id`)} = ${item} and ${sql.ref(`${table}.lot`)} = ${lot}`

/** What is withheld is one row, for as many serials as there are would be the figure. */
const liesOf = async (db: Executor, at: Ids, blind: RawBuilder<unknown>): Promise<Trace['lies']> => {
  const { rows } = await sql<Trace['lies'][number]>`
    select l.body->>'code' as place, l.body->>'kind' as kind, l.body->>'zone' as zone, coalesce(p.body->>'label', '') as label,
      case when ${blind} then '' else b.serial end as serial, b.status, case when ${blind} then null else b.on_hand end as "onHand",
      case when ${blind} then null else b.reserved end as reserved, case when ${blind} then null else b.held end as held
    from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
    left join work p on p.warehouse_id = b.warehouse_id and p.kind = 'lpn' and p.id = b.lpn
    where ${MINE(at, 'b')} and (b.on_hand <> 0 or b.reserved <> 0 or b.held <> 0) and not l.body->>'kind' = any(${VIRTUAL}::text[])
    order by l.body->>'code', b.status, b.serial`.execute(db)
  const isSame = (a: Trace['lies'][number], b: Trace['lies'][number]): boolean =>
    a.place === b.place && a.label === b.label && a.status === b.status
  return rows.filter((row, n) => row.onHand !== null || rows.findIndex(one => isSame(one, row)) === n)
}

/** From suppliers, and back from customers, by the document that it came on. */
const cameOf = async (db: Executor, at: Ids): Promise<Trace['came']> => {
  const { rows } = await sql<Trace['came'][number]>`
    select f.body->>'kind' as "from", d.id as document, coalesce(d.body->>'number', '') as number, coalesce(d.body->>'partner', '') as partner,
      sum(m.qty)::bigint as qty, min(${iso(sql`m.at`)}) as at
    from movement m join command k using (warehouse_id, device_id, epoch, seq)
    join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
    left join work d on d.warehouse_id = m.warehouse_id and d.id = k.awaits
    where ${MINE(at, 'm')} and f.body->>'kind' in ('supplier', 'customer')
    group by 1, 2, 3, 4 order by min(m.at)`.execute(db)
  return rows
}

/** To customers, by order, with the parcels that it left in; an order that came back by an undo counts as come back. */
const wentOf = async (db: Executor, at: Ids): Promise<Trace['went']> => {
  const { rows } = await sql<Trace['went'][number]>`
    select d.id as document, coalesce(d.body->>'number', '') as number, coalesce(d.body->>'partner', '') as partner,
      d.body->>'carrier' as carrier,
      coalesce(array_agg(distinct f.body->'carton'->>'tracking') filter (where f.body->'carton'->>'tracking' <> ''), '{}') as tracking,
      coalesce(array_agg(distinct m.serial) filter (where m.serial <> ''), '{}') as serials,
      sum(m.qty)::bigint as qty, max(${iso(sql`m.at`)}) as at
    from movement m join command k using (warehouse_id, device_id, epoch, seq)
    join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
    join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
    left join work d on d.warehouse_id = m.warehouse_id and d.id = k.awaits
    where ${MINE(at, 'm')} and t.body->>'kind' = 'customer'
    group by 1, 2, 3, 4 order by max(m.at)`.execute(db)
  return rows
}

/** What has come (+) and gone (−) by adjustments, scrap, transit and back to suppliers. */
const otherwiseOf = async (db: Executor, at: Ids): Promise<Trace['otherwise']> => {
  const { rows } = await sql<Trace['otherwise'][number]>`
    with leg as (
      select f.body->>'kind' as kind, m.qty::bigint as qty from movement m
      join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
      where ${MINE(at, 'm')} and f.body->>'kind' in ('adjustment', 'scrap', 'transit', 'unknown')
      union all
      select t.body->>'kind', -m.qty::bigint from movement m
      join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
      where ${MINE(at, 'm')} and t.body->>'kind' in ('adjustment', 'scrap', 'transit', 'unknown', 'supplier'))
    select kind, sum(qty)::bigint as qty from leg group by kind having sum(qty) <> 0 order by kind`.execute(db)
  return rows
}

const ordersOf = async (db: Executor, at: Ids, blind: RawBuilder<unknown>): Promise<Trace['orders']> => {
  const { rows } = await sql<Trace['orders'][number]>`
    select d.id as document, d.body->>'number' as number, d.body->>'partner' as partner, l.body->>'code' as place,
      case when bool_or(${blind}) then null else sum(h.qty)::bigint end as qty, l.body->>'kind' = any(${MOBILE}::text[]) as picked
    from claim h join work w on w.warehouse_id = h.warehouse_id and w.id = h.owner
    join work d on d.warehouse_id = w.warehouse_id and d.id = w.document
    join location l on l.warehouse_id = h.warehouse_id and l.id = h.location_id
    where ${MINE(at, 'h')} and h.kind = 'reserve' and h.qty > 0
    group by 1, 2, 3, 4, 6 order by 2, 4`.execute(db)
  return rows
}

const recallOf = async (db: Executor, at: Ids): Promise<Trace['recall']> => {
  const { rows } = await sql<NonNullable<Trace['recall']>>`
    select r.id, r.state, r.version, r.reason, r.worker, ${iso(sql`r.at`)} as at, ${iso(sql`r.ended_at`)} as "endedAt"
    from recall r where ${MINE(at, 'r')} order by r.version desc limit 1`.execute(db)
  return rows[0] ?? null
}

const bookOf = (trx: Executor, names: Names, scope: Scope): RecallBook => ({
  newest: async lot => {
    const at = await idsOf(trx, names, scope.id, lot)
    const { rows } = await sql<Recall>`
      select r.id, r.state, r.version, r.was_blocked as "wasBlocked" from recall r where ${MINE(at, 'r')} order by r.version desc limit 1`.execute(
      trx,
    )
    return rows[0] ?? null
  },
  concerned: async lot => {
    const at = await idsOf(trx, names, scope.id, lot)
    const { rows } = await sql<{ document: DocumentId }>`
      select distinct w.document from claim h join work w on w.warehouse_id = h.warehouse_id and w.id = h.owner
      where ${MINE(at, 'h')} and h.kind = 'reserve' and h.qty > 0 and w.document is not null`.execute(trx)
    const tasks = await sql<{ id: TaskId }>`
      select t.id from work t where t.warehouse_id = ${scope.id} and t.kind = 'task' and t.state in ('planned', 'ready')
        and t.body->'goods'->>'item' = ${lot.item} and t.body->'goods'->>'lot' = ${lot.lot}`.execute(trx)
    return { documents: rows.map(row => row.document), tasks: tasks.rows.map(row => row.id) }
  },
  open: async ({ id, lot, reason, worker, now, wasBlocked }) => {
    const at = await idsOf(trx, names, scope.id, lot)
    await sql`
      insert into recall (warehouse_id, id, client_id, item_id, lot, state, version, reason, worker, at, was_blocked)
      select ${scope.id}::int, ${id}::uuid, ${at.client}::int, ${at.item}::int, ${lot.lot}::text, 'open',
        coalesce((select max(r.version) from recall r where ${MINE(at, 'r')}), 0) + 1, ${reason}::text, ${worker}::uuid, ${now}::timestamptz,
        ${wasBlocked}::boolean`.execute(trx)
  },
  freed: async id => {
    await sql`update recall set was_blocked = false where warehouse_id = ${scope.id} and id = ${id}`.execute(trx)
  },
  end: async ({ id, worker, now }) => {
    await sql`
      update recall set state = 'ended', version = version + 1, ended_by = ${worker}::uuid, ended_at = ${now}::timestamptz
      where warehouse_id = ${scope.id} and id = ${id}`.execute(trx)
  },
  remember: (recall, rows) => remember(trx, names, scope, recall, rows),
  remembered: recall => remembered(trx, scope, recall),
})

const remember = async (
  trx: Executor,
  names: Names,
  scope: Scope,
  recall: string,
  blocked: readonly BlockedRow[],
): Promise<void> => {
  if (blocked.length === 0) return
  const nameOf = await rowNames(
    trx,
    names,
    scope,
    blocked.map(row => row.key),
  )
  const rows = blocked.map(({ key, was, qty }) => ({ ...nameOf(key), lpn: key.lpn, serial: key.serial, was, qty }))
  await sql`
    insert into recall_row as r (warehouse_id, recall, location_id, lpn, serial, was, qty)
    select ${scope.id}::int, ${recall}::uuid, x.location_id, x.lpn, x.serial, x.was, x.qty
    from jsonb_to_recordset(${json(rows)}) as x(location_id int, lpn uuid, serial text, was text, qty bigint)
    on conflict (warehouse_id, recall, location_id, lpn, serial, was) do update set qty = r.qty + excluded.qty`.execute(
    trx,
  )
}

type Remembered = Omit<BlockedRow['key'], 'status'> & { was: StockStatus; qty: number }

const remembered = async (trx: Executor, scope: Scope, recall: string): Promise<readonly BlockedRow[]> => {
  const { rows } = await sql<Remembered>`
    select c.uid as client, i.uid as item, r.lot, w.serial, l.uid as location, w.lpn, w.was, w.qty
    from recall_row w join recall r on r.warehouse_id = w.warehouse_id and r.id = w.recall
    join client c on c.id = r.client_id join item i on i.id = r.item_id
    join location l on l.warehouse_id = w.warehouse_id and l.id = w.location_id
    where w.warehouse_id = ${scope.id} and w.recall = ${recall}
    order by w.location_id, w.lpn, w.serial, w.was`.execute(trx)
  return rows.map(({ was, qty, ...key }) => ({ key: { ...key, status: was }, was, qty }))
}
