import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { BoardRow } from '../../shared/desk/work.ts'
import type { Roster } from '../../shared/catalogue.ts'
import type { DeviceId, TaskId } from '../../shared/ids.ts'
import type { DeskWorkStore } from '../desk-ports.ts'
import { decideWork } from '../sync/desk-work.ts'
import type { WorkBook } from '../sync/desk-work.ts'
import type { DecisionTx } from '../sync/ports.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'
import { iso, like, paged, seen, withoutKey } from './view-parts.ts'
import type { Clients } from './view-parts.ts'
import { tellsBlind, touchStock } from './work.ts'

type At = Parameters<DeskWorkStore['decide']>[0]

export const makeDeskWorkStore = (db: Executor, names: Names): DeskWorkStore => ({
  board: async ({ warehouse, clients }, { part, q, after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const isTaken = sql`jsonb_typeof(t.body->'lease') = 'object'`
    const where = sql`t.state not in ('done', 'cancelled')
      and ${part === 'all' ? sql`true` : part === 'taken' ? isTaken : sql`not ${isTaken}`}
      and ${q === '' ? sql`true` : sql`(d.body->>'number' ilike ${like(q)} or l.body->>'code' ilike ${like(q)} or l.body->>'zone' ilike ${like(q)})`}`
    const { rows, next } = paged(await boardRows(db, id, clients, { where, after, limit }), limit)
    return { rows: rows.map(withoutKey), next }
  },
  decide: (at, who, ask) =>
    transact(db, trx =>
      decideIn(trx, names, at, async tx => {
        const id = await names.warehouse(trx, at.warehouse)
        return decideWork(tx, bookOf(trx, names, at, { id, tx }), ask, { who, now: at.now })
      }),
    ),
})

const bookOf = (trx: Executor, names: Names, at: At, { id, tx }: { id: number; tx: DecisionTx }): WorkBook => ({
  version: async target => {
    const { rows } = await sql<{ version: number }>`
      select version from work where warehouse_id = ${id} and id = ${target}::uuid`.execute(trx)
    return rows[0]?.version ?? null
  },
  mayHaveUnsent: async device => {
    const { rows } = await sql`
      select 1 from device d where d.uid = ${device}::uuid and d.state = 'active' and coalesce((d.head->>'pending')::int, 0) = 0
        and d.seen_at >= ${at.now}::timestamptz - interval '10 minutes'`.execute(trx)
    return rows.length === 0
  },
  deviceOf: async worker => {
    const { rows } = await sql<{ uid: DeviceId }>`
      select d.uid from device d where d.warehouse_id = ${id} and d.state = 'active' and d.worker = ${worker}::uuid
      order by d.seen_at desc nulls last limit 1`.execute(trx)
    return rows[0]?.uid ?? null
  },
  worker: async worker => {
    const { rows } = await sql<{ body: string }>`
      select body from roster where warehouse_id = ${id} order by version desc limit 1`.execute(trx)
    const [newest] = rows.map(({ body }) => JSON.parse(body) as Roster)
    return newest?.workers.find(one => one.id === worker) ?? null
  },
  filling: async place => {
    const { rows } = await sql<{ id: TaskId }>`
      select id from work where warehouse_id = ${id} and kind = 'task' and body->>'kind' = 'replenish'
        and state not in ('done', 'cancelled') and body->'goods'->>'to' = ${place}::text`.execute(trx)
    return rows.map(row => row.id)
  },
  tellsBlind: (task, to) => tellsBlind(trx, names, { warehouse: at.warehouse, task, ...to }),
  show: lines => touchStock(trx, names, at.warehouse, lines, tx.feed.seq),
})

/** Tasks with their document, the place that they are about, and the handheld that has them; what people have in hand first. */
export const boardRows = async (
  db: Executor,
  warehouse: number,
  clients: Clients,
  want: { where: RawBuilder<unknown>; after: string; limit: number },
): Promise<readonly (BoardRow & { key: string })[]> => {
  const { rows } = await sql<BoardRow & { key: string }>`
    with page as (
      select t.id, t.body, t.state, t.version, t.client_id, t.document, d.body as paper, l.body as spot, k.key
      from work t
      left join work d on d.warehouse_id = t.warehouse_id and d.id = t.document and d.kind = 'document'
      left join location l on l.warehouse_id = t.warehouse_id
        and l.uid = coalesce(t.body->'count'->>'location', t.body->'goods'->'from'->>'location')::uuid
      cross join lateral (
        select concat_ws(chr(1), case when jsonb_typeof(t.body->'lease') = 'object' then '0' else '1' end,
          case coalesce(d.body->>'turn', t.body->>'turn') when 'first' then '0' when 'later' then '2' else '1' end,
          coalesce(d.body->>'due', t.body->>'due', '9999'), d.body->>'number', t.id) as key) k
      where t.warehouse_id = ${warehouse} and t.kind = 'task' and ${seen(clients, 't')} and ${want.where}
        and k.key collate "C" > ${want.after}
      order by k.key collate "C" limit ${want.limit})
    select p.key, p.id, p.body->>'kind' as kind, p.state, p.version, c.uid as client, p.document, p.paper->>'number' as number,
      p.spot->>'code' as place, coalesce(p.spot->>'zone', z.zones) as zone, p.body->'lease'->>'worker' as worker,
      v.number as device, p.body->'lease'->>'since' as since, n.lines, n.done as "linesDone",
      coalesce(p.paper->>'due', p.body->>'due') as due, coalesce(p.paper->>'turn', p.body->>'turn') as turn,
      coalesce(jsonb_typeof(p.paper->'hold') = 'object', false) as held,
      (select ${iso(sql`max(x.last_at)`)} from device_cursor x where x.device_id = v.id) as "scannedAt",
      ${iso(sql`v.seen_at`)} as "seenAt", coalesce((v.head->>'pending')::int, 0) as pending
    from page p
    join client c on c.id = p.client_id
    left join device v on v.uid = (p.body->'lease'->>'device')::uuid
    cross join lateral (
      select count(*)::int as lines, (count(*) filter (where w.state <> 'open'))::int as done from work w
      where w.warehouse_id = ${warehouse} and w.document = p.document and w.kind = 'line' and w.state <> 'cancelled') n
    cross join lateral (
      select string_agg(distinct o.body->>'zone', ', ') as zones
      from work w cross join lateral jsonb_array_elements(w.body->'claims') x
      join location o on o.warehouse_id = w.warehouse_id and o.uid = (x->>'location')::uuid
      where w.warehouse_id = ${warehouse} and w.document = p.document and w.kind = 'line' and w.state = 'open'
        and p.body->>'kind' = 'pick') z
    order by p.key collate "C"`.execute(db)
  return rows
}
