import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { VIRTUAL_KINDS } from '../../shared/process/virtual.ts'
import { isHiddenFrom } from '../../shared/sync/blind.ts'
import { MOST_MOVES } from '../../shared/sync/moves.ts'
import type { MovesAnswer, MovesOf } from '../../shared/sync/moves.ts'
import type { MoveStore } from '../floor-ports.ts'
import { readBlind } from './blind.ts'
import type { Executor, Names } from './names.ts'
import { iso, seen } from './view-parts.ts'

/** Goods of which a movement may tell, so that it is found by the index of its item. */
const itemsOf = (warehouse: number, of: MovesOf): RawBuilder<unknown> => {
  if (of.kind === 'item') return sql`select id from item where uid = ${of.item}::uuid`
  const rows = sql`select distinct b.item_id as id from balance b`
  if (of.kind === 'location')
    return sql`${rows} join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      where b.warehouse_id = ${warehouse} and l.uid = ${of.location}::uuid`
  return of.kind === 'lpn'
    ? sql`${rows} where b.warehouse_id = ${warehouse} and b.lpn = ${of.lpn}::uuid`
    : sql`${rows} where b.warehouse_id = ${warehouse} and (b.lot = ${of.label} or b.serial = ${of.label})`
}

const isMeant = (of: MovesOf): RawBuilder<unknown> => {
  if (of.kind === 'location') return sql`(f.uid = ${of.location}::uuid or t.uid = ${of.location}::uuid)`
  if (of.kind === 'lpn') return sql`(m.from_lpn = ${of.lpn}::uuid or m.to_lpn = ${of.lpn}::uuid)`
  return of.label === null ? sql`true` : sql`(m.lot = ${of.label} or m.serial = ${of.label})`
}

type Found = MovesAnswer['moves'][number] & { fromId: string; toId: string }

const withoutPlaces = (found: Found): MovesAnswer['moves'][number] => {
  const { fromId: _, toId: __, ...move } = found
  return move
}

/** What the ledger says last of goods, a place or a pallet, as a person at a handheld may see it. */
export const makeMoveStore = (db: Executor, names: Names): MoveStore => ({
  last: async ({ warehouse: uid, device, worker, clients, of, spots }) => {
    const warehouse = await names.warehouse(db, uid)
    const blind = await readBlind(db, warehouse, { device, worker }, spots)
    const place = (at: string) =>
      sql`jsonb_build_object('code', ${sql.ref(`${at}.body`)}->>'code', 'kind',
        case when ${sql.ref(`${at}.body`)}->>'kind' = any(${[...VIRTUAL_KINDS]}::text[]) then ${sql.ref(`${at}.body`)}->>'kind' end)`
    const { rows } = await sql<Found>`
      select r.at, k.worker, r.item, r.name, r.lot, r.serial, r."from", r."to", r.qty, r."fromId", r."toId"
      from (${itemsOf(warehouse, of)}) x
      join item i on i.id = x.id
      cross join lateral (
        select ${iso(sql`m.at`)} as at, m.at as moment, m.warehouse_id, m.device_id, m.epoch, m.seq, m.n,
          i.uid as item, i.body->>'name' as name, m.lot, m.serial, m.qty,
          ${place('f')} as "from", ${place('t')} as "to", f.uid as "fromId", t.uid as "toId"
        from movement m
        join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
        join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
        where m.warehouse_id = ${warehouse} and m.item_id = x.id and ${seen(clients, 'm')} and ${isMeant(of)}
        order by m.at desc limit ${MOST_MOVES}) r
      join command k using (warehouse_id, device_id, epoch, seq)
      order by r.moment desc, r.device_id, r.epoch, r.seq desc, r.n desc limit ${MOST_MOVES}`.execute(db)
    const told = rows.filter(row => ![row.fromId, row.toId].some(location => isHiddenFrom(blind, location, row.item)))
    const isHidden = of.kind === 'location' && blind.spots.some(spot => spot.location === of.location)
    return {
      moves: told.map(withoutPlaces),
      hidden: isHidden || told.length < rows.length,
    }
  },
})
