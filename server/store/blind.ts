import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { DeviceId } from '../../shared/ids.ts'
import type { Blind } from '../sync/blind.ts'
import { SEES_ALL } from '../sync/blind.ts'
import type { Executor } from './names.ts'

/** Blind counts that a handheld has, of table `work t`. */
const countedBlind = (warehouse: number, device: DeviceId) => sql`
  t.warehouse_id = ${warehouse} and t.kind = 'task' and t.state in ('leased', 'started', 'parked')
  and t.body->'count'->>'hidden' = 'true' and t.body->'lease'->>'device' = ${device}::text`

/** One value for a question: what the handheld must not know; null = nothing. The second part is read only if the first is there. */
export const blindPart = (warehouse: number, device: DeviceId) => sql<Blind | null>`
  (select json_build_object(
     'spots', json_agg(json_build_object('location', t.body->'count'->>'location', 'item', t.body->'count'->>'item')),
     'own', (select coalesce(json_agg(o.document), '[]'::json) from work o where o.warehouse_id = ${warehouse} and o.kind = 'task'
               and o.state in ('leased', 'started') and o.document is not null and o.body->'lease'->>'device' = ${device}::text))
   from work t where ${countedBlind(warehouse, device)} having count(*) > 0)`

export const readBlind = async (db: Executor, warehouse: number, device: DeviceId): Promise<Blind> => {
  const { rows } = await sql<{ blind: Blind | null }>`select ${blindPart(warehouse, device)} as blind`.execute(db)
  return rows[0]?.blind ?? SEES_ALL
}

/** True of a place and item that the handheld does not count blind; null = nobody's handheld. */
export const notBlind = (
  warehouse: number,
  device: DeviceId | null,
  at: { location: RawBuilder<unknown>; item: RawBuilder<unknown> },
) =>
  device === null
    ? sql`true`
    : sql`not exists (select 1 from work t where ${countedBlind(warehouse, device)}
        and t.body->'count'->>'location' = ${at.location}
        and coalesce(t.body->'count'->>'item', ${at.item}) = ${at.item})`
