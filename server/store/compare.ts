import { sql } from 'kysely'
import type { Item } from '../../shared/catalogue.ts'
import type { ItemId } from '../../shared/ids.ts'
import type { CompareRun, CompareStore, DriftRow, PlaceStock } from '../workers/compare-port.ts'
import type { OutboxRow } from '../workers/outbox-port.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { outboxRow, OUTBOX_FIELDS } from './outbox.ts'
import type { RawOutbox } from './outbox.ts'
import { transact } from './transaction.ts'

const OUTSIDE = sql`('supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown')`
const CURSOR = 'compare'

/** What comparing the books of both sides keeps; the port says what each means. */
export const makeCompareStore = (db: Executor, names: Names): CompareStore => ({
  picture: async ({ warehouse, connector }, items) => {
    const id = await names.warehouse(db, warehouse)
    // One statement, one instant: stock, what no message tells of yet, and the messages under way.
    const { rows } = await sql<PictureRow>`
      with mine as (
        select i.id, i.uid, r.remote, (i.body->'tracking'->>'serial')::boolean as numbered from item i
        left join remote r on r.connector = ${connector} and r.kind = 'item' and r.id = i.uid
        where ${
          items === null
            ? sql`(r.remote is not null or not exists (select 1 from remote o where o.kind = 'item' and o.id = i.uid))`
            : sql`(r.remote = any(${[...items]}::text[]) or (r.remote is null and i.uid::text = any(${[...items]}::text[])))`
        }
      ), leg as (
        select b.item_id, b.lot, b.serial, b.location_id, b.status, b.on_hand as n from balance b
        where b.warehouse_id = ${id} and b.on_hand <> 0 and b.item_id in (select id from mine)
        union all
        select m.item_id, m.lot, m.serial, m.to_id, m.to_status, -m.qty::bigint from movement m
        join command k using (warehouse_id, device_id, epoch, seq)
        where k.warehouse_id = ${id} and k.awaits is not null and k.message is null and m.item_id in (select id from mine)
        union all
        select m.item_id, m.lot, m.serial, m.from_id, m.from_status, m.qty from movement m
        join command k using (warehouse_id, device_id, epoch, seq)
        where k.warehouse_id = ${id} and k.awaits is not null and k.message is null and m.item_id in (select id from mine)
      ), inside as (
        select g.item_id, g.lot, case when t.numbered then g.serial else '' end as serial, g.location_id, g.status, sum(g.n)::bigint as n
        from leg g join mine t on t.id = g.item_id
        join location l on l.warehouse_id = ${id} and l.id = g.location_id and l.body->>'kind' not in ${OUTSIDE}
        group by 1, 2, 3, 4, 5 having sum(g.n) <> 0
      )
      select mine.uid as item, mine.remote, s.lot, s.serial, l.uid as location, s.status, s.n, null::jsonb as message
      from inside s join mine on mine.id = s.item_id join location l on l.warehouse_id = ${id} and l.id = s.location_id
      union all
      select null, null, null, null, null, null, null, to_jsonb(x) from (
        select ${OUTBOX_FIELDS} from outbox o join warehouse w on w.id = o.warehouse_id
        where o.connector = ${connector} and o.state not in ('posted', 'skipped', 'rehearsed')
          and o.type not in ('orderStatus', 'reservation')
          and (${items === null}::boolean or jsonb_path_query_array(o.payload, '$.**.item') ?| (select array_agg(uid::text) from mine))) x`.execute(
      db,
    )
    const stock: PlaceStock[] = []
    const messages: OutboxRow[] = []
    for (const { message, ...row } of rows)
      if (message === null) stock.push(row)
      else messages.push(outboxRow(dated(message)))
    return { stock, messages }
  },
  items: async (connector, remotes) => {
    const { rows } = await sql<{ remote: string; id: ItemId; body: Item }>`
      select r.remote, i.uid as id, i.body from remote r join item i on i.uid = r.id
      where r.connector = ${connector} and r.kind = 'item' and r.remote = any(${[...remotes]}::text[])`.execute(db)
    return new Map(rows.map(({ remote, id, body }) => [remote, { id, ...unitsOf(body) }]))
  },
  finished: async (connector, since, limit) => {
    const { rows } = await sql<RawOutbox>`
      select ${OUTBOX_FIELDS} from outbox o join warehouse w on w.id = o.warehouse_id
      where o.connector = ${connector} and o.state in ('posted', 'skipped', 'rehearsed')
        and o.type not in ('orderStatus', 'reservation') and o.created_at >= ${since}::timestamptz
      order by o.seq desc limit ${limit}`.execute(db)
    return rows.map(outboxRow)
  },
  cursor: async connector => {
    const { rows } = await sql<{ cursor: string }>`
      select cursor from import_cursor where connector = ${connector} and kind = ${CURSOR}`.execute(db)
    return rows[0]?.cursor ?? null
  },
  ...history(db),
})

