import { sql } from 'kysely'
import type { Claim, Line } from '../../shared/catalogue.ts'
import { idOf, json } from './names.ts'
import type { Executor, Names } from './names.ts'
import type { Scope } from './load.ts'

type Want = {
  owner: string
  location_id: number
  lpn: string
  client_id: number
  item_id: number
  lot: string
  serial: string
  status: string
  qty: number
}

/**
 * Reserves by conditional update: a stock row grants what is wanted from it only while on-hand − reserved − held covers
 * it. Rows that grant nothing leave their lines without that claim. Writes claims, lines and change rows.
 */
export const reserveLines = async (
  db: Executor,
  names: Names,
  at: Scope & { commit: number },
  wants: readonly { line: Line; claims: readonly Claim[] }[],
): Promise<readonly Line[]> => {
  const rows = await wantRows(db, names, at, wants)
  if (rows.length === 0) return wants.map(want => want.line)
  const granted = await sql<{
    owner: string
    location_id: number
    lpn: string
    lot: string
    serial: string
    status: string
  }>`
    with want as materialized (
      select * from jsonb_to_recordset(${json(rows)})
        as x(owner uuid, location_id int, lpn uuid, client_id int, item_id int, lot text, serial text, status text, qty bigint)
    ), need as (
      select location_id, lpn, client_id, item_id, lot, serial, status, sum(qty) as qty
      from want group by location_id, lpn, client_id, item_id, lot, serial, status
    ), got as (
      update balance b set reserved = b.reserved + w.qty, feed_seq = ${at.commit}::bigint
      from need w
      where b.warehouse_id = ${at.id}::int and b.status = 'available' and b.on_hand - b.reserved - b.held >= w.qty
        and (b.location_id, b.lpn, b.client_id, b.item_id, b.lot, b.serial, b.status)
          = (w.location_id, w.lpn, w.client_id, w.item_id, w.lot, w.serial, w.status)
      returning b.location_id, b.lpn, b.client_id, b.item_id, b.lot, b.serial, b.status, b.on_hand, b.reserved, b.held
    ), clm as (
      insert into claim as c (warehouse_id, kind, owner, location_id, lpn, client_id, item_id, lot, serial, status, qty)
      select ${at.id}::int, 'reserve', owner, location_id, lpn, client_id, item_id, lot, serial, status, want.qty
      from want join got using (location_id, lpn, client_id, item_id, lot, serial, status)
      on conflict (warehouse_id, kind, owner, location_id, item_id, lpn, client_id, lot, serial, status)
      do update set qty = c.qty + excluded.qty
      returning owner, location_id, lpn, lot, serial, status
    ), stale as (
      -- One row per object and commit: the row that an earlier statement of this commit wrote is replaced.
      delete from change c using got g
        join client k on k.id = g.client_id join item i on i.id = g.item_id
        join location l on l.warehouse_id = ${at.id}::int and l.id = g.location_id
      where c.warehouse_id = ${at.id}::int and c.seq = ${at.commit}::bigint and c.kind = 'balance'
        and c.id = concat_ws(e'\\x1f', l.uid, g.lpn, g.status, k.uid, i.uid, g.lot, g.serial)
      returning c.n
    ), ch as (
      insert into change (warehouse_id, seq, n, kind, id, client_id, body)
      select ${at.id}::int, ${at.commit}::bigint,
             (select coalesce(max(n), 0) from change where warehouse_id = ${at.id} and seq = ${at.commit}) + row_number() over (order by g),
             'balance', concat_ws(e'\\x1f', l.uid, g.lpn, g.status, c.uid, i.uid, g.lot, g.serial), g.client_id,
             jsonb_build_object('l', l.uid, 'p', lpn, 'c', c.uid, 'i', i.uid, 'lot', lot, 'sn', serial,
                                'st', status, 'oh', on_hand, 'rs', reserved, 'hd', held)
      from got g join client c on c.id = client_id join item i on i.id = item_id
                 join location l on l.warehouse_id = ${at.id}::int and l.id = location_id
      returning n
    )
    select clm.* from clm where (select count(*) from ch) >= 0`.execute(db)
  const grants = new Set(
    granted.rows.map(row => [row.owner, row.location_id, row.lpn, row.lot, row.serial, row.status].join('\u001f')),
  )
  const places = await placeIds(db, at, wants)
  const lines = wants.map(({ line, claims }) => ({
    ...line,
    claims: [
      ...line.claims,
      ...claims.filter(c =>
        grants.has([line.id, idOf(places, 'location', c.location), c.lpn, c.lot, c.serial, c.status].join('\u001f')),
      ),
    ],
  }))
  await writeLines(db, at, lines)
  return lines
}

const placeIds = async (
  db: Executor,
  at: Scope,
  wants: readonly { claims: readonly Claim[] }[],
): Promise<ReadonlyMap<string, number>> => {
  const uids = [...new Set(wants.flatMap(want => want.claims.map(claim => claim.location)))]
  const { rows } = await sql<{ uid: string; id: number }>`
    select uid, id from location where warehouse_id = ${at.id} and uid = any(${uids}::uuid[])`.execute(db)
  return new Map(rows.map(row => [row.uid, row.id]))
}

const wantRows = async (
  db: Executor,
  names: Names,
  at: Scope,
  wants: readonly { line: Line; claims: readonly Claim[] }[],
): Promise<Want[]> => {
  const places = await placeIds(db, at, wants)
  const items = await names.item(
    db,
    wants.map(want => want.line.item),
  )
  const clients = await names.client(
    db,
    wants.map(want => want.line.client),
  )
  return wants.flatMap(({ line, claims }) =>
    claims.map(claim => ({
      owner: line.id,
      location_id: idOf(places, 'location', claim.location),
      lpn: claim.lpn,
      client_id: idOf(clients, 'client', line.client),
      item_id: idOf(items, 'item', line.item),
      lot: claim.lot,
      serial: claim.serial,
      status: claim.status,
      qty: claim.qty,
    })),
  )
}

const writeLines = async (db: Executor, at: Scope & { commit: number }, lines: readonly Line[]): Promise<void> => {
  await sql`
    with wrk as (
      update work t set body = x.body, state = x.body->>'state', version = t.version + 1, feed_seq = ${at.commit}::bigint
      from jsonb_to_recordset(${json(lines.map(body => ({ id: body.id, body })))}) as x(id uuid, body jsonb)
      where t.warehouse_id = ${at.id}::int and t.id = x.id
      returning t.id, t.client_id, t.body
    ), stale as (
      delete from change c using wrk
      where c.warehouse_id = ${at.id}::int and c.seq = ${at.commit}::bigint and c.kind = 'line' and c.id = wrk.id::text
      returning c.n
    )
    insert into change (warehouse_id, seq, n, kind, id, client_id, body)
    select ${at.id}::int, ${at.commit}::bigint,
           (select coalesce(max(n), 0) from change where warehouse_id = ${at.id} and seq = ${at.commit}) + row_number() over (order by wrk.id),
           'line', wrk.id::text, wrk.client_id, wrk.body from wrk`.execute(db)
}
