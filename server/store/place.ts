import { sql } from 'kysely'
import type { LocationId } from '../../shared/ids.ts'
import type { PlaceStore } from '../workers/place-port.ts'
import type { Executor, Names } from './names.ts'

export const makePlaceStore = (db: Executor, names: Names): PlaceStore => ({
  pickable: async warehouse => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ uid: LocationId }>`
      select uid from location where warehouse_id = ${id} and body->>'kind' = 'pickable' and (body->>'active')::boolean
      order by (body->>'sequence')::int, uid`.execute(db)
    return rows.map(row => row.uid)
  },
  zones: async (warehouse, places) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ uid: string; zone: string }>`
      select uid, body->>'zone' as zone from location
      where warehouse_id = ${id} and uid::text = any(${[...places]}::text[]) and body->>'zone' is not null`.execute(db)
    return new Map(rows.map(row => [row.uid, row.zone]))
  },
})
