import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Executor } from '../../server/store/names.ts'
import type { WarehouseId } from '../../shared/ids.ts'

type Window = { from: string; to: string; now: string; timeZone: string }
type Rows = ReadonlyMap<string, number | null>

/**
 * The same figures from the facts themselves: the archive's bodies, the outbox, variances and exceptions. It shares no code and
 * no table with what it checks; medians are PostgreSQL's own (percentile_disc is the nearest rank).
 */
export const figuresBySql = (db: Executor, warehouse: WarehouseId, at: Window): Promise<Rows> =>
  db.transaction().execute(async trx => {
    await sql`set local statement_timeout = 0`.execute(trx)
    return allOf(trx, warehouse, at)
  })

const allOf = async (db: Executor, warehouse: WarehouseId, at: Window): Promise<Rows> => {
  const { rows } = await sql<{ id: number }>`select id from warehouse where uid = ${warehouse}`.execute(db)
  const id = rows[0]?.id ?? 0
  const parts = [commands, orders, messages, counts, exceptions]
  const all = new Map<string, number | null>()
  for (const part of parts) for (const [name, value] of Object.entries(await part(db, id, at))) all.set(name, value)
  return all
}

type Part = (db: Executor, id: number, at: Window) => Promise<Record<string, number | null>>
const read = async (db: Executor, query: RawBuilder<unknown>): Promise<Record<string, number | null>> => {
  const { rows } = await sql<Record<string, string | number | null>>`${query}`.execute(db)
  return Object.fromEntries(
    Object.entries(rows[0] ?? {}).map(([name, value]) => [name, value === null ? null : Number(value)]),
  )
}
const inWindow = (column: RawBuilder<unknown>, { from, to, timeZone }: Window) =>
  sql`${column} >= (${from}::date)::timestamp at time zone ${timeZone} and ${column} < (${to}::date + 1)::timestamp at time zone ${timeZone}`
const ppm = (num: RawBuilder<unknown>, den: RawBuilder<unknown>) =>
  sql`floor((${num})::numeric * 1000000 / nullif((${den}), 0) + 0.5)`
const seconds = (from: RawBuilder<unknown>, to: RawBuilder<unknown>) =>
  sql`floor(greatest(0, extract(epoch from ${to} - ${from})))`
const spread = (
  name: string,
  value: RawBuilder<unknown>,
  percents: readonly number[],
  where: RawBuilder<unknown> = sql`true`,
) =>
  sql.join(
    percents.map(
      p =>
        sql`percentile_disc(${p / 100}::float8) within group (order by ${value}) filter (where ${where}) as ${sql.raw(`"${name}.p${p}"`)}`,
    ),
  )

/** Bodies as they came, with what was taken back. */
const STEP = (id: number) => sql`
  undo as (
    select device_id, body::jsonb->'of'->>'epoch' as epoch, (body::jsonb->'of'->>'seq')::bigint as seq from command
    where warehouse_id = ${id} and device_id <> 0 and body::jsonb->>'type' = 'undo'
  ), step as (
    select k.device_id, k.epoch, k.seq, k.worker, k.outcome, k.received_at, b.body->>'type' as type, b.body, coalesce(b.body->>'process', case b.body->>'type' when 'short' then 'pick' when 'close' then 'receive'
             when 'undo' then b.body->'act'->>'type' else b.body->>'type' end) as process,
           least((b.body->>'at')::timestamptz + coalesce((b.body->>'off')::float8, 0) * interval '1 millisecond', k.received_at) as at,
           u.device_id is not null as undone
    from command k cross join lateral (select k.body::jsonb as body) b
    left join undo u on u.device_id = k.device_id and u.epoch = k.epoch and u.seq = k.seq
    where k.warehouse_id = ${id} and k.device_id <> 0 and k.outcome <> 'quarantined')`