type PictureRow = PlaceStock & { message: RawOutbox | null }

/** Dates inside JSON are text. */
const DATES = ['capturedAt', 'createdAt', 'firstTryAt', 'deliveredAt', 'postedAt', 'nextAt'] as const
const dated = (raw: RawOutbox): RawOutbox => ({
  ...raw,
  ...(Object.fromEntries(
    DATES.map(name => [name, raw[name] === null ? null : new Date(raw[name] as unknown as string)]),
  ) as Pick<RawOutbox, (typeof DATES)[number]>),
})

export const unitsOf = ({
  packagings,
  tracking,
}: Item): { ratios: { num: number; den: number }[]; serial: boolean } => ({
  ratios: packagings.filter(p => p.quantity > 1).map(p => ({ num: p.quantity, den: 1 })),
  serial: tracking.serial,
})

type RawRun = Omit<CompareRun, 'startedAt' | 'endedAt'> & { startedAt: Date; endedAt: Date | null }
type RawDrift = {
  item: string
  location: string
  lot: string
  run: string
  firstAt: Date
  lastAt: Date
  closedAt: Date | null
  closedBy: string | null
  theirs: string
  ours: string
  drift: string
  class: DriftRow['class']
  proposal: DriftRow['proposal']
  body: Pick<DriftRow, 'because' | 'moves'> & Partial<Pick<DriftRow, 'causes'>>
}
/** Kept before causes were: one, of the whole. */
const wholeOf = ({ body, ...raw }: RawDrift): DriftRow['causes'] => [
  { class: raw.class, proposal: raw.proposal, n: Number(raw.drift), because: body.because },
]
const driftOf = ({ body, ...raw }: RawDrift): DriftRow => ({
  ...raw,
  causes: wholeOf({ body, ...raw }),
  ...body,
  theirs: Number(raw.theirs),
  ours: Number(raw.ours),
  drift: Number(raw.drift),
  firstAt: raw.firstAt.toISOString(),
  lastAt: raw.lastAt.toISOString(),
  closedAt: raw.closedAt?.toISOString() ?? null,
})

const history = (
  db: Executor,
): Pick<CompareStore, 'openDrifts' | 'begin' | 'end' | 'runs' | 'drifts' | 'close' | 'reopen'> => ({
  begin: async ({ id, connector, cause, startedAt }) => {
    await sql`insert into erp_compare (id, connector, started_at, cause) values (${id}, ${connector}, ${startedAt}::timestamptz, ${cause})`.execute(
      db,
    )
  },
  end: (run, found) =>
    transact(db, async trx => {
      await sql`
        update erp_compare set ended_at = ${run.endedAt}::timestamptz, keys = ${run.keys}, drifts = ${run.drifts},
          units = ${Math.round(run.units)}, moving = ${run.moving}, outcome = ${run.outcome}
        where id = ${run.id}`.execute(trx)
      await closeAgreed(trx, run, found)
      await putDrifts(trx, run, found.drifts)
      if (found.cursor !== null)
        await sql`
          insert into import_cursor (connector, kind, cursor) values (${run.connector}, ${CURSOR}, ${found.cursor})
          on conflict (connector, kind) do update set cursor = excluded.cursor`.execute(trx)
      return { keep: true, answer: undefined }
    }),
  runs: async (connector, { before, limit }) => {
    const { rows } = await sql<RawRun>`
      select id, connector, cause, started_at as "startedAt", ended_at as "endedAt", coalesce(keys, 0) as keys,
             coalesce(drifts, 0) as drifts, coalesce(units, 0) as units, coalesce(moving, 0) as moving, outcome
      from erp_compare where connector = ${connector} and (${before}::timestamptz is null or started_at < ${before}::timestamptz)
      order by started_at desc limit ${limit}`.execute(db)
    return rows.map(row => ({
      ...row,
      startedAt: row.startedAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
    }))
  },
  drifts: async (connector, filter, { after, limit }) => {
    const { rows } = await sql<RawDrift>`
      select item, location, lot, run, first_at as "firstAt", last_at as "lastAt", closed_at as "closedAt", closed_by as "closedBy",
             theirs, ours, drift, class, proposal, body from erp_drift
      where connector = ${connector} and (closed_at is null) = ${filter.open}
        and (${filter.class ?? null}::text is null or class = ${filter.class ?? null}::text)
        and (${filter.item ?? null}::text is null or item = ${filter.item ?? null}::text)
        and (${after}::text is null or item || '|' || location || '|' || lot > ${after}::text)
      order by item || '|' || location || '|' || lot, first_at limit ${limit}`.execute(db)
    return rows.map(driftOf)
  },
  openDrifts: async connector => {
    const { rows } = await sql<{ n: string }>`
      select count(*) as n from erp_drift where connector = ${connector} and closed_at is null`.execute(db)
    return Number(rows[0]?.n ?? 0)
  },
  reopen: async (connector, { item, location, lot }, closedAt) => {
    await sql`
      update erp_drift set closed_at = null, closed_by = null
      where connector = ${connector} and item = ${item} and location = ${location} and lot = ${lot}
        and closed_at = ${closedAt}::timestamptz and closed_by <> 'agree'`.execute(db)
  },
  close: async (connector, { item, location, lot }, by, now) => {
    const { rows } = await sql`
      update erp_drift set closed_at = ${now}::timestamptz, closed_by = ${by}
      where connector = ${connector} and item = ${item} and location = ${location} and lot = ${lot} and closed_at is null
      returning item`.execute(db)
    return rows.length > 0
  },
})