const commands: Part = (db, id, at) =>
  read(
    db,
    sql`
    with ${STEP(id)}, gaps as (
      select s.*, extract(epoch from s.at - lag(s.at) over (partition by worker, process order by s.at, device_id, epoch, seq)) * 1000 as gap from step s
    ), line as (
      select s.at::date as day, process,
             case when type = 'ship' then body->>'document' when type in ('receive') then concat(body->>'document', body->>'item', body->>'lot')
                  else body->>'line' end as line,
             bool_or(not undone and type <> 'short') as done, bool_or(not undone and type = 'short') as short,
             bool_and(not undone and type <> 'short' and outcome <> 'exception') as good
      from (select s.body, s.type, s.process, s.undone, s.outcome, s.at at time zone ${at.timeZone} as at, s.at as instant from step s) s
      where type in ('receive', 'pick', 'short', 'pack', 'ship') and ${inWindow(sql`s.instant`, at)}
      group by 1, 2, 3
    ), sums as (
      select (select sum(gap) from gaps g where gap <= 300000 and process = 'pick' and ${inWindow(sql`g.at`, at)}) as pick_ms,
             count(*) filter (where done and process = 'pick') as picks, count(*) filter (where done) as done, count(*) filter (where done and good) as good,
             count(*) filter (where process = 'pick' and (done or short)) as pick_lines, count(*) filter (where process = 'pick' and short) as shorted
      from line)
    select ${ppm(sql`good`, sql`done`)} as "efficiency.firstTimeRight", ${ppm(sql`shorted`, sql`pick_lines`)} as "shorts",
           floor(picks * 3600000::numeric * 1000 / nullif(round(pick_ms), 0) + 0.5) as "efficiency.linesPerHour pick", u.*
    from sums, (
      select ${spread('sync.up', seconds(sql`s.at`, sql`s.received_at`), [50, 95])},
             ${spread('sync.up.connected', seconds(sql`s.at`, sql`s.received_at`), [50, 95], sql`s.received_at - s.at <= interval '60 second'`)},
             ${spread('sync.up.offline', seconds(sql`s.at`, sql`s.received_at`), [50, 95], sql`s.received_at - s.at > interval '60 second'`)},
             max(${seconds(sql`s.at`, sql`s.received_at`)}) as "sync.up.max"
      from step s where ${inWindow(sql`s.at`, at)}) u`,
  )

const orders: Part = (db, id, at) =>
  read(
    db,
    sql`
    with ${STEP(id)}, import_of as (
      select x.document, min(k.received_at) as at from command k cross join lateral jsonb_array_elements_text(k.body::jsonb->'documents') x(document)
      where k.warehouse_id = ${id} and k.device_id = 0 group by 1
    ), confirm_of as (
      select o.payload->>'document' as document, max(o.posted_at) as at from outbox o where o.type = 'shipment' group by 1
    ), done as (
      select s.body->>'document' as document, min(s.at) filter (where s.type = 'pick') as picked,
             max(s.at) filter (where s.type = 'close' and s.process = 'pack') as ready, max(s.at) filter (where s.type = 'ship') as shipped
      from step s group by 1
    ), instants as (
      select w.id, w.body, w.state, i.at as imported, c.at as confirmed, d.picked, d.ready, d.shipped
      from work w left join import_of i on i.document = w.id::text left join confirm_of c on c.document = w.id::text
      left join done d on d.document = w.id::text
      where w.warehouse_id = ${id} and w.body->>'kind' = 'order'
    ), live as (
      select *, case when length(body->>'due') = 10 then ((body->>'due')::date + 1)::timestamp at time zone ${at.timeZone} - interval '1 millisecond' else (body->>'due')::timestamptz end as due
      from instants where state <> 'cancelled')
    select ${spread('order.waiting', seconds(sql`imported`, sql`picked`), [50, 90], inWindow(sql`picked`, at))},
           ${spread('order.work', seconds(sql`picked`, sql`ready`), [50, 90, 95], sql`picked is not null and ${inWindow(sql`ready`, at)}`)},
           ${spread('order.toReady', seconds(sql`imported`, sql`ready`), [50, 90, 95], inWindow(sql`ready`, at))},
           ${spread('order.toShipped', seconds(sql`ready`, sql`shipped`), [50, 90], inWindow(sql`shipped`, at))},
           ${spread('order.report', seconds(sql`shipped`, sql`confirmed`), [50, 90], inWindow(sql`confirmed`, at))},
           ${ppm(
             sql`count(*) filter (where ready <= due and due <= ${at.now}::timestamptz and ${inWindow(sql`due`, at)})`,
             sql`count(*) filter (where due <= ${at.now}::timestamptz and ${inWindow(sql`due`, at)})`,
           )} as "order.onTime"
    from live`,
  )