type Found = Parameters<CompareStore['end']>[1]
const nameOf = sql`d.item || '|' || d.location || '|' || d.lot`

/** Both books agree again where this run has looked and found nothing. */
const closeAgreed = async (trx: Executor, run: CompareRun, { drifts, moving, items }: Found): Promise<void> => {
  const still = [...drifts.map(({ item, location, lot }) => `${item}|${location}|${lot}`), ...moving]
  await sql`
    update erp_drift d set closed_at = ${run.endedAt}::timestamptz, closed_by = 'agree'
    where d.connector = ${run.connector} and d.closed_at is null
      and (${items === null}::boolean or d.item = any(${[...(items ?? [])]}::text[]))
      and not (${nameOf} = any(${still}::text[]))`.execute(trx)
}

const putDrifts = async (trx: Executor, run: CompareRun, drifts: Found['drifts']): Promise<void> => {
  if (drifts.length === 0) return
  const rows = drifts.map(({ because, causes, moves, theirs, ours, drift, ...d }) => ({
    ...d,
    theirs: String(theirs),
    ours: String(ours),
    drift: String(drift),
    body: { because, causes, moves },
  }))
  const given = sql`jsonb_to_recordset(${json(rows)}) as x(item text, location text, lot text, theirs text, ours text, drift text,
    class text, proposal text, body jsonb)`
  await sql`
    update erp_drift d set run = ${run.id}, last_at = ${run.endedAt}::timestamptz, theirs = x.theirs, ours = x.ours, drift = x.drift,
      class = x.class, proposal = to_jsonb(x.proposal), body = x.body
    from ${given} where d.connector = ${run.connector} and d.closed_at is null
      and d.item = x.item and d.location = x.location and d.lot = x.lot`.execute(trx)
  await sql`
    insert into erp_drift (connector, item, location, lot, run, first_at, last_at, theirs, ours, drift, class, proposal, body)
    select ${run.connector}::uuid, x.item, x.location, x.lot, ${run.id}::uuid, ${run.startedAt}::timestamptz, ${run.endedAt}::timestamptz,
           x.theirs, x.ours, x.drift, x.class, to_jsonb(x.proposal), x.body
    from ${given} where not exists (
      select 1 from erp_drift d where d.connector = ${run.connector} and d.closed_at is null
        and d.item = x.item and d.location = x.location and d.lot = x.lot)
    on conflict (connector, item, location, lot, first_at) do update
    set run = excluded.run, last_at = excluded.last_at, theirs = excluded.theirs, ours = excluded.ours, drift = excluded.drift,
        class = excluded.class, proposal = excluded.proposal, body = excluded.body, closed_at = null, closed_by = null`.execute(
    trx,
  )
}