const messages: Part = (db, id, at) =>
  read(
    db,
    sql`
    with m as (
      select o.*, coalesce(o.posted_at, case when o.state = 'skipped' then o.closed_at end) as settled, o.created_at + interval '15 minute' as late,
             exists (select 1 from outbox_try t where t.key = o.key and t.error_class in ('config', 'needsDecision')) as stopped,
             (select count(distinct n) from outbox_try t where t.key = o.key) as tries,
             (select count(distinct n) from outbox_try t where t.key = o.key and t.error_class is not null) as bad
      from outbox o where o.warehouse_id = ${id}
    ), t as (
      select m.*, least(settled, late) as over_at, settled is null or settled > late or closed_by is not null or stopped as failed from m
    ), c as (
      select o.posted_at, ${seconds(sql`least((k.body::jsonb->>'at')::timestamptz, k.received_at)`, sql`coalesce(o.posted_at, ${at.now}::timestamptz)`)} as s, o.state
      from outbox o cross join lateral jsonb_array_elements(o.covers) x join device d on d.uid::text = x->>'device'
      join command k on k.warehouse_id = o.warehouse_id and k.device_id = d.id and k.epoch = x->>'epoch' and k.seq = (x->>'seq')::bigint
      where o.warehouse_id = ${id} and o.state in ('posted', 'waiting') and (o.posted_at is null or ${inWindow(sql`o.posted_at`, at)}))
    select ${ppm(sql`count(*) filter (where failed)`, sql`count(*)`)} as "errors.failed", ${ppm(sql`sum(bad)`, sql`sum(tries)`)} as "errors.attempts",
           (select count(*) from t where failed and ${inWindow(sql`posted_at`, at)}) as "errors.healed",
           (select max(${seconds(sql`created_at`, sql`${at.now}::timestamptz`)}) from t where state = 'waiting') as "errors.oldestUnsent",
           o.*, e.*
    from t, (select ${spread('sync.out', seconds(sql`created_at`, sql`coalesce(posted_at, ${at.now}::timestamptz)`), [50, 95])}
             from t where state in ('posted', 'waiting') and (posted_at is null or ${inWindow(sql`posted_at`, at)})) o,
         (select ${spread('sync.endToEnd', sql`s`, [50, 95])}, max(s) as "sync.endToEnd.max" from c) e
    where over_at <= ${at.now}::timestamptz and ${inWindow(sql`over_at`, at)}
    group by o."sync.out.p50", o."sync.out.p95", e."sync.endToEnd.p50", e."sync.endToEnd.p95", e."sync.endToEnd.max"`,
  )

const counts: Part = (db, id, at) =>
  read(
    db,
    sql`
    with v as (
      select v.state, v.changed_at, (v.body->>'delta')::numeric as d, (v.body->>'book')::numeric as b, v.body->>'kind' as kind, v.body->'decided' as decided,
             (v.body->>'openedAt')::timestamptz as opened, i.cost, v.client_id, v.location_id, (v.changed_at at time zone ${at.timeZone})::date as day
      from variance v join item i on i.id = v.item_id where v.warehouse_id = ${id}
    ), line as (
      select * from v where kind = 'count' and ((state in ('posted', 'closed') and ${inWindow(sql`changed_at`, at)}) or state = 'review')
    ), place as (
      select bool_or(d <> 0) as wrong from line group by client_id, location_id, case when state = 'review' then null else day end
    ), adj as (select * from v where state = 'posted' and d <> 0 and ${inWindow(sql`changed_at`, at)})
    select ${ppm(sql`count(*) filter (where d = 0)`, sql`count(*)`)} as "accuracy.lines",
           ${ppm(sql`greatest(0, sum(b) - sum(abs(d)))`, sql`sum(b)`)} as "accuracy.units",
           ${ppm(sql`greatest(0, sum(b * cost) - sum(abs(d) * cost))`, sql`sum(b * cost)`)} as "accuracy.value",
           (select ${ppm(sql`count(*) filter (where not wrong)`, sql`count(*)`)} from place) as "accuracy.places",
           (select sum(d * cost) from adj) as "adjustments.net", (select sum(abs(d) * cost) from adj) as "adjustments.gross",
           (select ${ppm(sql`count(*) filter (where decided->>'at' is null)`, sql`count(*)`)} from adj) as "adjustments.within",
           (select percentile_disc(0.5) within group (order by floor(extract(epoch from (decided->>'at')::timestamptz - opened)))
            from v where state in ('posted', 'rejected') and decided->>'at' is not null and ${inWindow(sql`changed_at`, at)}) as raw_age
    from line`,
  ).then(({ raw_age: age = null, ...rest }) => ({
    ...rest,
    'approval.age.p50': age === null ? null : Math.max(0, age),
  }))

const exceptions: Part = (db, id, at) =>
  read(
    db,
    sql`
    with e as (
      select *, floor(extract(epoch from coalesce(closed_at, ${at.now}::timestamptz) - opened_at)) as age,
             case kind when 'short_pick' then 900 when 'unknown_code' then 1800 else 14400 end as limit_s
      from exception where warehouse_id = ${id}
    ), over as (select * from e where state = 'open' or ${inWindow(sql`closed_at`, at)})
    select (select count(*) from e where ${inWindow(sql`opened_at`, at)}) as "exceptions.opened",
           (select count(*) from e where ${inWindow(sql`closed_at`, at)}) as "exceptions.closed",
           (select count(*) from e where state = 'open' and kind = 'unknown_code') as "exceptions.open unknown_code",
           percentile_disc(0.9) within group (order by age) as "exceptions.age.p90",
           ${ppm(sql`count(*) filter (where age > limit_s)`, sql`count(*)`)} as "exceptions.late"
    from over`,
  )
